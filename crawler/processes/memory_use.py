"""How much memory processes hold: their proportional set size, by which shared pages count once."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
MB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process with what it holds, in bytes. `parent`: None for the first of a tree."""

    pid: int
    parent: int | None
    held: int


def held_by(pid: int) -> int | None:
    """The proportional set size of a process in bytes; None: it has ended, or no kernel says."""
    try:
        said = (_PROC / str(pid) / "smaps_rollup").read_bytes()
    except OSError:
        return None
    for line in said.splitlines():
        if line.startswith(b"Pss:"):
            return int(line.split()[1]) * 1024
    return None


def tree_of(pid: int) -> tuple[Process, ...]:
    """A process and all that descend from it; those that have ended meanwhile are left out."""
    found: list[Process] = []
    waiting: list[tuple[int, int | None]] = [(pid, None)]
    while waiting:
        one, parent = waiting.pop()
        held = held_by(one)
        if held is not None:
            found.append(Process(pid=one, parent=parent, held=held))
        waiting.extend((child, one) for child in _children(one))
    return tuple(found)


def own_memory() -> int:
    """The resident set size of this process in bytes; 0 where no kernel says.

    Other than the proportional size it costs the same however much is held. Pages shared with
    children count as a whole, so it is never too small.
    """
    try:
        return int((_PROC / "self" / "statm").read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for task in (_PROC / str(pid) / "task").iterdir():
            found += map(int, (task / "children").read_text().split())
    except OSError:
        return found
    return found
