"""Worker threads, each for one kind of work."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from storage.errors import StorageError
from supplierwatch.health.health import Health
from supplierwatch.service.ticks import wait_for

log = logging.getLogger(__name__)

BACK_OFF = (1.0, 2.0, 5.0, 15.0, 30.0)  # seconds to wait after failures in a row


@dataclass(slots=True)
class Worker:
    """A thread that calls `work` when woken; a failure is logged and tried again.

    Where `work` returns a true value, the workers in `wakes` are woken.
    """

    name: str
    work: Callable[[], object]
    health: Health
    stopping: threading.Event
    wakes: tuple[Worker, ...] = ()
    _woken: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread; the first round begins at once."""
        self._woken.set()
        self.health.note_start(self.name)
        self._thread = threading.Thread(target=self._loop, name=self.name, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Have another round begin as soon as the current one ends."""
        self._woken.set()

    def join(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds for the thread; returns whether it has ended."""
        self.wake()
        if self._thread is not None:
            self._thread.join(timeout)
            return not self._thread.is_alive()
        return True

    def _loop(self) -> None:
        failures = 0
        while not self.stopping.is_set():
            self._woken.wait()
            self._woken.clear()
            if self.stopping.is_set():
                return
            self.health.note_round(self.name)
            try:
                did = self.work()
            except Exception as error:
                pause = BACK_OFF[min(failures, len(BACK_OFF) - 1)]
                failures += 1
                log.error(
                    "worker.failed name=%s failures=%d wait=%.0fs error=%s",
                    *(self.name, failures, pause, error),
                    # no traceback for an unavailable database: it is not a bug
                    exc_info=None if isinstance(error, StorageError) else error,
                )
                self.health.note_failure(self.name, error)
                wait_for(self.stopping, pause)
                self._woken.set()
                continue
            failures = 0
            self.health.note_success(self.name)
            if did:
                for worker in self.wakes:
                    worker.wake()
