"""Runs `supplierwatch` and launchers of crawls as forks of a process that has imported everything.

Both take seconds of processor time to import what they need; forks take milliseconds. All else is
as it is: another process with its own arguments, environment, folder and signals, running `main()`.
Where an interpreter has to start with variables of its own (LD_PRELOAD), use `subprocess`.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NoReturn

from tests import ROOT

# variables that are read at the start of a program: where one differs, none is forked
STARTUP_PREFIXES = ("PYTHON", "LD_", "MALLOC_", "FAKETIME")
# of the process that forks: not what the first test that needs it has set
_ENVIRONMENT = dict(os.environ)
_SIZE = struct.Struct("<I")
_NUMBER = struct.Struct("<i")
_START_TIMEOUT = 300.0  # seconds


class Forked:
    """A forked program, as `subprocess.Popen` shows one."""

    def __init__(self, args: Sequence[str], pid: int, report: socket.socket) -> None:
        self.args = args
        self.pid = pid
        self.returncode: int | None = None
        self._report = report
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        """Return the exit code, None while it runs; negative: the signal that ended it."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; return the exit code.

        Raises:
            subprocess.TimeoutExpired: it has not ended in time.
        """
        with self._lock:
            if self.returncode is None:
                self._report.settimeout(timeout)
                try:
                    message = self._report.recv(_NUMBER.size, socket.MSG_WAITALL)
                except (BlockingIOError, TimeoutError):
                    raise subprocess.TimeoutExpired(list(self.args), timeout or 0) from None
                self._report.close()
                whole = len(message) == _NUMBER.size
                self.returncode = _NUMBER.unpack(message)[0] if whole else -signal.SIGKILL
            return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)


def start_program(
    args: Sequence[str],
    *,
    output: IO[str] | None = None,
    errors: IO[str] | None = None,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Forked | subprocess.Popen[str]:
    """Run `supplierwatch` with these arguments.

    Args:
        args: its arguments.
        output: where its standard output goes; None: nowhere.
        errors: where its standard error goes; None: nowhere.
        environ: what is added to the environment of this process.
        cwd: the folder in which it runs; None: that of this process.
    """
    added = dict(environ or {})
    if any(name.startswith(STARTUP_PREFIXES) for name in added):
        return subprocess.Popen(
            [sys.executable, "-m", "supplierwatch", *args],
            stdout=output or subprocess.DEVNULL,
            stderr=errors or subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), **added},
            cwd=cwd,
        )
    with Path(os.devnull).open("r+b") as nowhere:
        files = [nowhere, output or nowhere, errors or nowhere]
        return _request(
            _server.address(),
            {
                "args": list(args),
                "environ": {**os.environ, **added},
                "cwd": str(cwd or Path.cwd()),
            },
            [each.fileno() for each in files],
        )


class _Server:
    """The process that forks, one for each process that runs tests, from its first use on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._address = ""

    def address(self) -> str:
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
            return self._address

    def close(self) -> None:
        """End the process that forks, and all that it has forked."""
        with self._lock:
            if self._process is not None:
                self._process.communicate()
                self._process = None

    def _start(self) -> None:
        self._address = f"\0supplierwatch-tests-{os.getpid()}-{id(self)}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.program_forks", self._address[1:]],
            stdin=subprocess.PIPE,  # closed with this process, which ends the server
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=_ENVIRONMENT,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n", "the process that forks has failed"


_server = _Server()


def _request(address: str, request: Mapping[str, object], files: Sequence[int]) -> Forked:
    ours, theirs = socket.socketpair()
    with theirs, socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_START_TIMEOUT)
        connection.connect(address)
        body = json.dumps(request).encode()
        socket.send_fds(connection, [_SIZE.pack(len(body))], [*files, theirs.fileno()])
        connection.sendall(body)
        (pid,) = _NUMBER.unpack(connection.recv(_NUMBER.size, socket.MSG_WAITALL))
    return Forked([str(each) for each in request.get("args", ())], pid, ours)  # type: ignore[attr-defined]


def main() -> NoReturn:
    """Import everything, then fork a program for each request until standard input closes."""
    import gc
    import select

    from crawler.processes import child

    child.import_all()
    _import_program()
    gc.collect()
    gc.freeze()  # a collection would write to every object and unshare its memory
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"\0{sys.argv[1]}")
        listener.listen()
        ended, on_child = os.pipe()
        for end in (ended, on_child):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(on_child, warn_on_full_buffer=False)
        print("ready", flush=True)
        reports: dict[int, socket.socket] = {}
        while True:
            readable, _, _ = select.select([listener, ended, sys.stdin], [], [])
            if sys.stdin in readable:
                for pid in reports:
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)  # so that their processor time counts as that of the tests
                os._exit(0)
            if ended in readable:
                os.read(ended, 4096)
                _report_ended(reports)
            if listener in readable:
                _handle(listener, reports)


def _import_program() -> None:
    """Import what the commands import when they are called, and what they need of libraries."""
    import pkgutil
    from importlib import import_module

    import alembic.autogenerate
    import alembic.command
    import alembic.runtime.environment  # noqa: F401
    import rich.traceback  # noqa: F401

    import supplierwatch

    for module in pkgutil.walk_packages(supplierwatch.__path__, "supplierwatch."):
        if not module.name.endswith(("__main__", ".mcp")):
            import_module(module.name)


def _handle(listener: socket.socket, reports: dict[int, socket.socket]) -> None:
    connection, _ = listener.accept()
    with connection:
        head, fds, _, _ = socket.recv_fds(connection, _SIZE.size, 16)
        (length,) = _SIZE.unpack(head)
        request = json.loads(connection.recv(length, socket.MSG_WAITALL))
        pid = os.fork()
        if pid == 0:
            _run(request, fds[:-1], sys.argv[1])
        for fd in fds[:-1]:
            os.close(fd)
        reports[pid] = socket.socket(fileno=fds[-1])
        connection.sendall(_NUMBER.pack(pid))


def _report_ended(reports: dict[int, socket.socket]) -> None:
    while reports:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with reports.pop(pid) as report:
            try:
                report.sendall(_NUMBER.pack(os.waitstatus_to_exitcode(status)))
            except OSError:
                continue  # nobody waits for it


def _run(request: Mapping[str, object], files: Sequence[int], address: str) -> NoReturn:
    """Become the program: with its files alone, its environment, its folder and its arguments."""
    import fcntl
    import resource
    import time

    code: object = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        # whoever starts the tests in the background has them ignore it
        signal.signal(signal.SIGINT, signal.default_int_handler)
        duplicates = [fcntl.fcntl(fd, fcntl.F_DUPFD, 64) for fd in files]
        for wanted, fd in enumerate(duplicates):
            os.dup2(fd, wanted)
        os.closerange(len(files), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        os.environ.clear()
        os.environ.update(request["environ"])  # type: ignore[call-overload]
        time.tzset()
        os.chdir(str(request["cwd"]))
        if "launcher" in request:
            os.setsid()
            _set_malloc_options()
            _customize()
            sys.argv = ["launcher_process", str(len(files) - 1)]
            from crawler.processes.launcher_process import main as launch

            launch()
        _fork_launchers(lambda: f"\0{address}")
        sys.argv = ["supplierwatch", *request["args"]]  # type: ignore[misc]
        from supplierwatch.cli import main as program

        program()
        code = 0
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        if "launcher" not in request:
            _end_as_interpreters_do()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))


def _set_malloc_options() -> None:
    """Do what glibc does at the start of a program for MALLOC_ variables (malloc.h)."""
    import ctypes

    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    for name, option in (("MALLOC_ARENA_MAX", -8), ("MALLOC_MMAP_THRESHOLD_", -3)):
        if mallopt is not None and os.environ.get(name, "").isdigit():
            mallopt(option, int(os.environ[name]))


def _end_as_interpreters_do() -> None:
    import atexit
    import threading

    threading._shutdown()  # type: ignore[attr-defined]  # waits for threads that are no daemons
    atexit._run_exitfuncs()


def _customize() -> None:
    """Do what an interpreter does at its start where PYTHONPATH has a `sitecustomize`."""
    for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep):
        file = Path(folder) / "sitecustomize.py"
        if folder and folder not in sys.path and file.is_file():
            sys.argv = ["-m"]  # as it is then
            exec(compile(file.read_bytes(), file, "exec"), {})


@contextmanager
def forked_launchers() -> Iterator[None]:
    """Have the launchers of crawls forked that this process starts itself."""
    from crawler.processes import launcher

    _fork_launchers(_server.address)
    try:
        yield
    finally:
        launcher.launcher.close()
        launcher.subprocess = subprocess
        _server.close()


@contextmanager
def started_launchers() -> Iterator[None]:
    """Have launchers started as interpreters of their own, as they are in the product."""
    from crawler.processes import launcher

    before = launcher.subprocess
    launcher.launcher.close()
    launcher.subprocess = subprocess
    try:
        yield
    finally:
        launcher.launcher.close()
        launcher.subprocess = before


def _fork_launchers(address: Callable[[], str]) -> None:
    """Have the launcher of crawls forked, too, by the server at an address."""
    from crawler.processes import launcher

    def start(
        command: Sequence[str], *, pass_fds: Sequence[int], env: Mapping[str, str], **_: object
    ) -> Forked:
        request = {"launcher": True, "environ": dict(env), "cwd": str(Path.cwd())}
        with Path(os.devnull).open("r+b") as nowhere:
            files = [nowhere.fileno(), nowhere.fileno(), 2, *pass_fds]
            return _request(address(), request, files)

    class Forking:
        """Stands for the module `subprocess` in `crawler.processes.launcher`."""

        DEVNULL = subprocess.DEVNULL
        Popen = staticmethod(start)

    launcher.subprocess = Forking  # type: ignore[assignment]


if __name__ == "__main__":
    main()
