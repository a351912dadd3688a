"""Reads the memory of processes as proportional set size (PSS), which counts shared pages once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
MB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process and its PSS in bytes. `parent`: its id; None for the root of a tree."""

    pid: int
    parent: int | None
    pss: int


def read_pss(pid: int) -> int | None:
    """Return the PSS of a process in bytes; None if it has ended or the kernel has no PSS."""
    try:
        text = (_PROC / str(pid) / "smaps_rollup").read_bytes()
    except OSError:
        return None
    for line in text.splitlines():
        if line.startswith(b"Pss:"):
            return int(line.split()[1]) * 1024
    return None


def read_process_tree(pid: int) -> tuple[Process, ...]:
    """Return a process and its descendants, without those that have ended meanwhile."""
    found: list[Process] = []
    waiting: list[tuple[int, int | None]] = [(pid, None)]
    while waiting:
        current, parent = waiting.pop()
        pss = read_pss(current)
        if pss is not None:
            found.append(Process(pid=current, parent=parent, pss=pss))
        waiting.extend((child, current) for child in _list_children(current))
    return tuple(found)


def read_own_memory() -> int:
    """Return the resident set size of this process in bytes; 0 if the kernel has none.

    Unlike PSS, reading it takes the same time whatever the amount. Pages shared with children
    count in full, so it is never too small.
    """
    try:
        return int((_PROC / "self" / "statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _list_children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for task in (_PROC / str(pid) / "task").iterdir():
            found += map(int, (task / "children").read_text().split())
    except OSError:
        return found
    return found
