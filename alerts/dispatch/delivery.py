"""The delivery worker: claims a message, sends it with no transaction open, records the outcome.

One commit for each message: a crash leaves at most the one in flight in doubt, and that one goes
again with the same bytes and the same Message-ID, a few times at most. A database that cannot be
written for a while is no crash: what became of the message is kept until it can.
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
LONGEST_DELAY = timedelta(hours=4)
GIVE_UP_AFTER = timedelta(days=5)
# and not before: the days may have passed with the machine off, or on a clock that ran ahead
LEAST_ATTEMPTS = 8
MAX_RESENDS = 3  # of a message that may have arrived already
# longer than all waits of one attempt together, so that no second worker takes a living one's
LEASE = timedelta(minutes=20)
# nothing waits for longer (a delay is spread by a fifth): a clock that ran ahead put it so far off
LONGEST_WAIT = timedelta(hours=5)
# a paused channel is tried again this often with one message: most faults are mended on the server
PROBE_EVERY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message, and when."""

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
    """Try the messages that are due; returns how many were tried.

    What became of a message is written down before the next one is begun. Where the database
    cannot be written, it waits in `unwritten` and nothing more is sent.

    Args:
        store: the outbox.
        channels: ways to deliver, by name.
        now: the clock; asked anew for each message.
        owner: names this worker in leases.
        limit: how many messages at most.
        jitter: a number from 0 to 1 that spreads retries.
        ending: whether to stop after the message in hand.
        unwritten: kept by the caller from one call to the next.

    Raises:
        DatabaseUnusable: the outbox cannot be read or written now.
    """
    unwritten = [] if unwritten is None else unwritten
    _write_down(store, unwritten, jitter, again=True)
    _probe_paused(store, channels, now())
    tried = 0
    # what one channel cannot do now holds up no other
    resting: set[str] = set()
    try:
        while tried < limit and not ending():
            with store.transaction() as unit:
                message = unit.outbox.claim(
                    now(), owner=owner, lease=LEASE, longest_wait=LONGEST_WAIT, without=resting
                )
            if message is None:
                break
            tried += 1
            receipt = _attempt(message, channels)
            unwritten.append(Outcome(message, receipt, now()))
            _write_down(store, unwritten, jitter)
            if ends_the_pass(receipt):
                resting.add(message.notification.channel)
    finally:
        for channel in channels.values():
            channel.rest()
    return tried


def retry_at(
    message: OutboxMessage, receipt: Receipt, now: datetime, jitter: float
) -> datetime | None:
    """When to try again after `receipt`; None for never. Pure.

    `message` is as it was claimed: its attempts count this one, its unknown outcomes do not.
    Doubles from five minutes to four hours, for five days and eight attempts. A paused message
    costs nothing and stays due; one that may have arrived is sent again three times at most.
    """
    if receipt.outcome in ("delivered", "refused"):
        return None
    if receipt.outcome == "paused":
        # due as before; not by a clock that may be wrong
        return min(now, message.next_at)
    if receipt.outcome == "unknown" and message.unknown_outcomes >= MAX_RESENDS:
        return None
    if now - message.created_at >= GIVE_UP_AFTER and message.attempts >= LEAST_ATTEMPTS:
        return None
    doublings = min(max(0, message.attempts - 1), 10)
    delay = min(LONGEST_DELAY, FIRST_DELAY * (1 << doublings))
    return now + delay * (0.8 + 0.4 * jitter)


def _attempt(message: OutboxMessage, channels: Mapping[str, Channel]) -> Receipt:
    name = message.notification.channel
    channel = channels.get(name)
    if channel is None:
        return Receipt(outcome="paused", detail=f"no channel {name!r} is set up")
    # attempts begin anew where the operator asked for a resend: that is one more
    if message.unknown_outcomes > MAX_RESENDS and message.attempts > 1:
        return Receipt(outcome="unknown", detail="may have arrived; not sent again")
    try:
        return channel.send(message)
    except Exception as error:
        # a defect of ours: whether anything went out is not known
        log.exception("delivery.failed row=%s channel=%s", message.row_id, name)
        return Receipt(outcome="unknown", detail=f"{type(error).__name__}: {error}")


def _write_down(
    store: Store,
    unwritten: list[Outcome],
    jitter: Callable[[], float],
    *,
    again: bool = False,
) -> None:
    while unwritten:
        outcome = unwritten[0]
        try:
            _record(store, outcome, jitter())
        except StorageError:
            if not again:
                raise
            # should the server's words be what cannot be stored, the outcome is what counts
            _record(store, replace(outcome, receipt=replace(outcome.receipt, detail="")), jitter())
        unwritten.pop(0)


def _record(store: Store, outcome: Outcome, jitter: float) -> None:
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


def _probe_paused(store: Store, channels: Mapping[str, Channel], now: datetime) -> None:
    with store.transaction() as unit:
        stopped = unit.outbox.paused()
        for name in channels:
            paused = stopped.get(name)
            # a clock that was put back must not keep a channel shut
            if paused is not None and abs(now - paused[1]) >= PROBE_EVERY:
                unit.outbox.resume(name)
