"""The language of a text: what was declared, else what it reads like. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_CODE = re.compile(r"[a-z]{2,3}")
_ENOUGH = 60  # characters; fewer say too little


def language_of(declared: str | None, text: str) -> str | None:
    """A two- or three-letter code (ISO 639), or None where nothing can be told."""
    if declared and (found := _CODE.match(declared.strip().lower())):
        return found[0]
    if len(text) < _ENOUGH:
        return None
    code, _ = _identifier().classify(text[:2000])
    return str(code)


def load_model() -> None:
    """Load the model now, outside of the memory limit of whoever asks first."""
    _identifier().classify("A text of some words.")


@lru_cache(maxsize=1)
def _identifier() -> Any:
    # loading the model takes a moment that most pages need not spend
    import py3langid

    return py3langid
