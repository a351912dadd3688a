"""What a process of a crawl may use, and its end when its parent is gone or its time is up."""

from __future__ import annotations

import ctypes
import logging
import os
import resource
import signal
import threading
from pathlib import Path

log = logging.getLogger(__name__)

ORPHANED, OVERDUE = 70, 75  # exit codes
# address space is not memory: a child at work maps 220 MB more than it uses, and 8 MB a thread
MAPPED_BEYOND_USE_MB = 512
_MB = 1024 * 1024
_PR_SET_PDEATHSIG = 1


def limit_memory(megabytes: int) -> None:
    """Bound this process's address space; what asks for more gets MemoryError."""
    _limit_address_space((megabytes + MAPPED_BEYOND_USE_MB) * _MB)


def limit_growth(megabytes: int) -> int:
    """Bound the address space to what is mapped now, which is returned, and this much more."""
    mapped = mapped_bytes()
    _limit_address_space(mapped + megabytes * _MB)
    return mapped


def lift_memory_limit() -> None:
    """Lift what `limit_growth` set."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _limit_address_space(wanted: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


def mapped_bytes() -> int:
    """The address space that this process has mapped."""
    return _pages(0)


def resident_bytes() -> int:
    """The memory that this process holds, shared pages included."""
    return _pages(1)


def _pages(column: int) -> int:
    return int(Path("/proc/self/statm").read_bytes().split()[column]) * resource.getpagesize()


def limit_processor_time(seconds: float) -> None:
    """Have the kernel end this process by SIGPROF when it has computed for so long; 0: never.

    A match of a regular expression holds the interpreter, so no Python code could end it.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)


def end_with_parent_process(parent: int) -> None:
    """Have the kernel kill this process when the process that forked it has ended."""
    # macOS has no such call; there a process ends when its connection closes
    prctl = getattr(ctypes.CDLL(None, use_errno=True), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before it was asked for
        os._exit(ORPHANED)


def end_with_parent(stdin: int) -> None:
    """End this process when this file descriptor closes: its parent is gone.

    At once and without cleaning up: every item is stored when it has been read.
    """

    def watch() -> None:
        # not through sys.stdin: a thread that waits inside it breaks the interpreter's end
        while os.read(stdin, 4096):
            pass
        log.warning("child.orphaned pid=%d", os.getpid())
        os._exit(ORPHANED)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def end_after(seconds: float) -> None:
    """End this process after that long, whatever it is doing."""

    def overdue() -> None:
        log.error("child.overdue pid=%d", os.getpid())
        os._exit(OVERDUE)

    timer = threading.Timer(seconds, overdue)
    timer.daemon = True
    timer.start()
