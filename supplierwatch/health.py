"""What the service knows of its own state, as one value that pages and probes read.

Ages are on the monotonic clock where they concern this process; those of rows are by the wall
clock, and never above the time that this process has had to do something about them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from storage.backlog import FailingChannel, Waiting
from storage.model import SourceState
from storage.store import Store, Unit

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
CHANNEL_FAILS_AFTER = timedelta(minutes=10)

Weight = Literal["degraded", "failing"]


class Watched(Protocol):
    """The part of the service that health looks at."""

    store: Store

    @property
    def clock(self) -> Any:
        """Gives aware UTC datetimes."""
        ...


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
class _Worker:
    last_round: float
    busy_since: float | None = None
    error: str | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Keys of subscriptions: told by a timetable, and told at once with nothing to hold them."""

    digests: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()


Check = Callable[[], Sequence[Reason]]


@dataclass(slots=True)
class _Parts:
    """What other parts of the service add to the report."""

    checks: list[Check] = field(default_factory=list)
    details: dict[str, Callable[[], Any]] = field(default_factory=dict)


class Health:
    """Collects what workers report and reads the rest from the database when asked."""

    def __init__(
        self, service: Watched, *, audience: Callable[[], Audience] = lambda: Audience()
    ) -> None:
        self._service = service
        self._audience = audience
        self._workers: dict[str, _Worker] = {}
        self._lock = threading.Lock()
        self._started_at: datetime = service.clock()
        self._began = time.monotonic()
        self._parts = _Parts()
        self._newest_message: int | None = None

    def add_check(self, check: Check) -> None:
        """Ask `check` for reasons at each report. It must not wait for anything."""
        self._parts.checks.append(check)

    def add_detail(self, name: str, detail: Callable[[], Any]) -> None:
        """Show what `detail` gives, JSON-ready, as `name` in each report."""
        self._parts.details[name] = detail

    def began(self, name: str) -> None:
        """Worker `name` starts its first round."""
        self.worked(name)

    def round_began(self, name: str) -> None:
        """Worker `name` begins a round."""
        with self._lock:
            worker = self._workers.setdefault(name, _Worker(time.monotonic()))
            worker.busy_since = time.monotonic()

    def beat(self, name: str) -> None:
        """Worker `name` has got on with its round: it is measured anew from here."""
        with self._lock:
            worker = self._workers.get(name)
            if worker is not None and worker.busy_since is not None:
                worker.busy_since = time.monotonic()

    def worked(self, name: str) -> None:
        """A round of worker `name` ended well."""
        with self._lock:
            self._workers[name] = _Worker(time.monotonic())

    def failed(self, name: str, error: BaseException) -> None:
        """A round of worker `name` failed; it will be tried again."""
        with self._lock:
            before = self._workers.get(name)
            self._workers[name] = _Worker(
                time.monotonic(),
                error=f"{type(error).__name__}: {error}",
                failures=1 + (before.failures if before is not None else 0),
            )

    def observe_progress(self) -> None:
        """See from outside whether telling gets on: it writes many messages in one round."""
        with self._service.store.reading() as unit:
            newest = unit.backlog.newest_message()
        if newest != self._newest_message:
            self._newest_message = newest
            self.beat("tell")

    def report(self) -> dict[str, Any]:
        """The whole state as JSON-ready values; `status` is "ok", "degraded" or "failing".

        "degraded": something needs a look (a notice, a blind source, a dead message, a channel
        that does not deliver) while the service works. "failing": a worker hangs or fails, or the
        database does not answer or has gone. `reasons` says which, in sentences.
        """
        said, reasons = self._examine()
        weights = {reason.weight for reason in reasons}
        status = "failing" if "failing" in weights else "degraded" if weights else "ok"
        return said | {"status": status, "reasons": [reason.text for reason in reasons]}

    def reasons(self) -> tuple[Reason, ...]:
        """Why the service is not well now; nothing where it is."""
        return self._examine()[1]

    def _examine(self) -> tuple[dict[str, Any], tuple[Reason, ...]]:
        now = time.monotonic()
        with self._lock:
            workers = {
                name: _Worker(one.last_round, one.busy_since, one.error, one.failures)
                for name, one in sorted(self._workers.items())
            }
        said: dict[str, Any] = {
            "started_at": self._started_at.isoformat(),
            "workers": {name: _worker_json(name, one, now) for name, one in workers.items()},
        }
        reasons = [
            reason for name, one in workers.items() if (reason := _worker_reason(name, one, now))
        ]
        for check in self._parts.checks:
            reasons += check()
        for name, detail in self._parts.details.items():
            said[name] = detail()
        lost = (
            self._service.store.lost_file() if hasattr(self._service.store, "lost_file") else None
        )
        if lost is not None:
            return said | {"database": lost}, (*reasons, _lost_reason(lost))
        try:
            stored, more = self._read_stored(now)
        except Exception as error:  # whatever it is, a probe must get an answer
            text = f"{type(error).__name__}: {error}"
            reasons.append(
                Reason(
                    key="database",
                    text=f"the database does not answer: {text}",
                    weight="failing",
                    urgent=True,
                )
            )
            return said | {"database": text}, tuple(reasons)
        return said | stored | {"database": "ok"}, (*reasons, *more)

    def _read_stored(self, now: float) -> tuple[dict[str, Any], list[Reason]]:
        clock, audience = self._service.clock(), self._audience()
        with self._service.store.reading() as unit:
            sources = [state for state in unit.sources.all() if state.active]
            notices = unit.notices.open()
            messages = unit.outbox.counts()
            items = unit.items.count()
            waiting, channels = _read_backlog(unit, clock, audience)
        failing = [state for state in sources if state.failures]
        ages = {one.stage: _age(one, clock, now - self._began) for one in waiting}
        stored = {
            "items": items,
            "messages": dict(messages),
            "notices": [
                {"key": n.key, "text": n.text, "since": n.since.isoformat()} for n in notices
            ],
            "sources": {
                "watched": len(sources),
                "polled": sum(1 for state in sources if state.last_polled_at is not None),
                "failing": [_failing(state) for state in failing],
            },
            "waiting": {
                one.stage: {
                    "count": one.count,
                    "oldest_seconds": ages[one.stage],
                    "normal_seconds": NORMAL_WAIT.get(one.stage),
                }
                for one in waiting
            },
            "channels_failing": [
                {
                    "channel": one.channel,
                    "messages": one.messages,
                    "since": one.since.isoformat(),
                    "cause": one.error,
                }
                for one in channels
            ],
        }
        reasons = [_late_reason(one, ages[one.stage]) for one in waiting]
        reasons += [_channel_reason(one) for one in channels]
        reasons += [
            Reason(
                key=f"notice:{one.key}",
                text=one.text,
                weight="degraded",
                # the operator is mailed about each notice, but not where mail is what it is about
                urgent=one.key == MAIL_PAUSED,
            )
            for one in notices
        ]
        if failing:
            reasons.append(_sources_reason(failing))
        if dead := messages.get("dead", 0):
            reasons.append(
                Reason(
                    key="dead-messages",
                    text=f"{dead} messages could not be delivered: `supplierwatch deliveries` "
                    "shows the causes",
                    weight="degraded",
                )
            )
        return stored, [reason for reason in reasons if reason is not None]


def _read_backlog(
    unit: Unit, clock: datetime, audience: Audience
) -> tuple[tuple[Waiting, ...], tuple[FailingChannel, ...]]:
    waiting = unit.backlog.waiting(clock, digests=audience.digests, alerts=audience.alerts)
    return waiting, unit.backlog.failing_channels(clock, longer=CHANNEL_FAILS_AFTER)


def _age(one: Waiting, clock: datetime, running: float) -> float | None:
    """Seconds that the oldest row has waited, of those in which this process could have done it."""
    if one.oldest_at is None:
        return None
    return round(min(max(0.0, (clock - one.oldest_at).total_seconds()), running), 1)


def _round_limit(name: str) -> float:
    return ROUND_LIMITS.get(name, LONGEST_ROUND)


def _worker_json(name: str, one: _Worker, now: float) -> dict[str, Any]:
    busy = None if one.busy_since is None else round(now - one.busy_since, 1)
    return {
        "seconds_ago": round(now - one.last_round, 1),
        "busy_seconds": busy,
        "limit_seconds": _round_limit(name),
        "failures": one.failures,
        "error": one.error,
    }


def _worker_reason(name: str, one: _Worker, now: float) -> Reason | None:
    limit = _round_limit(name)
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


def _lost_reason(lost: str) -> Reason:
    return Reason(
        key="database-lost",
        text=f"the database file {lost} under the running service: stop it, and put the file back "
        "or restore a backup",
        weight="failing",
        urgent=True,
    )


def _late_reason(one: Waiting, age: float | None) -> Reason | None:
    normal = NORMAL_WAIT.get(one.stage)
    if age is None or normal is None or age <= normal:
        return None
    return Reason(
        key=f"late:{one.stage}",
        text=f"{one.count} wait at the stage {one.stage}, the oldest for {age:.0f} seconds; "
        f"up to {normal:.0f} are usual",
        weight="degraded",
    )


def _channel_reason(one: FailingChannel) -> Reason:
    return Reason(
        key=f"channel:{one.channel}",
        text=f"nothing could be delivered by {one.channel} for more than ten minutes; "
        f"{one.messages} messages are tried again, the first since "
        f"{one.since:%Y-%m-%d %H:%M} UTC: {one.error}",
        weight="degraded",
        urgent=True,
    )


def _sources_reason(failing: Sequence[SourceState]) -> Reason:
    names = ", ".join(state.key for state in failing[:5])
    more = f" and {len(failing) - 5} more" if len(failing) > 5 else ""
    return Reason(
        key="sources-failing", text=f"sources that fail: {names}{more}", weight="degraded"
    )


def _failing(state: SourceState) -> dict[str, Any]:
    last = state.last_success_at
    return {
        "key": state.key,
        "failures": state.failures,
        "last_success": None if last is None else last.isoformat(),
        "cause": state.last_error,
    }
