"""Delivers the outbox: claims a message, sends it outside a transaction, records the outcome.

Each outcome is committed before the next message is sent. After a crash at most one message is in
doubt; it is sent again with the same bytes and Message-ID, a limited number of times. If the
database cannot be written, the outcome is kept in memory until it can.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.channels.base import Channel, ends_the_pass
from storage.errors import StorageError
from storage.model import OutboxMessage, Receipt
from storage.store import Store

log = logging.getLogger(__name__)

FIRST_DELAY = timedelta(minutes=5)
MAX_DELAY = timedelta(hours=4)
GIVE_UP_AFTER = timedelta(days=5)
# at least: the days may have passed with the machine off, or with the clock ahead
MIN_ATTEMPTS = 8
MAX_RESENDS = 3  # of a message that may have arrived already
# longer than all timeouts of one attempt together, so that no second worker claims the message
LEASE = timedelta(minutes=20)
# messages due later were scheduled while the clock was ahead (MAX_DELAY plus jitter is less)
LONGEST_WAIT = timedelta(hours=5)
# a paused channel is resumed this often: most faults are fixed on the server
PROBE_EVERY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The receipt of a message, and when it was received."""

    message: OutboxMessage
    receipt: Receipt
    at: datetime


def deliver_due(
    store: Store,
    channels: Mapping[str, Channel],
    *,
    now: Callable[[], datetime],
    owner: str,
    limit: int = 50,
    jitter: Callable[[], float] = random.random,
    ending: Callable[[], bool] = lambda: False,
    unwritten: list[Outcome] | None = None,
) -> int:
    """Send the messages that are due; return how many were tried.

    Each outcome is recorded before the next message is sent. If the database cannot be written,
    the outcome stays in `unwritten` and nothing more is sent.

    Args:
        store: the database with the outbox.
        channels: the channels by name.
        now: the clock, called for each message.
        owner: the name of this worker in leases.
        limit: the maximum number of messages.
        jitter: returns a number from 0 to 1 that spreads retries.
        ending: returns whether to stop after the current message.
        unwritten: outcomes not recorded yet; the caller passes the same list to each call.

    Raises:
        DatabaseUnusable: the outbox cannot be read or written now.
    """
    unwritten = [] if unwritten is None else unwritten
    _record_outcomes(store, unwritten, jitter, again=True)
    _resume_paused(store, channels, now())
    tried = 0
    # channels that would fail again now; the others go on
    skipped: set[str] = set()
    try:
        while tried < limit and not ending():
            with store.transaction() as unit:
                message = unit.outbox.claim(
                    now(), owner=owner, lease=LEASE, longest_wait=LONGEST_WAIT, without=skipped
                )
            if message is None:
                break
            tried += 1
            receipt = _try_to_send(message, channels)
            unwritten.append(Outcome(message, receipt, now()))
            _record_outcomes(store, unwritten, jitter)
            if ends_the_pass(receipt):
                skipped.add(message.notification.channel)
    finally:
        for channel in channels.values():
            channel.close()
    return tried


def retry_at(
    message: OutboxMessage, receipt: Receipt, now: datetime, jitter: float
) -> datetime | None:
    """Return when to try again after `receipt`; None for never. Pure.

    `message` is as it was claimed: its attempts include this one, its unknown outcomes do not.
    The delay doubles from five minutes to four hours, for at least five days and eight attempts.
    A message of a paused channel stays due; one that may have arrived is resent at most thrice.
    """
    if receipt.outcome in ("delivered", "refused"):
        return None
    if receipt.outcome == "paused":
        # stays due, even if the clock is wrong
        return min(now, message.next_at)
    if receipt.outcome == "unknown" and message.unknown_outcomes >= MAX_RESENDS:
        return None
    if now - message.created_at >= GIVE_UP_AFTER and message.attempts >= MIN_ATTEMPTS:
        return None
    doublings = min(max(0, message.attempts - 1), 10)
    delay = min(MAX_DELAY, FIRST_DELAY * (1 << doublings))
    return now + delay * (0.8 + 0.4 * jitter)


def _try_to_send(message: OutboxMessage, channels: Mapping[str, Channel]) -> Receipt:
    name = message.notification.channel
    channel = channels.get(name)
    if channel is None:
        return Receipt(outcome="paused", detail=f"no channel {name!r} is set up")
    # a resend by the operator resets the attempts, which allows one more
    if message.unknown_outcomes > MAX_RESENDS and message.attempts > 1:
        return Receipt(outcome="unknown", detail="may have arrived; not sent again")
    try:
        return channel.send(message)
    except Exception as error:
        # a defect of the channel: it is not known whether the message was sent
        log.exception("delivery.failed row=%s channel=%s", message.row_id, name)
        return Receipt(outcome="unknown", detail=f"{type(error).__name__}: {error}")


def _record_outcomes(
    store: Store,
    unwritten: list[Outcome],
    jitter: Callable[[], float],
    *,
    again: bool = False,
) -> None:
    while unwritten:
        outcome = unwritten[0]
        try:
            _record_outcome(store, outcome, jitter())
        except StorageError:
            if not again:
                raise
            # perhaps the server's reply cannot be stored: record the outcome without it
            _record_outcome(
                store, replace(outcome, receipt=replace(outcome.receipt, detail="")), jitter()
            )
        unwritten.pop(0)


def _record_outcome(store: Store, outcome: Outcome, jitter: float) -> None:
    message, receipt, now = outcome.message, outcome.receipt, outcome.at
    notification = message.notification
    next_at = retry_at(message, receipt, now, jitter)
    with store.transaction() as unit:
        unit.outbox.record(message.row_id, receipt, now=now, next_at=next_at)
        if receipt.outcome == "paused":
            unit.outbox.pause(notification.channel, receipt.detail, now)
            unit.notices.raise_(
                f"delivery-paused:{notification.channel}",
                f"delivery by {notification.channel} is paused and nothing is lost: "
                f"{receipt.detail}. It is tried again every 15 minutes",
                now,
            )
        elif receipt.outcome == "delivered":
            unit.notices.clear(f"delivery-paused:{notification.channel}", now)
    level = logging.INFO if receipt.outcome == "delivered" else logging.WARNING
    log.log(
        level,
        "delivery.%s row=%s kind=%s code=%s next_at=%s detail=%s",
        receipt.outcome,
        message.row_id,
        notification.kind,
        receipt.code,
        next_at,
        receipt.detail,
    )


def _resume_paused(store: Store, channels: Mapping[str, Channel], now: datetime) -> None:
    with store.transaction() as unit:
        stopped = unit.outbox.paused()
        for name in channels:
            paused = stopped.get(name)
            # abs: a clock that was set back must not keep a channel paused
            if paused is not None and abs(now - paused[1]) >= PROBE_EVERY:
                unit.outbox.resume(name)
