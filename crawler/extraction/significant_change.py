"""Decides whether a change of an article's text is significant. Pure.

Clocks, counters, lists of other articles and adverts change at every fetch and are ignored. A
figure or a date in a sentence of the article is significant.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

_MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*"
_RELATIVE_TIME = re.compile(
    r"\b(?:\d+|an?|one)\s(?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?)\sago\b"
    r"|\b(?:just\snow|yesterday,?\sat\s\d\d?[:.]\d\d)\b",
    re.IGNORECASE,
)
_COUNTER = re.compile(
    # a number matches only from its first digit or separator, so that it is scanned once
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
_WORD = re.compile(r"\w+")
_MAX_LABEL_WORDS = 3  # a line with no more words is not a sentence


def is_insignificant(old: str, new: str, *, is_boilerplate: Callable[[str], bool]) -> bool:
    """Return whether two texts differ in insignificant parts only.

    Args:
        old: the stored text.
        new: the text that was extracted now.
        is_boilerplate: whether a line is known as boilerplate of this host.
    """
    was, now = _count_lines(old), _count_lines(new)
    left: Counter[str] = Counter()
    # lines that are in both texts, at any position, are unchanged
    for line, many in (was - now).items():
        if key := _fold_line(line, is_boilerplate):
            left[key] += many
    for line, many in (now - was).items():
        if key := _fold_line(line, is_boilerplate):
            left[key] -= many
    return not any(left.values())


def _count_lines(text: str) -> Counter[str]:
    """Count how often each line occurs in a text, blanks collapsed."""
    return Counter(" ".join(line.split()) for line in text.split("\n"))


def _fold_line(line: str, is_boilerplate: Callable[[str], bool]) -> str | None:
    """Return a line's words without clocks and counters; None if there are none."""
    if is_boilerplate(line) or _STAMP.match(line.strip()):
        return None
    bare = _COUNTER.sub(" ", _RELATIVE_TIME.sub(" ", line))
    words = list(_fold_words(bare))
    if len(words) <= _MAX_LABEL_WORDS and bare != line:
        return None
    return " ".join(words) or None


def _fold_words(text: str) -> Iterator[str]:
    return (word.casefold() for word in _WORD.findall(text))
