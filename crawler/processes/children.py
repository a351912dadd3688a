"""Starts crawls in child processes, hears what they say and ends them with their process group."""

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

from crawler.jobs.events import event_of
from crawler.jobs.job import TURN, CrawlJob, to_json
from crawler.processes.launcher import LaunchedProcess, launcher
from crawler.processes.launcher_process import TURN_FD

OVERDUE_MARGIN = 15.0  # seconds: a child ends itself 10 s after its deadline
_SECRETS = ("PASSWORD", "SECRET", "TOKEN", "DATABASE_URL")


class Child:
    """A running crawl. `spawn` makes it."""

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
            target=self._read,
            args=(stdout,),
            name=f"child-{process.pid}",
            daemon=True,
        )
        self._reader.start()

    @property
    def pid(self) -> int:
        """The child's process id, which is its process group's too."""
        return self._process.pid

    def poll(self) -> int | None:
        """The exit code, None while it runs; negative: the signal that ended it.

        When it has ended, everything that it said is in `events()`.
        """
        code = self._process.poll()
        if code is not None:
            self._let_go()
        return code

    def wait(self, timeout: float) -> int | None:
        """Wait for the end for at most `timeout` seconds; the exit code, or None."""
        return None if self._process.wait(timeout) is None else self.poll()

    def events(self) -> list[dict[str, Any]]:
        """What the child has said since the last call."""
        said: list[dict[str, Any]] = []
        while True:
            try:
                said.append(self._events.get_nowait())
            except queue.Empty:
                return said

    def overdue(self, now_monotonic: float) -> bool:
        """Whether it should have ended itself by now."""
        limit = self.job.deadline.total_seconds() + OVERDUE_MARGIN
        return now_monotonic - self._started > limit

    def ask_to_stop(self) -> None:
        """Have it close what it is doing; returns at once."""
        self._signal(signal.SIGTERM)

    def terminate(self, grace: float = 10.0) -> None:
        """End it and all its process group: asked first, killed after `grace` seconds."""
        self.ask_to_stop()
        if self.wait(grace) is None:
            self._signal(signal.SIGKILL)
            self._process.wait()
        self._let_go()

    def _signal(self, number: int) -> None:
        if self._process.poll() is None:
            try:
                os.killpg(self.pid, number)
            except ProcessLookupError:
                return

    def _read(self, stdout: IO[str]) -> None:
        for line in stdout:
            event = event_of(line)
            if event is not None:
                self._events.put(event)

    def _let_go(self) -> None:
        # a grandchild may hold the pipe open: what the child said has been read long before that
        self._reader.join(5.0)
        if not self._reader.is_alive():
            self._stdout.close()
            with suppress(BrokenPipeError):  # of a job that it has not read
                self._stdin.close()


def spawn(job: CrawlJob) -> Child:
    """Start a child process in a session of its own and give it a job.

    Its stdin stays open as long as this process lives: a child whose stdin closes ends itself.
    """
    read_in, write_in = os.pipe()
    read_out, write_out = os.pipe()
    stdin = open(write_in, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - descriptors
    stdout = open(read_out, encoding="utf-8", errors="replace")  # noqa: PTH123, SIM115
    try:
        process = launcher.launch(
            (read_in, write_out, 2),
            _turns().fileno(),
            child_environment(os.environ) | {TURN: str(TURN_FD)},
        )
    except OSError:
        stdin.close()
        stdout.close()
        raise
    finally:
        os.close(read_in)
        os.close(write_out)
    with suppress(BrokenPipeError):  # it died at once: poll() says how
        stdin.write(to_json(job) + "\n")
        stdin.flush()
    return Child(process, job, stdin, stdout)


def launcher_memory() -> int:
    """What the process that starts crawls holds beside them, in bytes."""
    return launcher.memory()


@cache
def _turns() -> IO[bytes]:
    """The file on which the crawls of this process take turns at what takes much memory."""
    return cast(IO[bytes], tempfile.TemporaryFile())


def child_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child: no secrets, no proxies, few malloc arenas."""
    kept = {
        name: value
        for name, value in environ.items()
        if not (name.startswith("SUPPLIERWATCH_") and any(word in name for word in _SECRETS))
        and not name.lower().endswith("_proxy")
    }
    # each arena maps 64 MB, which would count against the memory limit; a large body goes back to
    # the system when it is let go, which glibc otherwise unlearns with the first one
    return kept | {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "262144"}
