"""Reads dates ahead from notices and from sentences that state a review, a renewal or an end. Pure.

Only what is written counts: `will be reviewed in 2027`, `runs until 31 March 2028`. Nothing is
computed from durations.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from alerts.text.sanitize import line, shorten
from alerts.text.sentences import sentence_bounds
from alerts.threads.model import Ahead, AheadKind
from storage.model import StoredItem

MAX_OF_AN_ITEM = 6
MAX_OF_A_MATTER = 12
MAX_DAYS_AHEAD = 30 * 366  # what is later is taken for a typing error
# days before a date from which it is called soon: a renewal is prepared for half a year
LEADS: dict[AheadKind, int] = {"bids": 14, "start": 30, "review": 60, "renewal": 180, "end": 180}
DATE_LABELS: dict[AheadKind, str] = {
    "bids": "bids until",
    "start": "contract starts",
    "review": "review",
    "renewal": "renewal",
    "end": "contract ends",
}
_DAY = timedelta(days=1)
_MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.casefold(): number for number, name in enumerate(calendar.month_abbr) if name}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"\b(?:(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? )?(?P<month>{_MONTH})\.?,? )?(?P<year>20\d\d)\b"
    r"(?![-/]?\d)",
    re.IGNORECASE | re.ASCII,
)
_ISO = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b", re.ASCII)
_CUES: tuple[tuple[AheadKind, re.Pattern[str]], ...] = (
    ("review", re.compile(r"\b(?:evaluated|reviewed|review|break clause)\b", re.IGNORECASE)),
    (
        "renewal",
        re.compile(r"\b(?:renew(?:ed|al|s)?|re-?procured?|re-?tender(?:ed)?)\b", re.IGNORECASE),
    ),
    (
        "end",
        re.compile(
            r"\b(?:expir(?:es?|y|ing)|(?:contract|agreement|deal|term)[\w ]{0,40} ends?|"
            r"(?:runs?|lasts?|run|in place|extended) (?:until|to)|due to end|comes? to an end)\b",
            re.IGNORECASE,
        ),
    ),
)
_NEAR = 90  # characters from a cue to its date
_LINKING = re.compile(
    r"\b(?:in|by|on|until|to|before|from|during|for|at the end of|of)\s*$", re.IGNORECASE
)


def dates_ahead(item: StoredItem, passages: Sequence[str], today: date) -> tuple[Ahead, ...]:
    """Return the dates that an item states and that are not over on `today`, the next first."""
    found: dict[tuple[AheadKind, date, date], Ahead] = {}
    for kind, first, last, said in (*_read_notice_dates(item), *_read_sentence_dates(passages)):
        if last < today or (first - today).days > MAX_DAYS_AHEAD:
            continue
        soon = (first - today).days <= LEADS[kind]
        ahead = Ahead(kind=kind, first=first, last=last, said=said, item_id=item.item_id, soon=soon)
        found.setdefault((kind, first, last), ahead)
    ordered = sorted(found.values(), key=lambda each: (each.last, each.first, each.kind))
    return tuple(ordered[:MAX_OF_AN_ITEM])


def merge_ahead(found: Sequence[Ahead]) -> tuple[Ahead, ...]:
    """Return each date of a matter once, the next first; of equals that of the newest item."""
    kept = {(each.kind, each.first, each.last): each for each in found}
    ordered = sorted(kept.values(), key=lambda each: (each.last, each.first, each.kind))
    return tuple(ordered[:MAX_OF_A_MATTER])


def _read_notice_dates(item: StoredItem) -> Iterator[tuple[AheadKind, date, date, str]]:
    notice = item.notice
    if notice is None:
        return
    if notice.deadline is not None:
        day = notice.deadline.date()
        yield "bids", day, day, "as the notice states"
    if notice.starts_on is not None:
        yield "start", notice.starts_on, notice.starts_on, "as the notice states"
    if notice.ends_on is not None:
        yield "end", notice.ends_on, notice.ends_on, "as the notice states"


def _read_sentence_dates(passages: Sequence[str]) -> Iterator[tuple[AheadKind, date, date, str]]:
    for passage in passages:
        for start, end in sentence_bounds(passage):
            sentence = passage[start:end][:1_000]
            dates = list(_read_dates(sentence))
            if not dates:
                continue
            for kind, cue in _CUES:
                for found in cue.finditer(sentence):
                    after = [each for each in dates if 0 <= each[0] - found.end() <= _NEAR]
                    if after and _LINKING.search(sentence[found.start() : after[0][0]]):
                        yield kind, after[0][1], after[0][2], shorten(line(sentence), 240)
                        break


def _read_dates(sentence: str) -> Iterator[tuple[int, date, date]]:
    """Yield (offset, first day, last day) of each date in a sentence, in order."""
    found = [
        (each.start(), day, day)
        for each in _ISO.finditer(sentence)
        if (day := _make_day(int(each[1]), int(each[2]), int(each[3]))) is not None
    ]
    for each in _DATE.finditer(sentence):
        year = int(each["year"])
        if each["month"] is None:
            found.append((each.start(), date(year, 1, 1), date(year, 12, 31)))
            continue
        month = _MONTHS[each["month"].casefold()]
        if each["day"] is None:
            last = calendar.monthrange(year, month)[1]
            found.append((each.start(), date(year, month, 1), date(year, month, last)))
        elif (day := _make_day(year, month, int(each["day"]))) is not None:
            found.append((each.start(), day, day))
    yield from sorted(found)


def _make_day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
