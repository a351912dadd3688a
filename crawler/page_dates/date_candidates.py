"""Finds and ranks the visible dates of a page that may be its publication date. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import lxml.html

from crawler.page_dates.date_places import (
    MAX_TEXT,
    Teasers,
    bounded_text,
    find_headline,
    is_in_list,
    is_in_row,
    own_text,
    walk_article,
    words_before,
)
from crawler.page_dates.date_words import (
    is_date_label,
    is_date_name,
    is_other_date,
    is_other_name,
    is_published_label,
    is_published_name,
    is_sentence,
)
from crawler.text.date_forms import WrittenDate, find_dates, find_first_date, fold, has_year
from crawler.text.dates import MAX_AHEAD, parse_published, published_date

MAX_CANDIDATES = 300  # elements that are searched for a date
PUBLISHED_TIME, ANY_TIME, LABELLED, NAMED, LINE = range(5)  # ranks, the most likely first
LIST_ENTRY = LINE + 1  # a line of a list or table after the text; only a label makes it the date
_MAX_BESIDE = 40  # letters beside the date in a date line
_MAX_BESIDE_NAMED = 90  # the same, in an element whose name marks it as a date
_NEAR_LEVELS = 4  # ancestors of the headline within which a date above it belongs to it
_FAR_ABOVE = 2  # ranks by which a date further up is lowered
_MAX_AWAY = 3000  # characters of text between the headline and a date line without a name
_MIN_TEXT_BEFORE_LIST = 200  # the same, after which a list is not part of the header
_MAX_NAMES = 300  # characters of an element's classes, identifier and property
_UP_TO_NUMBER = re.compile(r"\d.*", re.DOTALL)
_DIGIT = re.compile(r"\d")
_NO_LETTERS = re.compile(r"[\W\d_]++")


@dataclass(frozen=True, slots=True, kw_only=True)
class DateCandidate:
    """A visible date of a page: as written, and in UTC.

    `rank`: one of the ranks above, or greater if it is far above the headline; `away`: elements
    between it and the headline.
    """

    raw: str
    at: datetime
    rank: int
    away: int = 0


def find_date_candidates(
    document: lxml.html.HtmlElement, *, title: str | None, language: str | None, now: datetime
) -> list[DateCandidate]:
    """Return the visible dates of an article's page, the most likely publication date first.

    Args:
        document: the whole page.
        title: the headline, if known.
        language: of the page; decides the order of a numeric date.
        now: when it was fetched.
    """
    headline = find_headline(document, title)
    above = [] if headline is None else list(headline.iterancestors())
    around, near = frozenset(above), frozenset(_select_near(above))
    teasers = Teasers(around)
    found: list[tuple[int, DateCandidate]] = []
    looked, passed, start = 0, 0, 0
    for place, element in enumerate(walk_article(document, around)):
        if element is headline:
            start, passed = place, 0
        if text := element.text:
            passed += len(text.strip())
        if tail := element.tail:
            passed += len(tail.strip())
        kind = _get_lowest_rank(element, is_near=passed < _MAX_AWAY)
        if kind == LINE and passed > _MIN_TEXT_BEFORE_LIST and is_in_list(element, around):
            kind = LIST_ENTRY
        if kind is None or looked >= MAX_CANDIDATES:
            continue
        looked += 1
        if element in around:
            continue
        one = _read_element(element, kind, language, now, around)
        if one is None or teasers.contain(element):
            continue
        if headline is not None and not start:
            one = _rank_above(one, element, near, now)
        if one is not None:
            found.append((place, one))
    # the date of an article is more often after its headline than before it
    placed = [
        replace(one, away=place - start if place >= start else 2 * (start - place))
        for place, one in found
    ]
    return sorted(placed, key=lambda one: (one.rank, one.away))


def _select_near(above: list[lxml.html.HtmlElement]) -> list[lxml.html.HtmlElement]:
    """Return the ancestors of the headline within which a date above it belongs to it."""
    within = [one for one in above if one.tag not in ("body", "html")]
    return within[:_NEAR_LEVELS] or above[:1]


def _rank_above(
    one: DateCandidate,
    element: lxml.html.HtmlElement,
    near: Collection[lxml.html.HtmlElement],
    now: datetime,
) -> DateCandidate | None:
    """Lower the rank of a date far above the headline: pages show today's date there."""
    if any(above in near for above in element.iterancestors()):
        return one
    return None if one.at.date() == now.date() else replace(one, rank=one.rank + _FAR_ABOVE)


def _get_lowest_rank(element: lxml.html.HtmlElement, *, is_near: bool) -> int | None:
    """Return the lowest rank that an element's date may have; None if it is ignored."""
    if element.tag == "time" or (element.tag == "abbr" and element.get("title")):
        return ANY_TIME
    if is_date_name(_get_names(element)):
        return NAMED
    return LINE if is_near and (element.text or len(element)) else None


def _get_names(element: lxml.html.HtmlElement) -> str:
    return " ".join(element.get(name) or "" for name in ("class", "id", "itemprop"))[:_MAX_NAMES]


def _read_element(
    element: lxml.html.HtmlElement,
    kind: int,
    language: str | None,
    now: datetime,
    around: Collection[lxml.html.HtmlElement],
) -> DateCandidate | None:
    names = _get_names(element)
    is_published = is_published_name(names) or element.get("pubdate") is not None
    if is_other_name(names) and not is_published:
        return None
    written = own_text(element)
    text = fold(written)
    if kind != ANY_TIME and (len(written) >= MAX_TEXT or not (kind == NAMED or has_year(text))):
        return None
    before = words_before(element)
    if kind == ANY_TIME:
        label = f"{before} {_UP_TO_NUMBER.sub('', text)}"
        if is_other_date(label):
            return None
        is_published = is_published or is_published_label(label)
        if not is_published and _is_in_sentence(element, text):
            return None
        rank = PUBLISHED_TIME if is_published else ANY_TIME
        for raw in (element.get("datetime"), element.get("title"), text):
            when = parse_published(raw, now=now, language=language)
            if raw and when is not None:
                return DateCandidate(raw=raw.strip()[:MAX_TEXT], at=when, rank=rank)
        return None
    for date in _list_dates(text, kind, language, now):
        label = f"{before} {text[: date.start]}"
        when = published_date(date.at, now=now)
        if when is None or is_other_date(label):
            continue
        labelled = is_published_label(label) or (kind == NAMED and is_published)
        if kind == LIST_ENTRY and not labelled:
            continue
        if kind == LINE and not labelled:
            if is_sentence(text[: date.start], text[date.end :]):
                continue
            if is_in_row(element, around) and not is_date_label(label):
                continue
        beside = _count_letters_beside(text, date)
        if labelled or beside < (_MAX_BESIDE_NAMED if kind == NAMED else _MAX_BESIDE):
            return DateCandidate(
                raw=text[date.start : date.end], at=when, rank=LABELLED if labelled else kind
            )
    return None


def _list_dates(text: str, kind: int, language: str | None, now: datetime) -> Sequence[WrittenDate]:
    """Return the dates in a folded text; a year of two digits only where a name marks a date."""
    latest = now + MAX_AHEAD
    if kind != NAMED or has_year(text):
        return find_dates(text, language=language, latest=latest)
    only = find_first_date(text, language=language, latest=latest) if _DIGIT.search(text) else None
    return [] if only is None else [only]


def _is_in_sentence(element: lxml.html.HtmlElement, own: str) -> bool:
    """Return whether a `time` is within a sentence of a paragraph; `own`: its text, folded."""
    parent = element.getparent()
    if parent is None or parent.tag != "p" or not own:
        return False
    before, _, after = fold(bounded_text(parent)).partition(own)
    return is_sentence(before, after)


def _count_letters_beside(text: str, date: WrittenDate) -> int:
    return len(_NO_LETTERS.sub("", text[: date.start] + text[date.end :]))
