"""Starts crawl processes through a launcher process that has already imported everything."""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from crawler.processes.launcher_process import REQUEST
from crawler.processes.memory_use import read_pss
from crawler.reading.fork_server import receive_number

# seconds for the imports; doubled after each start that took longer, since on a machine that is
# starved of processor time none would ever be through with a fixed one
START_TIMEOUT = 120.0
LONGEST_START_TIMEOUT = 1_800.0
_END_TIMEOUT = 5.0
# prefixes of variables that are read at the start of a program
_STARTUP_PREFIXES = ("PYTHON", "LD_", "MALLOC_", "FAKETIME")


class LaunchedProcess:
    """A process that the launcher forked."""

    def __init__(self, pid: int, report: socket.socket) -> None:
        self.pid = pid
        self._report = report
        self._code: int | None = None
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        """Return the exit code, None while it runs; negative: the signal that ended it."""
        return self.wait(0)

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait at most `timeout` seconds for the end; return the exit code, or None."""
        with self._lock:
            if self._code is None:
                self._report.settimeout(timeout)
                try:
                    code = receive_number(self._report)
                except (BlockingIOError, TimeoutError):
                    return None
                except OSError:
                    code = None
                self._report.close()
                self._code = self._kill_orphan() if code is None else code
            return self._code

    def _kill_orphan(self) -> int:
        # the launcher has ended; Linux has killed its crawls, other systems have not
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        return -signal.SIGKILL


class Launcher:
    """The client of the launcher process; starts it with the first crawl, and after its end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None
        self._started_with: dict[str, str] = {}
        self._timeout = START_TIMEOUT

    def launch(
        self, files: Sequence[int], lock_file: int, environment: Mapping[str, str]
    ) -> LaunchedProcess:
        """Fork a crawl.

        Args:
            files: descriptors of its stdin, stdout and stderr.
            lock_file: descriptor of the lock file of the slow lane.
            environment: its environment. When a variable changes that is read at the start of a
                program (PYTHONPATH, LD_PRELOAD), the launcher is restarted.

        Raises:
            OSError: the process cannot be started.
        """
        with self._lock:
            has_ended = self._process is not None and self._process.poll() is not None
            if has_ended or _select_startup_variables(environment) != self._started_with:
                self._close()
            connection = self._connection or self._start(environment)
            connection.settimeout(self._timeout)
            try:
                process = _request_fork(connection, [*files, lock_file], environment)
            except OSError as error:
                if isinstance(error, TimeoutError):
                    self._timeout = min(2 * self._timeout, LONGEST_START_TIMEOUT)
                    if self._process is not None:
                        self._process.kill()  # it would end its imports first
                self._close()  # the next crawl starts another one
                raise
            self._timeout = START_TIMEOUT
            return process

    def memory(self) -> int:
        """Return the memory of the launcher itself in bytes; 0 if it does not run."""
        process = self._process
        return 0 if process is None else read_pss(process.pid) or 0

    def close(self) -> None:
        """End the launcher and every crawl that still runs."""
        with self._lock:
            self._close()

    def _start(self, environment: Mapping[str, str]) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - this program itself
                    [
                        sys.executable,
                        "-m",
                        "crawler.processes.launcher_process",
                        str(theirs.fileno()),
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    start_new_session=True,  # Ctrl-C is for the service, which ends the crawls
                    pass_fds=(theirs.fileno(),),
                    env=dict(environment),
                )
            except OSError:
                ours.close()
                raise
        self._connection = ours
        self._started_with = _select_startup_variables(environment)
        return ours

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        process, self._process = self._process, None
        if process is None:
            return
        end = time.monotonic() + _END_TIMEOUT
        while process.poll() is None:
            if time.monotonic() > end:
                process.kill()
                process.wait()
                return
            # not `time.sleep`, which fails when a library fakes the clock
            select.select([], [], [], 0.01)


def _request_fork(
    connection: socket.socket, files: Sequence[int], environment: Mapping[str, str]
) -> LaunchedProcess:
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            body = json.dumps(dict(environment)).encode()
            socket.send_fds(connection, [REQUEST.pack(len(body))], [*files, theirs.fileno()])
            connection.sendall(body)
            pid = receive_number(connection)
        if pid is None:
            raise OSError("the process that starts crawls has ended")
        if pid <= 0:
            raise OSError(-pid, os.strerror(-pid))
    except BaseException:
        ours.close()
        raise
    return LaunchedProcess(pid, ours)


def _select_startup_variables(environment: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value for name, value in environment.items() if name.startswith(_STARTUP_PREFIXES)
    }


launcher = Launcher()
atexit.register(launcher.close)
