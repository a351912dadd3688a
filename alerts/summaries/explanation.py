"""Explains why a sentence was chosen: what other outlets have of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from alerts.summaries.model import SummarySentence
from alerts.summaries.sentence_features import ReadReport, ReadSentence, join_scales, overlap
from alerts.summaries.statements import MAX_LENGTH
from alerts.text.sanitize import fragment

# of the weight of each of two sentences that the other has too, on average; and features. Of the
# sentences that fewer share, many say something else of the same people.
SIMILAR, LEAST_SHARED = 0.55, 4
MAX_SHARED = 3  # words that are named
_AMOUNT = re.compile(
    r"[£$€]\s?\d[\d.,]{0,15}(?<![.,])(?:\s?(?:million|mn|m|billion|bn|thousand|k)\b)?"
)
_DATE = re.compile(
    r"\b\d{1,2}(?:st|nd|rd|th)? (?:of )?(?:January|February|March|April|May|June|July|August"
    r"|September|October|November|December)\b"
)


def describe_sentence(
    sentence: ReadSentence,
    own: ReadReport,
    reports: Sequence[ReadReport],
    rarities: Mapping[str, float],
    outlets: Mapping[str, frozenset[str]],
) -> SummarySentence:
    """Return a sentence with its source and what other outlets have of it.

    Args:
        sentence: of the report `own`.
        own: its report.
        reports: all reports of the event, `own` among them.
        rarities: feature -> how rare it is.
        outlets: feature -> the outlets that have it.
    """
    amount, amount_outlets = _count_outlets(_AMOUNT, sentence.text, reports)
    date, date_outlets = _count_outlets(_DATE, sentence.text, reports)
    shared = sorted(
        (-len(outlets[name]), -kind * rarities[name], name)
        for name, kind in sentence.features.items()
        if len(outlets[name]) > 1 and name not in _plain(f"{amount} {date}")
    )
    return SummarySentence(
        text=sentence.text,
        item_id=own.report.item_id,
        outlet=own.report.outlet,
        link=own.report.link,
        opens=fragment(own.report.body[: 2 * MAX_LENGTH]).strip().startswith(sentence.text),
        similar=_find_similar(sentence, own, reports, rarities),
        amount=amount,
        amount_outlets=amount_outlets,
        date=date,
        date_outlets=date_outlets,
        shared=tuple(name for _, _, name in shared[:MAX_SHARED]),
    )


def _find_similar(
    sentence: ReadSentence,
    own: ReadReport,
    reports: Sequence[ReadReport],
    rarities: Mapping[str, float],
) -> tuple[str, ...]:
    """Return the other outlets with a sentence that is much the same."""
    found: dict[str, None] = {}
    for each in reports:
        outlet = each.report.outlet
        if outlet != own.report.outlet and any(
            _is_similar(sentence, other, rarities) for other in each.sentences
        ):
            found[outlet] = None
    return tuple(found)


def _is_similar(one: ReadSentence, other: ReadSentence, rarities: Mapping[str, float]) -> bool:
    if len(one.features.keys() & other.features.keys()) < LEAST_SHARED:
        return False
    both = overlap(one, other, rarities) + overlap(other, one, rarities)
    return both >= 2 * SIMILAR


def _count_outlets(
    pattern: re.Pattern[str], text: str, reports: Sequence[ReadReport]
) -> tuple[str, int]:
    """Return the amount or date of a text that most outlets have, and how many; the first of equal.

    Only what is written alike counts, but for "million" and the like.
    """
    best, most = "", 0
    for written in dict.fromkeys(pattern.findall(text)):
        wanted = _plain(written)
        having = {
            each.report.outlet
            for each in reports
            if any(
                wanted == _plain(other)
                for part in (each.title, *(one.text for one in each.sentences))
                for other in pattern.findall(part)
            )
        }
        if len(having) > most:
            best, most = written, len(having)
    return best, most


def _plain(written: str) -> str:
    return join_scales(written).casefold()
