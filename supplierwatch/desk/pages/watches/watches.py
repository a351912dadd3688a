"""The watches: their queries, how much each finds, and which subscriptions send it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode

from alerts.digest.findings import build_entries
from alerts.proposals.model import Proposal, ProposalResult
from alerts.query import Query
from alerts.text.word_diff import DiffPiece, word_diff
from config.model import Watch
from storage.model import AuditEntry, Role, WatchVersion
from supplierwatch.desk.editing.watch_proposals import read_offered
from supplierwatch.desk.page import Page, PageRequest, PageResponse, not_found
from supplierwatch.desk.reading.weekly_counts import WEEKS, count_by_week
from supplierwatch.formatting.proposals import JUDGEMENTS, describe_effect, name_change
from supplierwatch.formatting.translation import gettext as _
from supplierwatch.formatting.translation import mark_text
from supplierwatch.wiring import subscriptions_by_watch

LATEST = 30
MAX_VERSIONS = 50  # the newest
MAX_EDITS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRow:
    """A watch in the list. `weeks`: mentions of the last weeks, the oldest first."""

    watch: Watch
    query: Query
    weeks: tuple[int, ...]
    last: datetime | None
    subscriptions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownProposal:
    """A proposal with its words, and what it changes of the query."""

    proposal: Proposal
    name: str
    effect: str
    pieces: tuple[DiffPiece, ...]


def watches(request: PageRequest) -> PageResponse:
    """List the watches with their volume of the last weeks."""
    wired, now = request.source.wired, request.now
    subscriptions = subscriptions_by_watch(wired)
    with request.source.store.reading() as unit:
        found = unit.mentions.newest_after(0)
        rows = [
            WatchRow(
                watch=watch,
                query=wired.queries[watch.key],
                weeks=count_by_week(unit, watch.key, now),
                last=found.get(watch.key, (0, None))[1],
                subscriptions=subscriptions.get(watch.key, ()),
            )
            for watch in wired.catalog.watches
        ]
    most = max((count for row in rows for count in row.weeks), default=0)
    return PageResponse(
        template="watches/watches.html",
        values={"rows": rows, "most": most, "n_weeks": WEEKS, "may_edit": may_edit(request)},
    )


def watch(request: PageRequest) -> PageResponse:
    """Show one watch: its query in words, its versions, and what it found last."""
    wired, key = request.source.wired, request.path["key"]
    declared = next((one for one in wired.catalog.watches if one.key == key), None)
    if declared is None:
        return not_found(_("There is no watch of this name in the configuration."))
    with request.source.store.reading() as unit:
        entries = build_entries(unit, unit.mentions.newest([key], LATEST), request.source.context)
        versions = unit.watches.versions(key)
        edits = unit.audit.list(limit=MAX_EDITS, thing="watch", subject=key)
        total = unit.mentions.count(key)
    offered = read_offered(request.source, request.now, key) if may_edit(request) else None
    return PageResponse(
        template="watches/watch.html",
        values={
            "watch": declared,
            "offered": offered,
            "proposals": () if offered is None else _show_proposals(wired.queries[key], offered),
            "outlets": wired.source_names,
            "judgements": JUDGEMENTS,
            "may_edit": may_edit(request),
            "address": f"/watches/{quote(key, safe='')}",
            "query": wired.queries[key],
            "search": f"/search?{urlencode({'q': wired.queries[key].canonical})}",
            "entries": entries,
            "versions": _diff_versions(versions),
            "editors": _find_editors(versions, edits),
            "total": total,
            "subscriptions": subscriptions_by_watch(wired).get(key, ()),
        },
    )


def may_edit(request: PageRequest) -> bool:
    """Return whether the user may change watches."""
    return request.user.role.includes(Role.EDITOR)


def _show_proposals(query: Query, offered: ProposalResult) -> list[ShownProposal]:
    return [
        ShownProposal(
            proposal=each,
            name=name_change(each),
            effect=describe_effect(each),
            pieces=word_diff(query.text, each.candidate.query.text),
        )
        for each in offered.proposals
    ]


def _diff_versions(
    versions: Sequence[WatchVersion],
) -> list[tuple[WatchVersion, tuple[DiffPiece, ...]]]:
    """Return each version with what changed against the one before, the newest first."""
    before = ("", *(version.query for version in versions))
    pairs = list(zip(versions, before, strict=False))[-MAX_VERSIONS:]
    return [(version, word_diff(old, version.query)) for version, old in pairs][::-1]


def _find_editors(
    versions: Sequence[WatchVersion], edits: Sequence[AuditEntry]
) -> Mapping[int, str]:
    """Return by the number of a version who made it on the desk.

    A saved edit is in force when the service has read the file again: the edit of a version is the
    last one before it, and after the version before. A version without one was made in the file.
    """
    found = {}
    earlier = None
    for version in versions:
        for edit in edits:  # the newest first
            if edit.at <= version.active_since and (earlier is None or edit.at > earlier):
                found[version.version] = edit.actor.name
                break
        earlier = version.active_since
    return found


PAGES = (
    Page(path="/watches", handler=watches, role=Role.READER, nav=mark_text("Watches"), order=4),
    Page(path="/watches/{key}", handler=watch, role=Role.READER),
)
