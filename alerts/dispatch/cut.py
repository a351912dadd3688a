"""Writes due digests and alerts to the outbox and marks their tellings as told.

A message is composed outside the transaction that writes it; this marks exactly the tellings that
were rendered, and later ones stay pending. Each message has a time limit of its own, and its
attempt is counted beforehand, in the transaction that ends the message before it.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.attempts import describe_error, select_ready
from alerts.digest.context import TellingContext
from alerts.digest.share_of_voice import SupplierIndex
from alerts.dispatch.bounded_composition import MAX_TELLING_ATTEMPTS, BoundedComposer
from alerts.dispatch.composition import (
    Composed,
    Group,
    schedule,
)
from alerts.dispatch.held_alerts import find_held
from alerts.dispatch.notification import build_notification
from alerts.dispatch.preview import Preview, previews
from alerts.messages.mime import Envelope
from alerts.messages.render import render_note
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
    supplier_index: SupplierIndex | None = None,
    settling: timedelta = timedelta(0),
) -> int:
    """Write the digests and alerts that are due to the outbox; return how many.

    Subscriptions of one recipient that are due together become one message. A message that fails or
    exceeds its time limit does not block others: its tellings stay pending, a notice is raised, and
    it is retried after the others. The third attempt shows what fails by headline and link only.

    Args:
        store: the database.
        context: the configuration in force.
        now: the time.
        force: ids of subscribers that are due now whatever their cadence; one with nothing to
            tell gets its message only if it wants empty ones.
        supplier_index: the cache of suppliers in items, kept from call to call.
        settling: an alert waits until nothing more has come for that long, so that what is found
            within seconds is one message.
    """
    with store.reading() as unit:
        subscribers = unit.subscribers.all()
        waiting, waiting_old = unit.tellings.count_pending(), unit.tellings.count_old()
        news, stalled = unit.pending_news.by_subscriber(), unit.stalled_deliveries.recipients()
        damaged = dict(unit.damage.rows)
        notices = frozenset(notice.key for notice in unit.notices.open())
    if store.whole is not store:  # rows of other groups are damaged still
        with store.whole.reading() as unit:
            unit.subscribers.all()
            damaged |= unit.damage.rows
    held = find_held(subscribers, news, stalled, now, settling)
    plan = agenda(subscribers, context.subscriptions, waiting, now, force, waiting_old, held)
    repaired = {
        key
        for key in notices
        if key.startswith("damaged:subscriber:")
        and key not in {_damage_key(*each) for each in damaged}
    }
    unreported = {each: why for each, why in damaged.items() if _damage_key(*each) not in notices}
    if plan.moves or unreported or repaired:
        with store.transaction() as unit:
            for subscriber_id, at in plan.moves:
                unit.subscribers.set_next(subscriber_id, at)
            _note_damage(unit, unreported, now)
            for key in repaired:
                unit.notices.clear(key, now)
    composer = BoundedComposer(
        store, context, supplier_index or SupplierIndex(), now, notices=notices
    )
    groups = _select_ready(store, _group_by_recipient(plan.due), now)
    if not groups:
        return 0
    with store.transaction() as unit:
        unit.quarantine.begin(TASK, groups[0].subject, now)
    cut = 0
    for group, following in zip(groups, [*groups[1:], None], strict=True):
        cut += _MessageCut(store, composer, group, following, now).cut()
    return cut


def operator_message(
    store: Store,
    context: TellingContext,
    key: str,
    subject: str,
    lines: Sequence[str],
    now: datetime,
) -> bool:
    """Write a message to each address of the operator, once for each `key`.

    Indented lines are not wrapped. Returns False if no address is configured, or the message was
    written before.
    """
    settings = context.settings
    to = [] if settings.operator_to is None else [settings.operator_to]
    if not (to or settings.operator_also):
        log.warning("operator.unknown subject=%s", subject)
        return False
    made = []
    for recipient in (*to, *settings.operator_also):
        # the key of the first address has no suffix, as before others could be configured
        own = f"operator:{key}" if recipient in to else f"operator:{key}:{recipient}"
        envelope = Envelope(
            kind="operator", delivery_key=own, recipient=recipient, list_name="operator"
        )
        try:
            made.append(build_notification(render_note(subject, lines), envelope, settings, now))
        except Exception as error:
            # must not end the caller's other work
            log.exception("operator.failed recipient=%s subject=%s", recipient, subject)
            with store.transaction() as unit:
                unit.notices.raise_(
                    "operator-failed",
                    f"no message to {recipient} can be made ({describe_error(error)}): "
                    f"{subject}: see "
                    "[operator] in settings.toml",
                    now,
                )
    with store.transaction() as unit:
        new = [unit.outbox.enqueue(each, now) for each in made]
    return any(new)


def _group_by_recipient(due: Sequence[Due]) -> list[Group]:
    grouped: dict[tuple[str, bool, bool, bool], list[Due]] = {}
    for each in due:
        key = (each.subscriber.recipient.lower(), each.at_once, each.forced, each.of_old)
        grouped.setdefault(key, []).append(each)
    # digests first: what a digest reports needs no alert in the same minute
    ordered = sorted(grouped.items(), key=lambda pair: pair[0][1])
    return [Group(due=tuple(members)) for _, members in ordered]


def _select_ready(store: Store, groups: Sequence[Group], now: datetime) -> list[Group]:
    """Return the groups that may be tried now, failed ones last; forced ones always may."""
    by_subject: dict[str, list[Group]] = {}
    for group in groups:
        by_subject.setdefault(group.subject, []).append(group)
    # an attempt that never ended does not quarantine it: the next one is composed in brief
    ready = select_ready(store, TASK, list(by_subject), now, most=MAX_TELLING_ATTEMPTS)
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
class _MessageCut:
    """Composes and writes one message, and counts the attempt of the next."""

    store: Store
    composer: BoundedComposer
    group: Group
    following: Group | None
    now: datetime

    def cut(self) -> int:
        """Compose and write the message; return how many were written. Errors are recorded only."""
        try:
            composed = self.composer.compose(self.group)
            return self._write(composed)
        except Exception as error:
            log.exception("telling.failed recipient=%s", self.group.recipient)
            with self.store.transaction() as unit:
                self.composer.record_failure(unit, self.group, error)
                self._begin_following(unit)
            return 0

    def _write(self, composed: Composed) -> int:
        group, now, notification = self.group, self.now, composed.notification
        with self.store.transaction() as unit:
            done = unit.tellings.cut(
                group.ids,
                notification=notification,
                tellings=composed.settled,
                next_at=_next_due(group, spent=notification is not None),
                local_date={each.subscriber.subscriber_id: each.day for each in group.due},
                now=now,
                asides=composed.asides,
                omitted=composed.omitted,
            )
            if notification is not None and not done:
                # this day's message exists (the clock was set back): tellings stay pending
                log.warning("telling.known key=%s", notification.delivery_key)
                for subscriber_id, at in _next_due(group, spent=True).items():
                    unit.subscribers.set_next(subscriber_id, at)
            self.composer.record_success(unit, group)
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


def _next_due(group: Group, *, spent: bool) -> dict[int, datetime | None]:
    """Return when each is due next; an unsent alert does not count for the hourly limit."""
    return {
        each.subscriber.subscriber_id: (
            each.next_at if spent or not group.due[0].at_once else each.subscriber.next_at
        )
        for each in group.due
    }


def _damage_key(table: str, row_id: int) -> str:
    return f"damaged:{table}:{row_id}"


def _note_damage(unit: Unit, damaged: Mapping[tuple[str, int], str], now: datetime) -> None:
    """Raise a notice for each row that could not be read in full."""
    for (table, row_id), cause in damaged.items():
        unit.notices.raise_(
            _damage_key(table, row_id),
            f"the row {row_id} of the table {table} cannot be read and is used as far as it can "
            f"be: {cause}: stop the service and `supplierwatch restore` a backup",
            now,
        )
