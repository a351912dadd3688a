"""Composes the message with the pending tellings of some subscribers; writes nothing.

A message that cannot be composed in full is composed with some items by headline and link only
(`Cut.brief`), and without volume, coverage and thread (`Cut.bare`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

from alerts.digest.context import TellingContext
from alerts.digest.digest import Digest, MutedWatchNote, Occasion, build_digest
from alerts.digest.events.event_tellings import read_events, select_for_digest
from alerts.digest.findings import explain_tellings, mark_already_alerted, mark_copies, members_of
from alerts.digest.reader_links import end_of, links_for
from alerts.digest.recent_volume import RecentVolume, recent_volume
from alerts.digest.share_of_voice import SupplierIndex
from alerts.dispatch.notification import build_notification
from alerts.dispatch.preferences import apply_preferences, divide_asides
from alerts.dispatch.threads import thread_of
from alerts.messages.mime import Envelope
from alerts.messages.render import render
from alerts.schedule.due import Due
from alerts.text.missing_text import NOT_SHOWN
from alerts.text.sanitize import line, shorten
from config.model import Subscription
from storage.mentions.asides import PendingAside
from storage.model import Notification, PendingTelling, StoredItem, Subscriber, TextState
from storage.rules.age import is_old_item_telling
from storage.store import Unit

# an alerted mention is repeated in the next digest with new ones, for at most this long
REPEATED_FOR = timedelta(days=7)
MAX_IDS = 100  # characters; delivery keys have 400
MAX_HEADLINE = 200
MAX_ASIDES = 500  # tellings of matches around articles in one message; the rest waits

Kind = Literal["digest", "alert"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The due subscribers of one recipient that share a message."""

    due: tuple[Due, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        """The sorted ids of the subscribers."""
        return tuple(sorted(each.subscriber.subscriber_id for each in self.due))

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """The subscriptions, in the order of `due`."""
        return tuple(each.subscription for each in self.due)

    @property
    def subscribers(self) -> tuple[Subscriber, ...]:
        """The subscribers, in the order of `due`."""
        return tuple(each.subscriber for each in self.due)

    @property
    def recipient(self) -> str:
        """The mail address or channel of the message."""
        return self.due[0].subscriber.recipient

    @property
    def kind(self) -> Kind:
        """The kind of the message."""
        return "alert" if self.due[0].at_once else "digest"

    @property
    def of_old(self) -> bool:
        """Whether it is the daily message of old items, of immediate subscriptions."""
        return self.due[0].of_old

    @property
    def subject(self) -> str:
        """The subject of its attempts in quarantine."""
        return f"{'digest of old items' if self.of_old else self.kind} to {self.recipient}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What to leave out of a message.

    `brief`: item id -> why it is shown by headline and link only; an empty reason leaves out the
    headline too. `bare`: no volume, coverage and thread. `only`: no items but these, to find out
    which of them fail.
    """

    brief: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    bare: bool = False
    only: frozenset[int] | None = None


IN_FULL = Cut()


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A composed message and the tellings that it settles.

    `notification` is None if there is nothing to send; `settled` is no longer pending afterwards.
    `told` counts the tellings in the message. `items` are the ids of all pending items; `damaged`
    are rows that could not be read: (table, id) -> cause. `asides` are settled with it.
    `omitted` are ids of mentions that the message omits, since a digest reports them.
    """

    notification: Notification | None
    settled: tuple[PendingTelling, ...]
    told: int
    items: frozenset[int]
    damaged: Mapping[tuple[str, int], str]
    asides: tuple[PendingAside, ...] = ()
    omitted: frozenset[int] = frozenset()


def compose(
    unit: Unit,
    context: TellingContext,
    group: Group,
    now: datetime,
    supplier_index: SupplierIndex,
    cut: Cut = IN_FULL,
) -> Composed:
    """Read the pending tellings of a group and compose its message.

    Raises:
        MessageError: the address is invalid, or the channel is not declared.
    """
    kind = group.kind
    occasion = occasion_of(unit, kind, group.subscribers, group.subscriptions, context, now)
    pending = unit.tellings.pending(group.ids)
    items = frozenset(telling.item.item_id for telling in pending)
    is_immediate = kind == "alert" or group.of_old
    if is_immediate:
        # an alert is news; what is old goes in one message a day
        pending = tuple(each for each in pending if is_old_item_telling(each) == group.of_old)
    if cut.only is not None:
        pending = tuple(each for each in pending if each.item.item_id in cut.only)
    wanted = apply_preferences(unit, pending, group.subscriptions, group.subscribers, context, now)
    tellings = select_tellings(unit, wanted.tellings, occasion, context)
    omitted: frozenset[int] = frozenset()
    if kind == "alert":
        omitted = select_for_digest(occasion.recipient, unit, tellings, context, now)
        tellings = tuple(each for each in tellings if each.mention.mention_id not in omitted)
    asides, declined_asides = pending_asides(unit, context, group.subscribers, kind, now)
    if cut.bare or cut.only is not None or group.of_old:
        asides = ()
    shown = tuple(_shorten_telling(telling, cut.brief) for telling in tellings)
    digest = digest_of(
        unit,
        shown,
        group.subscriptions,
        occasion,
        context,
        wanted.muted_watches,
        supplier_index,
        bare=cut.bare or group.of_old,
        asides=asides,
    )
    notification = None
    if not digest.empty or (not is_immediate and any(s.send_empty for s in group.subscriptions)):
        envelope = Envelope(
            kind=kind,
            delivery_key=_build_delivery_key(group, tellings, now),
            recipient=group.recipient,
            list_name=group.subscriptions[0].key,
            contact=context.contact,
            stop=end_of(occasion.links),
            thread=() if cut.bare else thread_of(unit, tellings, occasion),
        )
        notification = build_notification(render(digest), envelope, context.settings, now)
    settled = (
        pending if is_immediate or notification else (*_find_stale(tellings, now), *wanted.declined)
    )
    return Composed(
        notification=notification,
        settled=settled,
        told=len(tellings),
        items=items,
        damaged=dict(unit.damage.rows),
        asides=(*asides, *declined_asides) if notification else declined_asides,
        omitted=omitted,
    )


def pending_asides(
    unit: Unit,
    context: TellingContext,
    subscribers: Sequence[Subscriber],
    kind: Kind,
    now: datetime,
) -> tuple[tuple[PendingAside, ...], tuple[PendingAside, ...]]:
    """Return the asides for a message, and those that are not wanted; alerts have none."""
    if kind == "alert":
        return (), ()
    ids = [each.subscriber_id for each in subscribers]
    pending = unit.asides.pending(ids, limit=MAX_ASIDES)
    return divide_asides(unit, pending, subscribers, context.with_asides, now)


def select_tellings(
    unit: Unit, pending: Sequence[PendingTelling], occasion: Occasion, context: TellingContext
) -> tuple[PendingTelling, ...]:
    """Select the pending tellings for a message: for an alert, only those not told before."""
    if occasion.kind == "alert":
        # an alert repeats neither a mention nor a story that was told before
        marked = mark_copies(occasion.recipient, unit, pending, context)
        return tuple(telling for telling in marked if telling.told_before is None)
    return mark_already_alerted(occasion.recipient, unit, pending, context)


def digest_of(
    unit: Unit,
    tellings: Sequence[PendingTelling],
    subscriptions: Sequence[Subscription],
    occasion: Occasion,
    context: TellingContext,
    muted_watches: Sequence[MutedWatchNote],
    supplier_index: SupplierIndex,
    *,
    bare: bool = False,
    asides: Sequence[PendingAside] = (),
) -> Digest:
    """Build the content of a message; `bare` leaves out volume and coverage."""
    keys = dict.fromkeys(key for s in subscriptions for key in context.watch_keys(s))
    coverage, last = None, RecentVolume()
    if occasion.kind == "digest" and not bare:
        coverage = unit.coverage(occasion.since or occasion.now, occasion.now)
        last = recent_volume(unit, context, subscriptions, supplier_index, occasion.now)
    findings = explain_tellings(unit, tellings, context)
    in_full = [each.item for each in tellings if each.item.thin_reason != NOT_SHOWN]
    return build_digest(
        findings,
        names=context.names,
        occasion=occasion,
        coverage=coverage,
        watch_keys=tuple(keys),
        members=members_of(unit, in_full),
        muted_watches=muted_watches,
        volume=last.volume,
        supplier_shares=last.supplier_shares,
        asides=[each.aside for each in asides],
        events=read_events(unit, in_full, context),
    )


def occasion_of(
    unit: Unit,
    kind: Kind,
    subscribers: Sequence[Subscriber],
    subscriptions: Sequence[Subscription],
    context: TellingContext,
    now: datetime,
) -> Occasion:
    """Build the occasion of a message: its recipient, time and period."""
    since = min(s.last_cut_at or s.activated_at for s in subscribers)
    return Occasion(
        kind=kind,
        recipient=subscribers[0].recipient,
        subscriptions=tuple(s.key for s in subscriptions),
        schedules=tuple(schedule(s) for s in subscriptions),
        timezone=subscriptions[0].timezone,
        # after the clock was set back, the period must not end before it begins
        since=min(since, now),
        now=now,
        contact=context.contact,
        links=links_for(unit, context.settings.service.public_url, subscribers),
    )


def schedule(subscription: Subscription) -> str:
    """Format a subscription with its cadence: `daily (daily at 07:30)`."""
    cadence = subscription.cadence
    return f"{subscription.key} ({cadence.text or cadence.kind})"


def _shorten_telling(telling: PendingTelling, brief: Mapping[int, str]) -> PendingTelling:
    """Reduce a telling to headline and link if its item is in `brief`."""
    item = telling.item
    if item.item_id not in brief:
        return telling
    match = replace(telling.mention.match, spans=(), revision=1)
    headline = f"Item {item.item_id}"
    if brief[item.item_id]:
        headline = shorten(line(item.title[: 2 * MAX_HEADLINE]), MAX_HEADLINE) or headline
    return replace(
        telling,
        item=StoredItem(
            item_id=item.item_id,
            source_key=item.source_key,
            kind=item.kind,
            url=item.url if item.url is not None and len(item.url) <= 2_000 else None,
            title=headline,
            authors=(),
            published_at=None,
            published_raw=None,
            language=None,
            summary="",
            body="",
            comments="",
            pages=(),
            text_state=TextState.THIN,
            thin_reason=NOT_SHOWN,
            content_hash=None,
            first_seen_at=item.first_seen_at,
            revised_at=None,
            revision=1,
            baseline=False,
            # a story of its own, so that no other item takes its place
            story_id=-item.item_id,
            carriers=(),
        ),
        mention=replace(telling.mention, match=match),
    )


def _find_stale(tellings: Sequence[PendingTelling], now: datetime) -> tuple[PendingTelling, ...]:
    """Return the tellings that an alert told longer than `REPEATED_FOR` ago."""
    return tuple(
        telling
        for telling in tellings
        if telling.told_before is not None and now - telling.told_before >= REPEATED_FOR
    )


def _build_delivery_key(group: Group, tellings: Sequence[PendingTelling], now: datetime) -> str:
    ids = "+".join(str(each) for each in group.ids)
    if len(ids) > MAX_IDS:
        ids = hashlib.sha256(ids.encode()).hexdigest()[:32]
    first = group.due[0]
    told = sorted({(t.mention.mention_id, t.revision, t.what) for t in tellings})
    content = hashlib.sha256(repr(told).encode()).hexdigest()[:16]
    if group.kind == "alert":
        return f"alert:{ids}:{content}"
    if group.of_old:
        return f"old:{ids}:{content}"
    slot = first.day.isoformat()
    if first.forced or first.subscription.cadence.kind in ("hourly", "cron"):
        slot = f"{now:%Y-%m-%dT%H:%MZ}"
    return f"digest:{ids}:{slot}" + (":now" if first.forced else "")
