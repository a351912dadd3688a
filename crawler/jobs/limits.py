"""Limits memory and processor time of a crawl process, and ends it with its parent or deadline."""

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
# address space is not memory: a working child maps 220 MB more than it uses, and 8 MB a thread
MAPPED_BEYOND_USE_MB = 512
_MB = 1024 * 1024
_PR_SET_PDEATHSIG = 1


def limit_memory(megabytes: int) -> None:
    """Limit the address space of this process, so that allocations beyond it raise MemoryError.

    Args:
        megabytes: the memory that may be used; `MAPPED_BEYOND_USE_MB` is added.
    """
    _limit_address_space((megabytes + MAPPED_BEYOND_USE_MB) * _MB)


def limit_growth(megabytes: int) -> int:
    """Limit the address space to what is mapped now and this much more.

    Returns:
        The bytes that are mapped now.
    """
    mapped = mapped_bytes()
    _limit_address_space(mapped + megabytes * _MB)
    return mapped


def lift_memory_limit() -> None:
    """Remove the limit that `limit_growth` set."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _limit_address_space(wanted: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


def mapped_bytes() -> int:
    """Return the address space of this process in bytes."""
    return _read_statm(0)


def resident_bytes() -> int:
    """Return the resident memory of this process in bytes, shared pages included."""
    return _read_statm(1)


def _read_statm(column: int) -> int:
    return int(Path("/proc/self/statm").read_bytes().split()[column]) * resource.getpagesize()


def limit_processor_time(seconds: float) -> None:
    """Have the kernel end this process by SIGPROF after `seconds` of processor time; 0: no limit.

    A regular expression match holds the GIL, so no Python code could end it.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)


def end_with_parent_process(parent: int) -> None:
    """Have the kernel kill this process when its parent process ends.

    Args:
        parent: the process id of the parent, taken before the fork.
    """
    # macOS has no prctl; there a process ends when its connection closes
    prctl = getattr(ctypes.CDLL(None, use_errno=True), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # the parent ended before the call
        os._exit(ORPHANED)


def end_with_parent(stdin: int) -> None:
    """End this process when this file descriptor closes, which means that its parent has ended.

    It ends at once, without cleanup: every item is stored as soon as it is read.
    """

    def watch() -> None:
        # not through sys.stdin: a thread blocked in it breaks interpreter shutdown
        while os.read(stdin, 4096):
            pass
        log.warning("child.orphaned pid=%d", os.getpid())
        os._exit(ORPHANED)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


def end_after(seconds: float) -> None:
    """End this process after `seconds`, whatever it is doing."""

    def overdue() -> None:
        log.error("child.overdue pid=%d", os.getpid())
        os._exit(OVERDUE)

    timer = threading.Timer(seconds, overdue)
    timer.daemon = True
    timer.start()
