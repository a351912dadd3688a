"""Starts crawls in child processes, reads their events and ends them with their process group."""

from __future__ import annotations

import os
import queue
import signal
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import IO, Any, cast

from crawler.jobs.events import decode_event
from crawler.jobs.job import SLOW_LANE_LOCK_FD, CrawlJob, to_json
from crawler.processes.launcher import LaunchedProcess, launcher
from crawler.processes.launcher_process import LOCK_FD

OVERDUE_MARGIN = 15.0  # seconds: a child ends itself 10 s after its deadline
_SECRETS = ("PASSWORD", "SECRET", "TOKEN", "DATABASE_URL")


class Child:
    """A crawl in a child process, started by `spawn`."""

    def __init__(
        self, process: LaunchedProcess, job: CrawlJob, stdin: IO[str], stdout: IO[str]
    ) -> None:
        self.job = job
        self._process = process
        self._stdin = stdin
        self._stdout = stdout
        self._events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._started = time.monotonic()
        self._reader = threading.Thread(
            target=self._collect_events,
            args=(stdout,),
            name=f"child-{process.pid}",
            daemon=True,
        )
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process id of the child, which is also that of its process group."""
        return self._process.pid

    def poll(self) -> int | None:
        """Return the exit code, None while it runs; negative: the signal that ended it.

        Once it has ended, `events()` has all of its events.
        """
        code = self._process.poll()
        if code is not None:
            self._close_pipes()
        return code

    def wait(self, timeout: float) -> int | None:
        """Wait at most `timeout` seconds for the end; return the exit code, or None."""
        return None if self._process.wait(timeout) is None else self.poll()

    def events(self) -> list[dict[str, Any]]:
        """Return the events that the child has written since the last call."""
        events: list[dict[str, Any]] = []
        while True:
            try:
                events.append(self._events.get_nowait())
            except queue.Empty:
                return events

    def overdue(self, now_monotonic: float) -> bool:
        """Return whether the child is past its deadline and should have ended itself."""
        limit = self.job.deadline.total_seconds() + OVERDUE_MARGIN
        return now_monotonic - self._started > limit

    def request_stop(self) -> None:
        """Send SIGTERM, so that the child closes its polls; return at once."""
        self._send_signal(signal.SIGTERM)

    def terminate(self, grace: float = 10.0) -> None:
        """End the child and its process group: SIGTERM, then SIGKILL after `grace` seconds."""
        self.request_stop()
        if self.wait(grace) is None:
            self._send_signal(signal.SIGKILL)
            self._process.wait()
        self._close_pipes()

    def _send_signal(self, number: int) -> None:
        if self._process.poll() is None:
            try:
                os.killpg(self.pid, number)
            except ProcessLookupError:
                return

    def _collect_events(self, stdout: IO[str]) -> None:
        for line in stdout:
            event = decode_event(line)
            if event is not None:
                self._events.put(event)

    def _close_pipes(self) -> None:
        # a grandchild may hold the pipe open; the events of the child are read long before that
        self._reader.join(5.0)
        if not self._reader.is_alive():
            self._stdout.close()
            with suppress(BrokenPipeError):  # the child did not read its job
                self._stdin.close()


def spawn(job: CrawlJob) -> Child:
    """Start a child process in its own session and send it a job.

    Its stdin stays open until this process ends: a child ends itself when its stdin closes.

    Raises:
        OSError: the process cannot be started.
    """
    read_in, write_in = os.pipe()
    read_out, write_out = os.pipe()
    stdin = open(write_in, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - descriptors
    stdout = open(read_out, encoding="utf-8", errors="replace")  # noqa: PTH123, SIM115
    try:
        process = launcher.launch(
            (read_in, write_out, 2),
            _get_lock_file().fileno(),
            child_environment(os.environ) | {SLOW_LANE_LOCK_FD: str(LOCK_FD)},
        )
    except OSError:
        stdin.close()
        stdout.close()
        raise
    finally:
        os.close(read_in)
        os.close(write_out)
    with suppress(BrokenPipeError):  # it ended at once: poll() returns the exit code
        stdin.write(to_json(job) + "\n")
        stdin.flush()
    return Child(process, job, stdin, stdout)


@cache
def _get_lock_file() -> IO[bytes]:
    """Return the lock file of the slow lane of all crawls."""
    return cast(IO[bytes], tempfile.TemporaryFile())


def child_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a child: no secrets, no proxies, few malloc arenas."""
    safe = {
        name: value
        for name, value in environ.items()
        if not (name.startswith("SUPPLIERWATCH_") and any(word in name for word in _SECRETS))
        and not name.lower().endswith("_proxy")
    }
    # each arena maps 64 MB, which counts against the memory limit; the fixed threshold returns a
    # freed large body to the system, where glibc would raise the threshold after the first one
    return safe | {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "262144"}
