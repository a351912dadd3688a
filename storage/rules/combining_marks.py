"""Limits sequences of combining marks, which Unicode normalisation sorts in quadratic time. Pure.

Thirty are enough for every language (UAX #15, Stream-Safe Text Format).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MAX_MARKS = 30


def limit_marks(text: str) -> str:
    """Remove combining marks beyond `MAX_MARKS` in a row."""
    return text if text.isascii() else _compile_excess_marks().sub(r"\1", text)


@lru_cache(maxsize=1)
def _compile_excess_marks() -> re.Pattern[str]:
    marks = "".join(c for c in map(chr, range(0x300, 0x1E950)) if unicodedata.combining(c))
    mark = f"[{re.escape(marks)}]"
    return re.compile(rf"({mark}{{{MAX_MARKS}}}){mark}++")
