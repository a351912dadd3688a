"""`watches proposals`, `watches accept`, `watches dismiss`: changes that marks suggest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from supplierwatch.formatting.console import console, note, print_indented, print_json
from supplierwatch.shell import registering
from supplierwatch.shell.actors import command_actor
from supplierwatch.shell.completion import watch_keys
from supplierwatch.shell.failures import CommandError, UsageError, unknown_key_error
from supplierwatch.shell.options import Json
from supplierwatch.shell.session import archive, session

if TYPE_CHECKING:
    from alerts.proposals.model import Proposal
    from storage.rules.groups import GroupScope
    from storage.store import Store
    from supplierwatch.desk.editing.file_edits import EditFailure
    from supplierwatch.wiring import CompiledConfiguration

SECONDS = 10.0  # of searching the archive for one watch, and as many of measuring
ProposalName = Annotated[
    str, typer.Argument(metavar="PROPOSAL", help="As `watches proposals` names it: WATCH:ID.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSource:
    """The configuration that a command edits; it may edit that of all groups."""

    wired: CompiledConfiguration
    environ: Mapping[str, str]
    scope: GroupScope


def register_in(group: typer.Typer) -> None:
    """Add the commands of this module to the group `watches`."""
    registering.add(
        group,
        "proposals",
        proposals,
        examples=(
            ("watches proposals", "for all watches with enough marks"),
            ("watches proposals ice", "for one watch"),
        ),
    )
    registering.add(
        group,
        "accept",
        accept,
        examples=(("watches accept ice:3f09ab17c2", "write the changed query to watches.toml"),),
    )
    registering.add(
        group,
        "dismiss",
        dismiss,
        examples=(("watches dismiss ice:3f09ab17c2", "do not offer it again"),),
    )


def proposals(
    ctx: typer.Context,
    watch: Annotated[
        str | None,
        typer.Argument(metavar="[WATCH]", help="Only this watch.", autocompletion=watch_keys),
    ] = None,
    json: Json = False,
) -> None:
    """Propose changes of watches from what was marked as not relevant.

    Each with what it would drop of the archive. What anybody ever starred, noted, assigned, tagged
    or put into a briefing is never dropped. Nothing is changed.
    """
    from supplierwatch.desk.editing.watch_proposals import read_proposals
    from supplierwatch.json_documents.proposals import proposals_json
    from supplierwatch.views import proposals as view

    wired, now = session(ctx).wired(), datetime.now(UTC)
    if watch is not None and watch not in wired.queries:
        raise unknown_key_error("watch", watch, list(wired.queries), "supplierwatch watches")
    wanted = [each for each in wired.catalog.watches if watch in (None, each.key)]
    with archive(wired) as store:
        found = [
            (each, read_proposals(store, wired, each, now, seconds=SECONDS)) for each in wanted
        ]
    shown = [(each, result) for each, result in found if watch is not None or result.proposals]
    if json:
        documents = [proposals_json(each.key, each.query, result) for each, result in shown]
        print_json({"watches": documents})
        return
    for each, result in shown:
        view.print_proposals(console(), each.key, each.query, result)
    if not any(result.proposals for _, result in found):
        note(
            "Nothing to propose. A change is proposed from three stories that are marked as not"
            " relevant and that the watch still finds, or from a muted outlet."
        )
    else:
        console().print(
            "`supplierwatch watches accept WATCH:ID` writes one to watches.toml,"
            " `supplierwatch watches dismiss WATCH:ID` puts it aside."
        )


def accept(ctx: typer.Context, proposal: ProposalName) -> None:
    """Write a proposed query to watches.toml.

    The file keeps its comments and its order; a running service loads the watch by itself.
    """
    from storage.rules.groups import EVERYTHING
    from supplierwatch.desk.editing.file_edits import ConfigText, EditFailure, write_edit
    from supplierwatch.desk.editing.watch_proposals import compile_proposal

    now_session, now = session(ctx), datetime.now(UTC)
    wired = now_session.wired()
    path = wired.catalog.folder / "watches.toml"
    with archive(wired) as store:
        file = ConfigText(path, path.read_bytes())
        key, found = _find(store, wired, proposal, now)
        source = CommandSource(wired=wired, environ=now_session.environ, scope=EVERYTHING)
        accepted = compile_proposal(source, file, key, found)
        if isinstance(accepted, EditFailure):
            raise _build_error(accepted)
        failure = write_edit(file, accepted.edit.content)
        if failure is not None:
            raise _build_error(failure)
        with store.transaction() as unit:
            unit.audit.record(command_actor(), accepted.change, now)
    console().print(Text.assemble("changed ", (key, "bold cyan"), f" in {path}"), soft_wrap=True)
    print_indented(console(), Text(accepted.draft.query))


def dismiss(ctx: typer.Context, proposal: ProposalName) -> None:
    """Dismiss a proposal for everybody.

    It is offered again only if it drops more of what was marked.
    """
    from supplierwatch.desk.editing.watch_proposals import dismiss_proposal

    wired, now = session(ctx).wired(), datetime.now(UTC)
    with archive(wired) as store:
        key, found = _find(store, wired, proposal, now)
        with store.transaction() as unit:
            dismiss_proposal(unit, command_actor(), key, found, now)
    console().print(f"Dismissed for {key}.")


def _find(
    store: Store, wired: CompiledConfiguration, name: str, now: datetime
) -> tuple[str, Proposal]:
    from supplierwatch.desk.editing.watch_proposals import (
        find_proposal,
        find_watch,
        read_proposals,
    )

    key, _, number = name.rpartition(":")
    if not key:
        raise UsageError(
            f"{name} is not the name of a proposal, which is WATCH:ID",
            "`supplierwatch watches proposals` lists them.",
        )
    watch = find_watch(wired, key)
    if watch is None:
        raise unknown_key_error("watch", key, list(wired.queries), "supplierwatch watches")
    found = find_proposal(read_proposals(store, wired, watch, now, seconds=SECONDS), number)
    if found is None:
        raise UsageError(
            f"{name} is not offered any more",
            f"`supplierwatch watches proposals {key}` lists those that are.",
        )
    return key, found


def _build_error(failure: EditFailure) -> CommandError:
    if failure.conflict:
        said = "watches.toml was changed meanwhile: nothing was written"
    else:
        problems = "; ".join(each.message for each in failure.problems)
        said = f"watches.toml cannot be written: {failure.text or problems}"
    return CommandError(said, "`supplierwatch check` lists what is wrong with the configuration.")
