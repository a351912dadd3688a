"""The thread of a supplier as values: events, why items belong together, matters, dates ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

EventKind = Literal[
    "press", "notice", "question", "hansard", "boardpaper", "edit", "withdrawal", "alarm"
]
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)
# the steps of a contract, in their usual order
Stage = Literal["announced", "tendered", "awarded", "signed", "changed", "ended"]
STAGES: tuple[Stage, ...] = get_args(Stage)
AheadKind = Literal["bids", "start", "review", "renewal", "end"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadEvent:
    """Something that happened in an item, or an alarm, which has no item.

    `what` says it in words (`award`, `question answered`, `a figure changed`); `text` is the
    sentence that names the supplier, or what changed. `stage` is that of a procurement notice.
    """

    kind: EventKind
    at: datetime
    what: str
    title: str
    text: str = ""
    item_id: int | None = None
    source_key: str = ""
    url: str | None = None
    stage: Stage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Why an item belongs to a matter: what it shares with another item of it.

    `reasons` are in words: `same process ocds-...`, `both name Millbrook Hospitals`.
    """

    item_id: int
    with_item: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A date that a document states and that is still to come.

    It is some day from `first` to `last`: of a year that is named alone, any. `said` are the words
    of the document. `soon`: the time to prepare for it has begun.
    """

    kind: AheadKind
    first: date
    last: date
    said: str
    item_id: int
    soon: bool

    @property
    def words(self) -> str:
        """The date as precise as it was stated: `31 March 2027`, `March 2027`, `2027`."""
        if self.first == self.last:
            return f"{self.first.day} {self.first:%B %Y}"
        return f"{self.first:%B %Y}" if self.first.month == self.last.month else f"{self.first:%Y}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractStep:
    """A stage that a contract reached, and the item whose notice states it."""

    stage: Stage
    at: datetime
    item_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Items of one subject: events oldest first, why they are joined, and the stages of a contract.

    `value` is that of the newest notice, in words. `ahead` is ordered by date.
    """

    number: int
    title: str
    item_ids: tuple[int, ...]
    events: tuple[ThreadEvent, ...]
    joins: tuple[Join, ...]
    stages: tuple[ContractStep, ...] = ()
    ahead: tuple[Ahead, ...] = ()
    value: str = ""

    @property
    def last_at(self) -> datetime:
        """When its newest event was."""
        return self.events[-1].at


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierThread:
    """All that is about a supplier: matters, those with the newest events first, and alarms.

    `complete`: the whole archive was read; else only its newest items about the supplier.
    """

    key: str
    name: str
    items: int
    matters: tuple[Matter, ...]
    alarms: tuple[ThreadEvent, ...]
    complete: bool

    @property
    def events(self) -> tuple[ThreadEvent, ...]:
        """All events, the newest first."""
        found = [event for matter in self.matters for event in matter.events]
        return tuple(sorted([*found, *self.alarms], key=lambda each: each.at, reverse=True))

    @property
    def ahead(self) -> tuple[Ahead, ...]:
        """All dates ahead, the next first."""
        found = [each for matter in self.matters for each in matter.ahead]
        return tuple(sorted(found, key=lambda each: (each.last, each.first, each.item_id)))
