"""Limits fragmentation of the heap. Does nothing without the GNU C library.

Each thread allocates from an arena of its own, which keeps what a large page or message once took.
Few arenas, trimmed now and then, give that memory back to the system.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache

ARENAS = 2
_M_ARENA_MAX = -8  # malloc.h


def limit_arenas() -> None:
    """Let all threads share `ARENAS` arenas; call before threads start."""
    if (mallopt := _load_function("mallopt")) is not None:
        mallopt(_M_ARENA_MAX, ARENAS)


def trim_heap() -> None:
    """Give free memory back to the system; takes milliseconds."""
    if (trim := _load_function("malloc_trim")) is not None:
        trim(0)


@cache
def _load_function(name: str) -> Callable[..., int] | None:
    try:
        library = ctypes.CDLL(None)
        found: Callable[..., int] = getattr(library, name)
    except (OSError, AttributeError):
        return None
    return found
