"""Whether a text that is read again differs in what its page shows around the news alone. Pure.

Clocks, counters, lists of other articles and adverts change at every look. A figure or a date in a
sentence of the article is none of these.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

_MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*"
_AGO = re.compile(
    r"\b(?:\d+|an?|one)\s(?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?)\sago\b"
    r"|\b(?:just\snow|yesterday,?\sat\s\d\d?[:.]\d\d)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    # a number is read from its first figure or sign alone, and once
    r"(?<![\d.,])(?:(?<!\w)|(?=[.,]))[\d.,]++\s?[km]?\s(?:views?|shares?|comments?|likes?|reads?|reactions?|people\sreading"
    r"|(?:min(?:ute)?s?)\s(?:of\s)?read(?:ing)?)\b"
    r"|\b(?:views?|shares?|comments?|likes?)\s?[:(]\s?[\d.,]++\s?[km]?\)?",
    re.IGNORECASE,
)
_TIME = (
    rf"(?:[\d\s:.,/|-]|\b(?:at|on|am|pm|gmt|utc|bst|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?"
    rf"|sun)(?:day)?\b|\b{_MONTHS}\b|(?<=\d)(?:st|nd|rd|th|am|pm)\b)++"
)
_STAMP = re.compile(
    rf"\W*+(?:(?:last\s|first\s)?(?:updated|modified|published|posted|checked|printed|date)\b)?+"
    rf"{_TIME}\Z",
    re.IGNORECASE,
)
_WORDS = re.compile(r"\w+")
_FURNITURE = 3  # words; a line that has no more is no sentence


def is_noise(old: str, new: str, *, surrounds: Callable[[str], bool]) -> bool:
    """Whether nothing of the article itself is different.

    Args:
        old: the text that is held.
        new: the text that was read now.
        surrounds: whether a line is known to stand around articles of this host.
    """
    was, now = _counted(old), _counted(new)
    left: Counter[str] = Counter()
    # a line that stands in both, wherever, says the same in both
    for line, many in (was - now).items():
        if key := _telling(line, surrounds):
            left[key] += many
    for line, many in (now - was).items():
        if key := _telling(line, surrounds):
            left[key] -= many
    return not any(left.values())


def _counted(text: str) -> Counter[str]:
    """How often each line stands in a text, blanks squeezed."""
    return Counter(" ".join(line.split()) for line in text.split("\n"))


def _telling(line: str, surrounds: Callable[[str], bool]) -> str | None:
    """What a line says, without its clocks and counters; None where that is nothing."""
    if surrounds(line) or _STAMP.match(line.strip()):
        return None
    bare = _COUNTED.sub(" ", _AGO.sub(" ", line))
    words = list(_words(bare))
    if len(words) <= _FURNITURE and bare != line:
        return None
    return " ".join(words) or None


def _words(text: str) -> Iterator[str]:
    return (word.casefold() for word in _WORDS.findall(text))
