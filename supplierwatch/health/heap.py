"""Keeps the heap of the service from growing by fragments. Does nothing without the GNU C library.

Each thread allocates from an arena of its own; what a large page or message once took stays with
it. Few arenas, trimmed now and then, give it back.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache

ARENAS = 2
_M_ARENA_MAX = -8  # malloc.h


def limit_arenas() -> None:
    """Let all threads share `ARENAS` arenas; call before threads start."""
    if (mallopt := _function("mallopt")) is not None:
        mallopt(_M_ARENA_MAX, ARENAS)


def trim_heap() -> None:
    """Give free memory back to the system; takes milliseconds."""
    if (trim := _function("malloc_trim")) is not None:
        trim(0)


@cache
def _function(name: str) -> Callable[..., int] | None:
    try:
        library = ctypes.CDLL(None)
        found: Callable[..., int] = getattr(library, name)
    except (OSError, AttributeError):
        return None
    return found
