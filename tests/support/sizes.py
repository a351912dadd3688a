"""How large the tests are: whole in `make test-long`, a sample of that in `make test`."""

from __future__ import annotations

import os
from typing import TypeVar

T = TypeVar("T")
LONG = bool(os.environ.get("TEST_LONG"))


def size(whole: T, sample: T) -> T:
    """What a test marked `sized` goes through."""
    return whole if LONG else sample
