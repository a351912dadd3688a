"""How the processor time of a function grows with what it is given, in one run."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
FLOOR = 0.15  # seconds of processor time; a quadratic step takes more at the sizes of the tests


def growth(work: Callable[[T], object], small: T, large: T, *, times: int = 4) -> float:
    """How many times longer `work` takes for `large` than for `small`; the least of several.

    The first call, which may load what is needed once, is not counted.
    """
    work(small)
    least_large = _time(work, large)
    if least_large < FLOOR:
        return 1.0
    least_small = _time(work, small)
    # in turns, until it is plain: a busy machine slows one and not the other
    for _ in range(times):
        if least_large / least_small < 2.5:
            break
        least_small = min(least_small, _time(work, small))
        least_large = min(least_large, _time(work, large))
    return least_large / least_small


def _time(work: Callable[[T], object], value: T) -> float:
    collecting = gc.isenabled()
    gc.disable()
    try:
        begun = time.thread_time()
        work(value)
        return time.thread_time() - begun
    finally:
        if collecting:
            gc.enable()
