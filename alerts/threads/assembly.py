"""Assembles the thread of a supplier from its items. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from alerts.text.notice_summary import format_amount
from alerts.text.sanitize import line
from alerts.threads.clues import clues_of
from alerts.threads.dates_ahead import dates_ahead, merge_ahead
from alerts.threads.item_events import events_of
from alerts.threads.joining import CluedItem, join_items
from alerts.threads.model import Ahead, Join, Matter, SupplierThread, ThreadEvent
from alerts.threads.passages import passages_of
from alerts.threads.stages import contract_stages, notice_versions
from storage.model import ItemRevision, Span, StoredItem


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadItem:
    """An item that is about a supplier: where it names it, and its earlier texts, oldest first.

    Without spans it does not name the supplier, and is there by an identifier.
    """

    item: StoredItem
    spans: tuple[Span, ...]
    earlier: tuple[ItemRevision, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadSubject:
    """The supplier that a thread is about, with its names and its numbers at Companies House."""

    key: str
    name: str
    names: tuple[str, ...]
    numbers: frozenset[str] = frozenset()


def assemble(
    subject: ThreadSubject,
    items: Sequence[ThreadItem],
    alarms: Sequence[ThreadEvent],
    *,
    today: date,
    since: datetime | None = None,
    complete: bool = True,
) -> SupplierThread:
    """Return the thread of a supplier.

    Args:
        subject: the supplier.
        items: those that are about it.
        alarms: about its volume.
        today: dates before it are not ahead.
        since: matters without an event since then are left out, and alarms before.
        complete: the whole archive was read.
    """
    own = frozenset(f" {' '.join(name.casefold().split())} " for name in subject.names if name)
    by_id = {each.item.item_id: each for each in items}
    passages = {key: passages_of(each.item, each.spans) for key, each in by_id.items()}
    clued = [
        CluedItem(
            item_id=key,
            story_id=each.item.story_id,
            at=each.item.published_at or each.item.first_seen_at,
            clues=clues_of(each.item, passages[key], own_names=own, own_numbers=subject.numbers),
        )
        for key, each in by_id.items()
    ]
    made = [
        _build_matter([by_id[key] for key in ids], joins, passages, today)
        for ids, joins in join_items(clued)
    ]
    kept = [each for each in made if since is None or each.last_at >= since]
    kept.sort(key=lambda each: (each.last_at, each.item_ids), reverse=True)
    return SupplierThread(
        key=subject.key,
        name=subject.name,
        items=len(items),
        matters=tuple(kept),
        alarms=tuple(each for each in alarms if since is None or each.at >= since),
        complete=complete,
    )


def _build_matter(
    members: Sequence[ThreadItem],
    joins: tuple[Join, ...],
    passages: Mapping[int, Sequence[str]],
    today: date,
) -> Matter:
    events = [event for each in members for event in events_of(each.item, each.earlier, each.spans)]
    notices = [
        (each.item, notice_versions(each.item, each.earlier))
        for each in members
        if each.item.kind == "tender"
    ]
    ahead: list[Ahead] = []
    for each in members:
        if each.item.retracted_at is None:
            ahead += dates_ahead(each.item, passages[each.item.item_id], today)
    valued = [item for item, _ in notices if item.notice and item.notice.value is not None]
    notice = valued[-1].notice if valued else None
    # a notice names its subject better than a headline
    named = notices[-1][0] if notices else members[0].item
    return Matter(
        number=members[0].item.item_id,
        title=line(named.title, 200) or "(no title)",
        item_ids=tuple(each.item.item_id for each in members),
        events=tuple(sorted(events, key=lambda event: (event.at, event.item_id or 0))),
        joins=joins,
        stages=contract_stages(notices),
        ahead=merge_ahead(ahead),
        value=""
        if notice is None or notice.value is None
        else format_amount(notice.value, notice.currency),
    )
