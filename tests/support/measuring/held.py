"""What a service and all its children hold, sampled while something runs."""

from __future__ import annotations

import threading
from types import TracebackType

from crawler.processes.memory_use import read_process_tree


class Held:
    """Samples the summed proportional set size of a process tree: `peak`, in bytes."""

    def __init__(self, pid: int, *, every: float = 0.05) -> None:
        self.peak = 0
        self.at_peak: list[int] = []
        self._pid = pid
        self._every = every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Held:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join(10)

    def _sample(self) -> None:
        while not self._ended.wait(self._every):
            tree = read_process_tree(self._pid)
            total = sum(one.pss for one in tree)
            if total > self.peak:
                self.peak = total
                self.at_peak = sorted((one.pss // 2**20 for one in tree), reverse=True)
