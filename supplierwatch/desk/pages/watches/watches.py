"""The watches: what each looks for, how much it finds, who is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from alerts.digest.findings import shown
from alerts.query import Query
from alerts.text.word_diff import DiffPiece, word_diff
from config.model import Watch
from storage.model import Role, WatchVersion
from supplierwatch.desk.page import Page, Shown, Visit, missing
from supplierwatch.desk.weekly_counts import WEEKS, count_by_week
from supplierwatch.wiring import subscriptions_by_watch

LATEST = 30
MOST_VERSIONS = 50  # the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRow:
    """A watch in the list. `weeks`: mentions of the last weeks, the oldest first."""

    watch: Watch
    query: Query
    weeks: tuple[int, ...]
    last: datetime | None
    told: tuple[str, ...]


def watches(visit: Visit) -> Shown:
    """List the watches with their volume of the last weeks."""
    wired, now = visit.source.wired, visit.now
    told = subscriptions_by_watch(wired)
    with visit.source.store.reading() as unit:
        found = unit.mentions.newest_after(0)
        rows = [
            WatchRow(
                watch=watch,
                query=wired.queries[watch.key],
                weeks=count_by_week(unit, watch.key, now),
                last=found.get(watch.key, (0, None))[1],
                told=told.get(watch.key, ()),
            )
            for watch in wired.catalog.watches
        ]
    most = max((count for row in rows for count in row.weeks), default=0)
    return Shown(
        template="watches/watches.html",
        values={"rows": rows, "most": most, "n_weeks": WEEKS, "may_edit": may_edit(visit)},
    )


def watch(visit: Visit) -> Shown:
    """Show one watch: its query in words, its versions, and what it found last."""
    wired, key = visit.source.wired, visit.path["key"]
    declared = next((one for one in wired.catalog.watches if one.key == key), None)
    if declared is None:
        return missing("There is no watch of this name in the configuration.")
    with visit.source.store.reading() as unit:
        entries = shown(unit, unit.mentions.newest([key], LATEST), visit.source.context)
        versions = unit.watches.versions(key)
        total = unit.mentions.count(key)
    return Shown(
        template="watches/watch.html",
        values={
            "watch": declared,
            "may_edit": may_edit(visit),
            "put_back": f"/watches/{key}/edit?version=",
            "query": wired.queries[key],
            "search": f"/search?{urlencode({'q': wired.queries[key].canonical})}",
            "entries": entries,
            "versions": _history(versions),
            "total": total,
            "told": subscriptions_by_watch(wired).get(key, ()),
        },
    )


def may_edit(visit: Visit) -> bool:
    """Return whether the user may change watches."""
    return visit.user.role.includes(Role.EDITOR)


def _history(
    versions: Sequence[WatchVersion],
) -> list[tuple[WatchVersion, tuple[DiffPiece, ...]]]:
    """Return each version with what changed against the one before, the newest first."""
    before = ("", *(version.query for version in versions))
    pairs = list(zip(versions, before, strict=False))[-MOST_VERSIONS:]
    return [(version, word_diff(old, version.query)) for version, old in pairs][::-1]


PAGES = (
    Page(path="/watches", answer=watches, role=Role.READER, nav="Watches", order=4),
    Page(path="/watches/{key}", answer=watch, role=Role.READER),
)
