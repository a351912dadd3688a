"""What a child process may use, and its end when its parent is gone or its time is up."""

from __future__ import annotations

import logging
import os
import resource
import threading

log = logging.getLogger(__name__)

ORPHANED, OVERDUE = 70, 75  # exit codes
# address space is not memory: a child at work maps 220 MB more than it uses, and 8 MB a thread
MAPPED_BEYOND_USE_MB = 512


def limit_memory(megabytes: int) -> None:
    """Bound this process's address space; what asks for more gets MemoryError."""
    wanted = (megabytes + MAPPED_BEYOND_USE_MB) * 1024 * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))


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
