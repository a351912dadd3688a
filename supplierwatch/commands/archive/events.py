"""`event take-out` and `event put-back`: corrects which reports are one event."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from supplierwatch.formatting.console import console
from supplierwatch.shell import registering
from supplierwatch.shell.actors import command_actor
from supplierwatch.shell.failures import UsageError
from supplierwatch.shell.session import archive, session

if TYPE_CHECKING:
    from storage.model import StoredItem
    from storage.store import Unit

PANEL = "Search and inspect"
Address = Annotated[str, typer.Argument(metavar="URL", help="The address of an article.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    group = registering.group(
        app,
        "event",
        event,
        panel=PANEL,
        examples=(
            ("event take-out https://outlet.example/2026/article", "it reports another event"),
            ("event put-back https://outlet.example/2026/article", "undo that"),
        ),
    )
    registering.add(
        group,
        "take-out",
        take_out,
        examples=(("event take-out https://outlet.example/2026/article", "another event"),),
    )
    registering.add(
        group,
        "put-back",
        put_back,
        examples=(
            ("event put-back https://outlet.example/2026/article", "undo"),
            ("event put-back https://outlet.example/2026/article --event 41", "of several"),
        ),
    )


def event() -> None:
    """Correct which reports are of one event.

    `explain URL` names the other reports of an article's event, and what they share.
    """


def take_out(ctx: typer.Context, url: Address) -> None:
    """Take an article and its copies out of their event for good."""
    from supplierwatch.desk.reading.event_changes import EventRefused, take_report_out

    with archive(session(ctx).wired()) as store, store.transaction() as unit:
        item = _find_item(unit, url)
        try:
            rest = take_report_out(unit, command_actor(), item, datetime.now(UTC))
        except EventRefused as error:
            raise UsageError(str(error)) from error
    console().print(
        f"Taken out; the other reports are event {rest}. Undo it with `event put-back`."
    )


def put_back(
    ctx: typer.Context,
    url: Address,
    number: Annotated[
        int | None,
        typer.Option("--event", metavar="NUMBER", help="Which event, if of several.", min=1),
    ] = None,
) -> None:
    """Put an article back into the event that it was taken out of."""
    from supplierwatch.desk.reading.event_changes import EventRefused, put_report_back

    with archive(session(ctx).wired()) as store, store.transaction() as unit:
        item = _find_item(unit, url)
        try:
            present = put_report_back(unit, command_actor(), item, number, datetime.now(UTC))
        except EventRefused as error:
            raise UsageError(str(error)) from error
    console().print(f"Put back into event {present}.")


def _find_item(unit: Unit, url: str) -> StoredItem:
    item = unit.items.find_url(url)
    if item is None:
        raise UsageError(
            f"no article with the address {url} is stored", "`supplierwatch search` finds articles."
        )
    return item
