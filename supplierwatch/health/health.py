"""Collects the state of the service into one report for /health and for monitoring probes.

Ages of this process are on the monotonic clock. Ages of rows are by the wall clock, and never
more than the time for which this process has been running.
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
    """The part of the service that `Health` reads."""

    store: Store

    @property
    def clock(self) -> Any:
        """Returns aware UTC datetimes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Keys of subscriptions with scheduled digests, and of those alerted without quiet hours."""

    digests: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()


Check = Callable[[], Sequence[Reason]]


@dataclass(slots=True)
class _Parts:
    """Checks and details that other parts of the service add to the report."""

    checks: list[Check] = field(default_factory=list)
    details: dict[str, Callable[[], Any]] = field(default_factory=dict)


class Health:
    """Records the state of workers, and reads the rest from the database for each report."""

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
        """Call `check` for reasons at each report. It must not block."""
        self._parts.checks.append(check)

    def add_detail(self, name: str, detail: Callable[[], Any]) -> None:
        """Add the JSON-ready result of `detail` to each report as `name`."""
        self._parts.details[name] = detail

    def note_start(self, name: str) -> None:
        """Record that worker `name` was started."""
        self.note_success(name)

    def note_round(self, name: str) -> None:
        """Record that worker `name` begins a round."""
        with self._lock:
            worker = self._workers.setdefault(name, WorkerState(time.monotonic()))
            worker.busy_since = time.monotonic()

    def beat(self, name: str) -> None:
        """Record progress of worker `name` within a round; its time limit starts again."""
        with self._lock:
            worker = self._workers.get(name)
            if worker is not None and worker.busy_since is not None:
                worker.busy_since = time.monotonic()

    def note_success(self, name: str) -> None:
        """Record that a round of worker `name` succeeded."""
        with self._lock:
            self._workers[name] = WorkerState(time.monotonic())

    def note_failure(self, name: str, error: BaseException) -> None:
        """Record that a round of worker `name` failed."""
        with self._lock:
            before = self._workers.get(name)
            self._workers[name] = WorkerState(
                time.monotonic(),
                error=f"{type(error).__name__}: {error}",
                failures=1 + (before.failures if before is not None else 0),
            )

    def observe_progress(self) -> None:
        """Call `beat` for the worker `tell` if new messages were written since the last call.

        One of its rounds may write many messages.
        """
        with self._service.store.reading() as unit:
            newest = unit.backlog.newest_message()
        if newest != self._newest_message:
            self._newest_message = newest
            self.beat("tell")

    def report(self) -> dict[str, Any]:
        """Return the whole state as JSON-ready values; `status` is "ok", "degraded" or "failing".

        "degraded": the service works and something needs attention (a notice, a failing source, a
        dead message, a channel that does not deliver). "failing": a worker hangs or fails, or the
        database is lost or does not answer. `reasons` are sentences.
        """
        report, reasons = self._examine()
        weights = {reason.weight for reason in reasons}
        status = "failing" if "failing" in weights else "degraded" if weights else "ok"
        return report | {"status": status, "reasons": [reason.text for reason in reasons]}

    def reasons(self) -> tuple[Reason, ...]:
        """Return the reasons why the service is not healthy; empty if it is."""
        return self._examine()[1]

    def _examine(self) -> tuple[dict[str, Any], tuple[Reason, ...]]:
        now = time.monotonic()
        with self._lock:
            workers = {
                name: WorkerState(one.last_round, one.busy_since, one.error, one.failures)
                for name, one in sorted(self._workers.items())
            }
        report: dict[str, Any] = {
            "started_at": self._started_at.isoformat(),
            "workers": {name: _worker_json(name, one, now) for name, one in workers.items()},
        }
        reasons = [
            reason for name, one in workers.items() if (reason := worker_reason(name, one, now))
        ]
        for check in self._parts.checks:
            reasons += check()
        for name, detail in self._parts.details.items():
            report[name] = detail()
        lost = (
            self._service.store.lost_file() if hasattr(self._service.store, "lost_file") else None
        )
        if lost is not None:
            return report | {"database": lost}, (*reasons, lost_reason(lost))
        try:
            stored, more = self._read_stored(now)
        except Exception as error:  # a probe must always get an answer
            text = f"{type(error).__name__}: {error}"
            reasons.append(database_reason(text))
            return report | {"database": text}, tuple(reasons)
        return report | stored | {"database": "ok"}, (*reasons, *more)

    def _read_stored(self, now: float) -> tuple[dict[str, Any], list[Reason]]:
        clock, audience = self._service.clock(), self._audience()
        with self._service.store.reading() as unit:
            sources = [state for state in unit.sources.all() if state.active]
            notices = unit.notices.open()
            messages = unit.outbox.counts()
            items = unit.items.count()
            waiting, channels = _read_backlog(unit, clock, audience)
        failing = [state for state in sources if state.failures]
        ages = {one.stage: _compute_age(one, clock, now - self._began) for one in waiting}
        stored = {
            "items": items,
            "messages": dict(messages),
            "notices": [
                {"key": n.key, "text": n.text, "since": n.since.isoformat()} for n in notices
            ],
            "sources": {
                "watched": len(sources),
                "polled": sum(1 for state in sources if state.last_polled_at is not None),
                "failing": [_source_json(state) for state in failing],
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


def _compute_age(one: Waiting, clock: datetime, running: float) -> float | None:
    """Return how long the oldest row has waited, in seconds, at most `running`."""
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


def _source_json(state: SourceState) -> dict[str, Any]:
    last = state.last_success_at
    return {
        "key": state.key,
        "failures": state.failures,
        "last_success": None if last is None else last.isoformat(),
        "cause": state.last_error,
    }
