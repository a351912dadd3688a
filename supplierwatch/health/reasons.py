"""Why the service is not well, in sentences for its operator. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from storage.model import SourceState
from storage.telling.backlog import FailingChannel, Waiting
from storage.telling.notices import OperatorNotice

# seconds that a worker may be busy with one thing, after which it hangs; whoever does several
# things in a round says so after each (`beat`)
ROUND_LIMITS = {
    "crawl": 120.0,  # starts and hears child processes; the database may be locked for 30 seconds
    "match": 300.0,  # a batch of 200 items
    "tell": 300.0,  # one message; many may be due at once
    "deliver": 420.0,  # one message; a mail server may take 300 seconds over it
    "index": 300.0,
    "feeds": 300.0,
    "prune": 600.0,
    "reload": 120.0,
    "check": 120.0,
}
LONGEST_ROUND = 300.0  # seconds, of any other worker
# seconds without the beginning of a round, after which nothing wakes a worker; ticks are 120 apart
STALE_AFTER = 600.0
# seconds that rows of a stage may be due and not done while all is well
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
    """Why the service is not well: a stable `key`, and a sentence for the operator.

    `urgent` is what the operator is written to about by every way there is; the others are told by
    notices of their own.
    """

    key: str
    text: str
    weight: Weight
    urgent: bool = False


@dataclass(slots=True)
class WorkerState:
    """What a worker does; times are on the monotonic clock."""

    last_round: float
    busy_since: float | None = None
    error: str | None = None
    failures: int = 0


def round_limit(name: str) -> float:
    """Seconds that a worker may be busy with one thing."""
    return ROUND_LIMITS.get(name, LONGEST_ROUND)


def worker_reason(name: str, one: WorkerState, now: float) -> Reason | None:
    """A worker that hangs, is not woken, or failed last."""
    limit = round_limit(name)
    text = None
    if one.busy_since is not None and now - one.busy_since > limit:
        text = f"hangs: it has been busy with one thing for {now - one.busy_since:.0f} seconds, "
        text += f"and {limit:.0f} is the most that it takes"
    elif one.busy_since is None and now - one.last_round > STALE_AFTER:
        text = f"is not woken: its last round ended {now - one.last_round:.0f} seconds ago"
    elif one.error is not None:
        times = f"{one.failures} times in a row" if one.failures > 1 else "once"
        text = f"failed {times}, last by {one.error}; it is tried again"
    if text is None:
        return None
    return Reason(
        key=f"worker:{name}", text=f"the worker {name} {text}", weight="failing", urgent=True
    )


def lost_reason(lost: str) -> Reason:
    """A database file that is gone."""
    return Reason(
        key="database-lost",
        text=f"the database file {lost} under the running service: stop it, and put the file back "
        "or restore a backup",
        weight="failing",
        urgent=True,
    )


def late_reason(one: Waiting, age: float | None) -> Reason | None:
    """Rows that have waited for longer than is usual."""
    normal = NORMAL_WAIT.get(one.stage)
    if age is None or normal is None or age <= normal:
        return None
    return Reason(
        key=f"late:{one.stage}",
        text=f"{one.count} wait at the stage {one.stage}, the oldest for {age:.0f} seconds; "
        f"up to {normal:.0f} are usual",
        weight="degraded",
    )


def channel_reason(one: FailingChannel) -> Reason:
    """A channel that delivers nothing."""
    return Reason(
        key=f"channel:{one.channel}",
        text=f"nothing could be delivered by {one.channel} for more than ten minutes; "
        f"{one.messages} messages are tried again, the first since "
        f"{one.since:%Y-%m-%d %H:%M} UTC: {one.error}",
        weight="degraded",
        urgent=True,
    )


def sources_reason(failing: Sequence[SourceState]) -> Reason:
    """Sources whose last polls failed."""
    names = ", ".join(state.key for state in failing[:5])
    more = f" and {len(failing) - 5} more" if len(failing) > 5 else ""
    return Reason(
        key="sources-failing", text=f"sources that fail: {names}{more}", weight="degraded"
    )


def notice_reason(one: OperatorNotice) -> Reason:
    """A notice that is open. The operator is mailed about each, but for one about mail itself."""
    return Reason(
        key=f"notice:{one.key}",
        text=one.text,
        weight="degraded",
        urgent=one.key == MAIL_PAUSED,
    )


def dead_reason(messages: int) -> Reason:
    """Messages that will not be tried again."""
    return Reason(
        key="dead-messages",
        text=f"{messages} messages could not be delivered: `supplierwatch deliveries` shows the "
        "causes",
        weight="degraded",
    )


def database_reason(text: str) -> Reason:
    """A database that does not answer."""
    return Reason(
        key="database",
        text=f"the database does not answer: {text}",
        weight="failing",
        urgent=True,
    )
