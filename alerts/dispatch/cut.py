"""Cuts digests and alerts: what is pending becomes a frozen message in the outbox, at once told.

Reading and rendering happen outside of the transaction that cuts; it takes exactly the tellings
that were rendered, and what came meanwhile stays pending. Each message is composed within a bound
of its own, and its attempt is counted before: in the transaction that ends the one before it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.attempts import ready_first, said_of
from alerts.digest.context import TellingContext
from alerts.digest.share_of_voice import SupplierIndex
from alerts.dispatch.bounded_composition import MOST_TELLING_ATTEMPTS, Trials
from alerts.dispatch.compose import freeze_message
from alerts.dispatch.composition import (
    Composed,
    Group,
    digest_of,
    kind_of,
    occasion_of,
    schedule,
    worth_telling,
)
from alerts.dispatch.preferences import apply_preferences
from alerts.errors import UnknownSubscriptionError
from alerts.messages.mime import Envelope
from alerts.messages.render import Rendered, render, render_note
from alerts.schedule.due import Due, agenda
from storage.store import Store, Unit

__all__ = ["Preview", "TellingContext", "cut_due", "operator_message", "previews", "schedule"]

log = logging.getLogger(__name__)

TASK = "tell"


def cut_due(
    store: Store,
    context: TellingContext,
    *,
    now: datetime,
    force: Collection[int] = (),
    voices: SupplierIndex | None = None,
) -> int:
    """Write the digests and alerts that are due to the outbox; returns how many.

    What falls due for one recipient at the same time is one message. A message that cannot be made,
    or takes too long, holds up no other: what it tells stays pending, it is reported and tried
    again after the others, and the third attempt tells what cannot be shown by headline and link.

    Args:
        store: what is pending.
        context: the configuration in force.
        now: the time.
        force: subscribers that are told now whatever their cadence; one with nothing to tell
            gets its message only if it wants empty ones.
        voices: what is known of the suppliers in items; remembered from call to call.
    """
    with store.reading() as unit:
        subscribers = unit.subscribers.all()
        waiting = unit.subscribers.waiting()
        damaged = dict(unit.damage.rows)
        notices = frozenset(notice.key for notice in unit.notices.open())
    plan = agenda(subscribers, context.subscriptions, waiting, now, force)
    healed = {
        key
        for key in notices
        if key.startswith("damaged:subscriber:")
        and key not in {_damage_key(*each) for each in damaged}
    }
    unnoted = {each: why for each, why in damaged.items() if _damage_key(*each) not in notices}
    if plan.moves or unnoted or healed:
        with store.transaction() as unit:
            for subscriber_id, at in plan.moves:
                unit.subscribers.set_next(subscriber_id, at)
            _note_damage(unit, unnoted, now)
            for key in healed:
                unit.notices.clear(key, now)
    trials = Trials(store, context, voices or SupplierIndex(), now, notices=notices)
    groups = _ready(store, _groups(plan.due), now)
    if not groups:
        return 0
    with store.transaction() as unit:
        unit.quarantine.begin(TASK, groups[0].subject, now)
    cut = 0
    for group, following in zip(groups, [*groups[1:], None], strict=True):
        cut += _Cutting(store, trials, group, following, now).cut()
    return cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What some recipients of a subscription would get; it names the first of them."""

    recipients: tuple[str, ...]
    rendered: Rendered


def previews(
    store: Store, context: TellingContext, subscription_key: str, *, now: datetime
) -> tuple[Preview, ...]:
    """The digests that a subscription would send now, alike ones once; nothing is changed.

    Recipients differ where they have been told different things before.

    Raises:
        UnknownSubscriptionError: naming those that exist.
    """
    subscription = context.subscriptions.get(subscription_key)
    with store.reading() as unit:
        subscribers = [s for s in unit.subscribers.all() if s.subscription_key == subscription_key]
        if subscription is None or not subscribers:
            known = ", ".join(sorted(context.subscriptions)) or "none"
            raise UnknownSubscriptionError(
                f"there is no subscription {subscription_key!r}; there are: {known}"
            )
        alike: dict[object, tuple[list[str], Rendered]] = {}
        voices = SupplierIndex()
        for each in subscribers:
            occasion = occasion_of(
                unit, kind_of(subscription), [each], [subscription], context, now
            )
            pending = unit.subscribers.pending([each.subscriber_id])
            asked_for = apply_preferences(unit, pending, [subscription], [each], context.names, now)
            tellings = worth_telling(unit, asked_for.tellings, occasion, context)
            says = tuple(
                (t.mention.mention_id, t.revision, t.what, t.told_before) for t in tellings
            )
            same = says, occasion.since, asked_for.hushed
            if same in alike:
                alike[same][0].append(each.recipient)
                continue
            digest = digest_of(
                unit, tellings, [subscription], occasion, context, asked_for.hushed, voices
            )
            alike[same] = [each.recipient], render(digest)
    return tuple(
        Preview(recipients=tuple(people), rendered=rendered) for people, rendered in alike.values()
    )


def operator_message(
    store: Store,
    context: TellingContext,
    key: str,
    subject: str,
    lines: Sequence[str],
    now: datetime,
) -> bool:
    """Write to the operator by each way that is named, once for each `key`.

    False where no way is named, or it was written before.

    Indented lines are kept in their columns.
    """
    settings = context.settings
    to = [] if settings.operator_to is None else [settings.operator_to]
    if not (to or settings.operator_also):
        log.warning("operator.unknown subject=%s", subject)
        return False
    made = []
    for recipient in (*to, *settings.operator_also):
        # the key of the address is that of all messages that were written before there were more
        own = f"operator:{key}" if recipient in to else f"operator:{key}:{recipient}"
        envelope = Envelope(
            kind="operator", delivery_key=own, recipient=recipient, list_name="operator"
        )
        try:
            made.append(freeze_message(render_note(subject, lines), envelope, settings, now))
        except Exception as error:
            # the caller has other work to go on with
            log.exception("operator.failed recipient=%s subject=%s", recipient, subject)
            with store.transaction() as unit:
                unit.notices.raise_(
                    "operator-failed",
                    f"no message to {recipient} can be made ({said_of(error)}): {subject}: see "
                    "[operator] in settings.toml",
                    now,
                )
    with store.transaction() as unit:
        new = [unit.outbox.enqueue(each, now) for each in made]
    return any(new)


def _groups(due: Sequence[Due]) -> list[Group]:
    grouped: dict[tuple[str, bool, bool], list[Due]] = {}
    for each in due:
        key = (each.subscriber.recipient.lower(), each.at_once, each.forced)
        grouped.setdefault(key, []).append(each)
    # digests first: what one tells needs no alert in the same minute
    ordered = sorted(grouped.items(), key=lambda pair: pair[0][1])
    return [Group(due=tuple(members)) for _, members in ordered]


def _ready(store: Store, groups: Sequence[Group], now: datetime) -> list[Group]:
    """The groups that may be tried now, those last that failed; what is asked for always may."""
    by_subject: dict[str, list[Group]] = {}
    for group in groups:
        by_subject.setdefault(group.subject, []).append(group)
    # an attempt that did not end is no reason to give up: the next one tells in brief
    ready = ready_first(store, TASK, list(by_subject), now, most=MOST_TELLING_ATTEMPTS)
    forced = [
        s for s in by_subject if s not in ready and any(g.due[0].forced for g in by_subject[s])
    ]
    return [
        group
        for subject in (*ready, *forced)
        for group in by_subject[subject]
        if subject in ready or group.due[0].forced
    ]


@dataclass(frozen=True, slots=True)
class _Cutting:
    """One message: composed, then written. What follows is counted as begun as this one ends."""

    store: Store
    trials: Trials
    group: Group
    following: Group | None
    now: datetime

    def cut(self) -> int:
        """Cut it; 1 where there was something to say. What it raises is recorded, not raised."""
        try:
            composed = self.trials.compose(self.group)
            return self._write(composed)
        except Exception as error:
            log.exception("telling.failed recipient=%s", self.group.recipient)
            with self.store.transaction() as unit:
                self.trials.note_failure(unit, self.group, error)
                self._begin_following(unit)
            return 0

    def _write(self, composed: Composed) -> int:
        group, now, notification = self.group, self.now, composed.notification
        with self.store.transaction() as unit:
            done = unit.subscribers.cut(
                group.ids,
                notification=notification,
                tellings=composed.settled,
                next_at=_next(group, spent=notification is not None),
                local_date={each.subscriber.subscriber_id: each.day for each in group.due},
                now=now,
            )
            if notification is not None and not done:
                # told already for this day (a clock that was put back): what is pending waits
                log.warning("telling.known key=%s", notification.delivery_key)
                for subscriber_id, at in _next(group, spent=True).items():
                    unit.subscribers.set_next(subscriber_id, at)
            self.trials.end_well(unit, group)
            _note_damage(unit, composed.damaged, now)
            self._begin_following(unit)
        if notification is None or not done:
            return 0
        log.info(
            "telling.cut kind=%s subscriptions=%s tellings=%d key=%s",
            group.kind,
            ",".join(s.key for s in group.subscriptions),
            composed.told,
            notification.delivery_key,
        )
        return 1

    def _begin_following(self, unit: Unit) -> None:
        if self.following is not None:
            unit.quarantine.begin(TASK, self.following.subject, self.now)


def _next(group: Group, *, spent: bool) -> dict[int, datetime | None]:
    """When each is due next; an alert that was not sent costs nothing of the hourly ceiling."""
    return {
        each.subscriber.subscriber_id: (
            each.next_at if spent or not each.at_once else each.subscriber.next_at
        )
        for each in group.due
    }


def _damage_key(table: str, row_id: int) -> str:
    return f"damaged:{table}:{row_id}"


def _note_damage(unit: Unit, damaged: Mapping[tuple[str, int], str], now: datetime) -> None:
    """Name the rows that could not be read in a notice each; they are told as far as they can."""
    for (table, row_id), cause in damaged.items():
        unit.notices.raise_(
            _damage_key(table, row_id),
            f"the row {row_id} of the table {table} cannot be read and is used as far as it can "
            f"be: {cause}: stop the service and `supplierwatch restore` a backup",
            now,
        )
