"""How large the tests are: whole in `make test-long`, a sample in `make test`.

`make test-fast` takes a glance: a smaller sample where one is named.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")
LONG = bool(os.environ.get("TEST_LONG"))
FAST = bool(os.environ.get("TEST_FAST"))


def size(whole: T, sample: T, glance: T | None = None) -> T:
    """What a test marked `sized` goes through."""
    if LONG:
        return whole
    return glance if FAST and glance is not None else sample


def examples(whole: int) -> int:
    """How many examples a property test tries: all, a quarter, or one of twelve."""
    return size(whole, max(whole // 4, 1), max(whole // 12, 1))


def cases(whole: Mapping[str, T]) -> dict[str, T]:
    """Which cases a test of many has: all of them, or every sixth in `make test-fast`."""
    return dict(list(whole.items())[::6]) if FAST else dict(whole)
