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
from typing import Any, Protocol

from storage.model import SourceState
from storage.store import Store, Unit
from storage.telling.backlog import FailingChannel, Waiting
from supplierwatch.health.reasons import (
    NORMAL_WAIT,
    Reason,
    WorkerState,
    channel_reason,
    database_reason,
    dead_reason,
    late_reason,
    lost_reason,
    notice_reason,
    round_limit,
    sources_reason,
    worker_reason,
)

CHANNEL_FAILS_AFTER = timedelta(minutes=10)


class Watched(Protocol):
    """The part of the service that health looks at."""

    store: Store

    @property
    def clock(self) -> Any:
        """Gives aware UTC datetimes."""
        ...


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
        self._workers: dict[str, WorkerState] = {}
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
            worker = self._workers.setdefault(name, WorkerState(time.monotonic()))
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
            self._workers[name] = WorkerState(time.monotonic())

    def failed(self, name: str, error: BaseException) -> None:
        """A round of worker `name` failed; it will be tried again."""
        with self._lock:
            before = self._workers.get(name)
            self._workers[name] = WorkerState(
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
                name: WorkerState(one.last_round, one.busy_since, one.error, one.failures)
                for name, one in sorted(self._workers.items())
            }
        said: dict[str, Any] = {
            "started_at": self._started_at.isoformat(),
            "workers": {name: _worker_json(name, one, now) for name, one in workers.items()},
        }
        reasons = [
            reason for name, one in workers.items() if (reason := worker_reason(name, one, now))
        ]
        for check in self._parts.checks:
            reasons += check()
        for name, detail in self._parts.details.items():
            said[name] = detail()
        lost = (
            self._service.store.lost_file() if hasattr(self._service.store, "lost_file") else None
        )
        if lost is not None:
            return said | {"database": lost}, (*reasons, lost_reason(lost))
        try:
            stored, more = self._read_stored(now)
        except Exception as error:  # whatever it is, a probe must get an answer
            text = f"{type(error).__name__}: {error}"
            reasons.append(database_reason(text))
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
        reasons = [late_reason(one, ages[one.stage]) for one in waiting]
        reasons += [channel_reason(one) for one in channels]
        reasons += [notice_reason(one) for one in notices]
        if failing:
            reasons.append(sources_reason(failing))
        if dead := messages.get("dead", 0):
            reasons.append(dead_reason(dead))
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


def _worker_json(name: str, one: WorkerState, now: float) -> dict[str, Any]:
    busy = None if one.busy_since is None else round(now - one.busy_since, 1)
    return {
        "seconds_ago": round(now - one.last_round, 1),
        "busy_seconds": busy,
        "limit_seconds": round_limit(name),
        "failures": one.failures,
        "error": one.error,
    }


def _failing(state: SourceState) -> dict[str, Any]:
    last = state.last_success_at
    return {
        "key": state.key,
        "failures": state.failures,
        "last_success": None if last is None else last.isoformat(),
        "cause": state.last_error,
    }
