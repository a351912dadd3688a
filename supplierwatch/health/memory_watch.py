"""Keeps the service and all its crawls within `[crawl] memory_limit_mb`.

Each task of a reader process has a kernel limit of its own (`crawler.reading.reader_pool`). This
adds up the memory of all processes twice a second, and kills the largest before the sum reaches
the limit. What was killed is tried again, alone.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress

from crawler.processes.launcher import launcher
from crawler.processes.memory_use import MB, Process, read_own_memory, read_process_tree

log = logging.getLogger(__name__)

KILL_AT = 0.92  # of the limit
BATCH_MB = 150  # typical use of a batch with its reader processes
MIN_MB = 96 + BATCH_MB  # the service and one batch
_WORTH_MB = 30  # killing a smaller process would free too little


class MemoryWatch:
    """Limits the memory of the process trees of crawls.

    Args:
        own: returns the memory of this process and the launcher process, in bytes.
    """

    def __init__(
        self, own: Callable[[], int] = lambda: read_own_memory() + launcher.memory()
    ) -> None:
        self._own = own
        self._is_crowded = False

    def has_room(self, crawls: Sequence[int], limit_mb: int) -> bool:
        """Return whether there is memory for another batch.

        Args:
            crawls: process ids of running crawls.
            limit_mb: the limit of all processes together.
        """
        if not crawls:
            return True  # otherwise nothing would ever be crawled
        held = _sum_memory([read_process_tree(pid) for pid in crawls])
        return held + BATCH_MB * MB <= self._compute_crawl_budget(limit_mb)

    def enforce(self, crawls: Sequence[int], limit_mb: int) -> None:
        """Kill the largest process if all together come near the limit.

        Args:
            crawls: process ids of running crawls.
            limit_mb: the limit of all processes together.
        """
        if not crawls:
            return
        trees = [read_process_tree(pid) for pid in crawls]
        held = _sum_memory(trees)
        if held <= KILL_AT * self._compute_crawl_budget(limit_mb):
            return
        # spares the fork server, without which a crawl reads nothing
        readers = [
            process
            for tree in trees
            for process in tree
            if process.parent not in (None, tree[0].pid)
        ]
        victim = max(readers, key=lambda process: process.pss, default=None)
        if victim is None or victim.pss < _WORTH_MB * MB:
            # kill a whole crawl: its sources are polled again, each alone
            victim = max((tree[0] for tree in trees if tree), key=lambda process: process.pss)
        log.warning(
            "memory.ended pid=%d held=%dMB crawls=%dMB limit=%dMB",
            *(victim.pid, victim.pss // MB, held // MB, limit_mb),
        )
        with suppress(ProcessLookupError):
            os.kill(victim.pid, signal.SIGKILL)

    def _compute_crawl_budget(self, limit_mb: int) -> int:
        """Return the bytes that all crawls together may use: at least the size of one batch.

        Where the service alone exceeds the limit, killing crawls would free nothing, and no page
        would ever be read.
        """
        own, least = self._own(), BATCH_MB * MB
        left = limit_mb * MB - own
        if left < least and not self._is_crowded:
            log.error(
                "memory.service-too-large held=%dMB limit=%dMB: crawls may use %dMB all the same; "
                "raise [crawl] memory_limit_mb or restart the service",
                *(own // MB, limit_mb, BATCH_MB),
            )
        self._is_crowded = left < least
        return max(left, least)


def _sum_memory(trees: Sequence[Sequence[Process]]) -> int:
    return sum(process.pss for tree in trees for process in tree)
