"""Counts stories of each supplier: by week, against the usual, share of voice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from threading import Lock

from alerts.digest.share_of_voice import SupplierIndex
from alerts.digest.volume import SHARE_DAYS
from storage.mentions.volumes import CountedMention
from supplierwatch.desk.page import DeskSource
from supplierwatch.formatting.translation import format_number
from supplierwatch.formatting.translation import gettext as _

WEEKS = 8
MIN_WEEKS = 3  # of history with stories, without which there is no usual volume
MAX_COUNTED = 10_000  # items, the newest
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierVolume:
    """A supplier in numbers, in stories that a watch found.

    `weeks`: of the last weeks, the oldest first. `usual`: the median of those before the last;
    None with too little history. `share`: per cent of the stories of all suppliers in 30 days.
    """

    key: str
    name: str
    names: tuple[str, ...]
    weeks: tuple[int, ...]
    usual: float | None
    month: int
    share: int | None
    last_at: datetime | None

    @property
    def comparison(self) -> str:
        """The last week against the usual, in words; empty with too little history."""
        if self.usual is None:
            return ""
        last = self.weeks[-1]
        if last == self.usual:
            return _("as usual")
        usual = format_number(self.usual, 0 if self.usual == int(self.usual) else 1)
        if last > self.usual:
            return _("more than usual (%(n)s)", n=usual)
        return _("fewer than usual (%(n)s)", n=usual)


class _Volumes:
    """Counts suppliers, and caches which items name them. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._index = SupplierIndex()

    def read(self, source: DeskSource, now: datetime) -> tuple[SupplierVolume, ...]:
        """Count the stories of each declared supplier, in the order of the file."""
        wired, context = source.wired, source.context
        keys = [watch.key for watch in wired.catalog.watches]
        with source.store.reading() as unit:
            found = unit.volumes.list_mentions(
                keys, now - WEEKS * _WEEK, now + timedelta.resolution
            )
            found = found[-MAX_COUNTED:]
            with self._lock:
                named = self._index.suppliers(unit, {each.item_id for each in found}, context)
        by_name: dict[str, list[CountedMention]] = {}
        for each in found:
            for name in named[each.item_id]:
                by_name.setdefault(name, []).append(each)
        month = now - timedelta(days=SHARE_DAYS)
        months = {
            name: len({each.story_id for each in some if each.at >= month})
            for name, some in by_name.items()
        }
        total = sum(months.values())
        rows = []
        for supplier in wired.catalog.suppliers:
            name = context.supplier_names[supplier.key]
            weeks = _count_weeks(by_name.get(name, ()), now)
            begun = next((at for at, count in enumerate(weeks) if count), WEEKS)
            before = weeks[begun:-1]
            rows.append(
                SupplierVolume(
                    key=supplier.key,
                    name=name,
                    names=supplier.names,
                    weeks=weeks,
                    usual=median(before) if len(before) >= MIN_WEEKS else None,
                    month=months.get(name, 0),
                    share=round(100 * months.get(name, 0) / total) if total else None,
                    last_at=by_name[name][-1].at if name in by_name else None,
                )
            )
        return tuple(rows)


VOLUMES = _Volumes()


def _count_weeks(found: Sequence[CountedMention], now: datetime) -> tuple[int, ...]:
    """Count each story in the week in which it was first found."""
    first: dict[int, datetime] = {}
    for each in found:
        first.setdefault(each.story_id, each.at)
    counts = [0] * WEEKS
    for at in first.values():
        counts[WEEKS - 1 - min(WEEKS - 1, max(0, (now - at) // _WEEK))] += 1
    return tuple(counts)
