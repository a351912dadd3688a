"""Determines the language of a text: as declared, else by statistics (py3langid). Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_CODE = re.compile(r"[a-z]{2,3}")
_MIN_LENGTH = 60  # characters; shorter texts are not classified reliably


def language_of(declared: str | None, text: str) -> str | None:
    """Return a two- or three-letter code (ISO 639); None if the text is too short."""
    if declared and (found := _CODE.match(declared.strip().lower())):
        return found[0]
    if len(text) < _MIN_LENGTH:
        return None
    code, _ = _load_identifier().classify(text[:2000])
    return str(code)


def load_model() -> None:
    """Load the model now, so that it does not count towards a reader's memory limit."""
    _load_identifier().classify("A text of some words.")


@lru_cache(maxsize=1)
def _load_identifier() -> Any:
    # loading is slow, and most pages declare their language
    import py3langid

    return py3langid
