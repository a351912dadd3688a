"""Caches what is computed from short texts, of which pages have few: names of elements, titles."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

MAX_SHORT = 200  # characters
_MAX_CACHED = 4096  # texts

_T = TypeVar("_T")


def cache_short(compute: Callable[[str], _T]) -> Callable[[str], _T]:
    """Cache the results of a function for texts of at most `MAX_SHORT` characters."""
    cached = lru_cache(maxsize=_MAX_CACHED)(compute)

    @wraps(compute)
    def call(text: str) -> _T:
        return cached(text) if len(text) <= MAX_SHORT else compute(text)

    return call
