"""How the processor time of a function grows with what it is given, in one run."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
FLOOR = 0.15  # seconds of processor time; a quadratic step takes more at the sizes of the tests


def growth(work: Callable[[T], object], small: T, large: T, *, times: int = 2) -> float:
    """How many times longer `work` takes for `large` than for `small`; the least of several."""
    most = _least(work, large, 1)
    if most < FLOOR:
        return 1.0
    return min(most, _least(work, large, times - 1)) / _least(work, small, times)


def _least(work: Callable[[T], object], value: T, times: int) -> float:
    least = float("inf")
    for _ in range(times):
        begun = time.thread_time()
        work(value)
        least = min(least, time.thread_time() - begun)
    return least
