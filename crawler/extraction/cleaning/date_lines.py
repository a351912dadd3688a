"""Recognise lines that consist of a date, and of who published something then. Pure."""

from __future__ import annotations

import re

_MAX_LINE = 120  # characters
_PREFIX = re.compile(
    r"^[\W_]*+(?:(?:first\s|last\s|article\s)?(?:published|posted|updated|modified|created|date|dated)\b"
    r"[\s:]*+(?:on\b|at\b)?|on\b)?[\s:]*+",
    re.IGNORECASE,
)
_BY = re.compile(r"\s(?:by|posted\sby|written\sby|\||[-–—])\s")
_MAX_BY_WORDS = 6
_DAY = re.compile(
    r"(?<![a-z])(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|\d\d?[/.]\d\d?[/.]\d{4}|\d{4}-\d\d-\d\d",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_PART = re.compile(
    r"(?:\d{1,4}(?:st|nd|rd|th|h)?|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|[ap]\.?m\.?|\d{1,2}[ap]m|at|on|of|the|updated|published"
    r"|gmt|utc|bst|[ecmp][sd]?t|cest|ist|sast|aest|t|z)",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"[\s,:/|()+•·–—-]+|(?<=\d)\.(?=\d|\s|$)")


def is_date_line(line: str) -> bool:
    """Whether a line is a date with a year, at most with who published something then."""
    if len(line) > _MAX_LINE or not (_YEAR.search(line) and _DAY.search(line)):
        return False
    date = _PREFIX.sub("", line, count=1)
    if by := _BY.search(date):
        if len(date[by.end() :].split()) > _MAX_BY_WORDS or not _YEAR.search(date[: by.start()]):
            return False
        if by.group().strip().isalpha():
            date = date[: by.start()]
    parts = [part for part in _SPLIT.split(date) if part]
    return len(parts) > 1 and all(_PART.fullmatch(part.rstrip(".")) for part in parts)
