"""What the service knows of its own state, as one value that pages and probes read."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from storage.model import SourceState
from storage.store import Store

# seconds without a round of a worker: it hangs; a mail server may take 300 over one message
STALE_AFTER = 600.0


class Watched(Protocol):
    """The part of the service that health looks at."""

    store: Store

    @property
    def clock(self) -> Any:
        """Gives aware UTC datetimes."""
        ...


@dataclass(slots=True)
class _Worker:
    last_round: float
    error: str | None = None


class Health:
    """Collects what workers report and reads the rest from the database when asked."""

    def __init__(self, service: Watched) -> None:
        self._service = service
        self._workers: dict[str, _Worker] = {}
        self._lock = threading.Lock()
        self._started_at: datetime = service.clock()

    def began(self, name: str) -> None:
        """Worker `name` starts its first round."""
        self.worked(name)

    def worked(self, name: str) -> None:
        """A round of worker `name` ended well."""
        with self._lock:
            self._workers[name] = _Worker(time.monotonic())

    def failed(self, name: str, error: BaseException) -> None:
        """A round of worker `name` failed; it will be tried again."""
        with self._lock:
            self._workers[name] = _Worker(time.monotonic(), f"{type(error).__name__}: {error}")

    def report(self) -> dict[str, Any]:
        """The whole state as JSON-ready values; `status` is "ok", "degraded" or "failing".

        "degraded": something needs a look (a notice, a blind source, a dead message) while the
        service works. "failing": a worker hangs or fails, or the database does not answer.
        """
        with self._lock:
            workers = dict(self._workers)
        age = time.monotonic()
        said: dict[str, Any] = {
            "started_at": self._started_at.isoformat(),
            "workers": {
                name: {"seconds_ago": round(age - worker.last_round, 1), "error": worker.error}
                for name, worker in sorted(workers.items())
            },
        }
        failing = any(
            worker.error is not None or age - worker.last_round > STALE_AFTER
            for worker in workers.values()
        )
        try:
            said |= self._stored()
        except Exception as error:  # whatever it is, a probe must get an answer
            return said | {"status": "failing", "database": f"{type(error).__name__}: {error}"}
        looks = said["notices"] or said["sources"]["failing"] or said["messages"].get("dead", 0)
        status = "failing" if failing else "degraded" if looks else "ok"
        return said | {"status": status, "database": "ok"}

    def _stored(self) -> dict[str, Any]:
        with self._service.store.reading() as unit:
            sources = [state for state in unit.sources.all() if state.active]
            notices = unit.notices.open()
            messages = unit.outbox.counts()
            items = unit.items.count()
        return {
            "items": items,
            "messages": dict(messages),
            "notices": [
                {"key": n.key, "text": n.text, "since": n.since.isoformat()} for n in notices
            ],
            "sources": {
                "watched": len(sources),
                "polled": sum(1 for state in sources if state.last_polled_at is not None),
                "failing": [_failing(state) for state in sources if state.failures],
            },
        }


def _failing(state: SourceState) -> dict[str, Any]:
    last = state.last_success_at
    return {
        "key": state.key,
        "failures": state.failures,
        "last_success": None if last is None else last.isoformat(),
        "cause": state.last_error,
    }
