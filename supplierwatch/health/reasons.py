"""Reasons why the service is not healthy, as sentences for the operator. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from storage.model import SourceState
from storage.telling.backlog import FailingChannel, Waiting
from storage.telling.notices import OperatorNotice

# seconds that a worker may be busy before it counts as hanging; a round that does several things
# calls `beat` after each
ROUND_LIMITS = {
    "crawl": 120.0,  # starts and reads child processes; the database may be locked for 30 seconds
    "match": 300.0,  # a batch of 200 items
    "tell": 300.0,  # one message; many may be due at once
    "deliver": 420.0,  # one message; a mail server may take 300 seconds
    "index": 300.0,
    "feeds": 300.0,
    "hubs": 300.0,
    "prune": 600.0,
    "reload": 120.0,
    "check": 120.0,
}
LONGEST_ROUND = 300.0  # seconds, of any other worker
# seconds without a round after which a worker counts as not woken; ticks are at most 120 apart
STALE_AFTER = 600.0
# seconds for which rows of a stage may normally be due
NORMAL_WAIT = {
    "crawl": 3600.0,
    "match": 300.0,
    "tell digests": 900.0,
    "tell alerts": 1800.0,  # the hourly ceiling holds one for twelve minutes
    "deliver": 900.0,
}
MAIL_PAUSED = "delivery-paused:email"
Weight = Literal["degraded", "failing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why the service is not healthy: a stable `key`, and a sentence for the operator.

    `urgent` reasons are sent to the operator by all channels; others have notices of their own.
    """

    key: str
    text: str
    weight: Weight
    urgent: bool = False


@dataclass(slots=True)
class WorkerState:
    """State of a worker; times are on the monotonic clock."""

    last_round: float
    busy_since: float | None = None
    error: str | None = None
    failures: int = 0


def round_limit(name: str) -> float:
    """Return the seconds that a worker may be busy without progress."""
    return ROUND_LIMITS.get(name, LONGEST_ROUND)


def worker_reason(name: str, state: WorkerState, now: float) -> Reason | None:
    """Return why a worker is not healthy: it hangs, is not woken, or failed last."""
    limit = round_limit(name)
    text = None
    if state.busy_since is not None and now - state.busy_since > limit:
        text = f"hangs: it has been busy with one task for {now - state.busy_since:.0f} seconds, "
        text += f"and should take {limit:.0f} at most"
    elif state.busy_since is None and now - state.last_round > STALE_AFTER:
        text = f"is not woken: its last round ended {now - state.last_round:.0f} seconds ago"
    elif state.error is not None:
        times = f"{state.failures} times in a row" if state.failures > 1 else "once"
        text = f"failed {times}, last by {state.error}; it is tried again"
    if text is None:
        return None
    return Reason(
        key=f"worker:{name}", text=f"the worker {name} {text}", weight="failing", urgent=True
    )


def lost_reason(lost: str) -> Reason:
    """Return the reason for a lost database file."""
    return Reason(
        key="database-lost",
        text=f"the database file {lost} under the running service: stop it, and put the file back "
        "or restore a backup",
        weight="failing",
        urgent=True,
    )


def late_reason(waiting: Waiting, age: float | None) -> Reason | None:
    """Return the reason for rows that have waited longer than normal.

    Args:
        waiting: the stage and its rows.
        age: seconds that the oldest row has waited.
    """
    normal = NORMAL_WAIT.get(waiting.stage)
    if age is None or normal is None or age <= normal:
        return None
    return Reason(
        key=f"late:{waiting.stage}",
        text=f"{waiting.count} wait at the stage {waiting.stage}, the oldest for {age:.0f} "
        f"seconds; up to {normal:.0f} are usual",
        weight="degraded",
    )


def channel_reason(failing: FailingChannel) -> Reason:
    """Return the reason for a channel that delivers nothing."""
    return Reason(
        key=f"channel:{failing.channel}",
        text=f"nothing could be delivered by {failing.channel} for more than ten minutes; "
        f"{failing.messages} messages are tried again, the first since "
        f"{failing.since:%Y-%m-%d %H:%M} UTC: {failing.error}",
        weight="degraded",
        urgent=True,
    )


def sources_reason(failing: Sequence[SourceState]) -> Reason:
    """Return the reason for sources whose last polls failed."""
    names = ", ".join(state.key for state in failing[:5])
    more = f" and {len(failing) - 5} more" if len(failing) > 5 else ""
    return Reason(
        key="sources-failing", text=f"sources that fail: {names}{more}", weight="degraded"
    )


def notice_reason(notice: OperatorNotice) -> Reason:
    """Return the reason for an open notice; urgent only if mail is paused: notices are mailed."""
    return Reason(
        key=f"notice:{notice.key}",
        text=notice.text,
        weight="degraded",
        urgent=notice.key == MAIL_PAUSED,
    )


def dead_reason(messages: int) -> Reason:
    """Return the reason for messages that will not be tried again."""
    return Reason(
        key="dead-messages",
        text=f"{messages} messages could not be delivered: `supplierwatch deliveries` shows the "
        "causes",
        weight="degraded",
    )


def database_reason(text: str) -> Reason:
    """Return the reason for a database that does not answer."""
    return Reason(
        key="database",
        text=f"the database does not answer: {text}",
        weight="failing",
        urgent=True,
    )
