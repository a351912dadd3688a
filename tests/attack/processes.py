"""What a process and its descendants use, read from /proc: memory, descriptors, threads."""

from __future__ import annotations

import os
import re
import threading
from dataclasses import dataclass
from pathlib import Path

_PSS = re.compile(rb"^Pss:\s+(\d+) kB", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The sum over a process and its descendants."""

    processes: int
    pss_mb: float
    descriptors: int
    threads: int


def descendants(pid: int) -> list[int]:
    """The process and its descendants, as far as they live."""
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        for listing in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                waiting += [int(child) for child in listing.read_text().split()]
            except OSError:
                continue
    return found


def usage_of(pid: int, *, alone: bool = False) -> Usage:
    """What the process and its descendants use now; or the process alone."""
    processes, pss, descriptors, threads = 0, 0, 0, 0
    for one in [pid] if alone else descendants(pid):
        try:
            found = _PSS.search(Path(f"/proc/{one}/smaps_rollup").read_bytes())
            pss += int(found[1]) if found else 0
            descriptors += len(os.listdir(f"/proc/{one}/fd"))  # noqa: PTH208
            threads += len(os.listdir(f"/proc/{one}/task"))  # noqa: PTH208
        except OSError:
            continue  # it has ended meanwhile
        processes += 1
    return Usage(processes=processes, pss_mb=pss / 1024, descriptors=descriptors, threads=threads)


def command_of(pid: int) -> str:
    """The command line of a process; empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


class PeakWatch:
    """Keeps the highest memory of a process tree while the block runs."""

    def __init__(self, pid: int, *, every: float = 0.1) -> None:
        self._pid = pid
        self._every = every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak_mb = 0.0

    def __enter__(self) -> PeakWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(10)

    def _watch(self) -> None:
        while not self._ended.wait(self._every):
            self.peak_mb = max(self.peak_mb, usage_of(self._pid).pss_mb)
