"""Blank out the outlet's own name in text around its articles. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

# words that are added to a name for a part of an outlet: "Halcyon newsroom" is Halcyon
_ADDED = frozenset(
    (
        *("the", "news", "newsroom", "press", "media", "blog", "releases", "release", "feed"),
        *("rss", "office", "centre", "center", "www"),
    )
)
_MAX_WORDS = 8  # of a name
_MIN_LETTERS = 3  # of a name; two are too common
_WORD = re.compile(r"\w+")


def blank_outlet(text: str, names: Iterable[str], url: str | None = None) -> str:
    """Replace each occurrence of an outlet's names by blanks; the length stays the same.

    Args:
        text: the text.
        names: of the outlet: its name and key. Words such as "newsroom" may be missing from the
            text.
        url: of an article; the parts of its host name are names too.
    """
    keys = _name_keys(names) | _host_keys(url)
    words = [(found.start(), found.end(), found[0].casefold()) for found in _WORD.finditer(text)]
    blanked = list(text)
    for first in range(len(words)):
        joined = ""
        for last in range(first, min(first + _MAX_WORDS, len(words))):
            joined += words[last][2]
            if joined in keys:
                start, end = words[first][0], words[last][1]
                blanked[start:end] = " " * (end - start)
    return "".join(blanked)


def _name_keys(names: Iterable[str]) -> set[str]:
    keys = set()
    for name in names:
        words = [word.casefold() for word in re.findall(r"[^\W_]+", name)]
        own = [word for word in words if word not in _ADDED]
        keys |= {"".join(words), "".join(own)}
    return {key for key in keys if len(key) >= _MIN_LETTERS}


def _host_keys(url: str | None) -> set[str]:
    try:
        labels = (urlsplit(url or "").hostname or "").split(".")
    except ValueError:
        return set()
    # the last label is no name, unless the host has one only
    own = labels[:-1] or labels
    parts = {label for label in own if len(label) >= _MIN_LETTERS and not label.isdigit()}
    parts |= {"".join(_WORD.findall(label.replace("-", " "))) for label in parts}
    return {part.casefold() for part in parts} - _ADDED
