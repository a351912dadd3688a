"""Keeps the service and all its crawls within `[crawl] memory_limit_mb`.

Each task of a reader has a limit of its own that the kernel holds (`crawler.reading.reader_pool`).
This adds up what all processes hold, twice a second, and ends the one that has grown most before
the sum is too large. What was ended is tried again, alone.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress

from crawler.processes.children import launcher_memory
from crawler.processes.memory_use import MB, Process, own_memory, tree_of

log = logging.getLogger(__name__)

ACTS_AT = 0.92  # of the limit
BATCH_MB = 150  # what a batch takes with its readers, as a rule
LEAST_MB = 96 + BATCH_MB  # the service and one batch
_WORTH_MB = 30  # what a process holds that is ended: less would free nothing


class MemoryWatch:
    """Watches the process trees of crawls.

    Args:
        own: what this process holds with the one that starts crawls, in bytes.
    """

    def __init__(self, own: Callable[[], int] = lambda: own_memory() + launcher_memory()) -> None:
        self.peak = 0  # bytes, of all processes together
        self._own = own
        self._is_crowded = False

    def has_room(self, crawls: Sequence[int], limit_mb: int) -> bool:
        """Whether another batch can be started beside those of these processes."""
        if not crawls:
            return True  # else nothing would ever be read
        held = self._sum([tree_of(pid) for pid in crawls])
        return held + BATCH_MB * MB <= self._left_to_crawls(limit_mb)

    def look(self, crawls: Sequence[int], limit_mb: int) -> None:
        """End what has grown most where all together come near the limit."""
        if not crawls:
            return
        trees = [tree_of(pid) for pid in crawls]
        held = self._sum(trees)
        if held <= ACTS_AT * self._left_to_crawls(limit_mb):
            return
        # not the process that forks the readers, without which a crawl reads nothing
        readers = [one for tree in trees for one in tree if one.parent not in (None, tree[0].pid)]
        victim = max(readers, key=lambda one: one.held, default=None)
        if victim is None or victim.held < _WORTH_MB * MB:
            # a crawl itself: its sources are polled again, each alone
            victim = max((tree[0] for tree in trees if tree), key=lambda one: one.held)
        log.warning(
            "memory.ended pid=%d held=%dMB crawls=%dMB limit=%dMB",
            *(victim.pid, victim.held // MB, held // MB, limit_mb),
        )
        with suppress(ProcessLookupError):
            os.kill(victim.pid, signal.SIGKILL)

    def _left_to_crawls(self, limit_mb: int) -> int:
        """Bytes that all crawls together may hold: never less than one batch takes.

        Where the service has outgrown the limit by itself, ending crawls would free nothing, and
        no page would ever be read.
        """
        left, least = limit_mb * MB - self._own(), BATCH_MB * MB
        if left < least and not self._is_crowded:
            log.error(
                "memory.service-too-large held=%dMB limit=%dMB: crawls may use %dMB all the same; "
                "raise [crawl] memory_limit_mb or restart the service",
                *(self._own() // MB, limit_mb, BATCH_MB),
            )
        self._is_crowded = left < least
        return max(left, least)

    def _sum(self, trees: Sequence[Sequence[Process]]) -> int:
        held = sum(one.held for tree in trees for one in tree)
        self.peak = max(self.peak, self._own() + held)
        return held
