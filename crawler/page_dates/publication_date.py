"""Finds the publication date of a page: in its metadata, else in its visible text. Pure.

To be called before boilerplate is removed: bylines are often in boxes beside the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from urllib.parse import urlsplit

import lxml.html

from crawler.page_dates.date_candidates import ANY_TIME, find_date_candidates
from crawler.page_dates.date_places import (
    Teasers,
    bounded_text,
    find_headline,
    is_within,
)
from crawler.text.dates import parse_date, parse_published, published_date, read_date

_PUBLISHED = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "pubdate",
    "dc.date.issued",
    "publication_date",
    "dcterms.issued",
    "citation_online_date",
    "citation_publication_date",
    "prism.publicationdate",
    "originalpublicationdate",
    "govuk:first-published-at",
)
_MODIFIED = ("article:modified_time", "og:updated_time", "last-modified", "dcterms.modified")
_MAX_CLAIM = 200  # characters of the name or the date of a meta tag
_MAX_MARKED = 20  # elements that microdata marks as the publication date
_MAX_STAMPS = 400  # timestamps of a page that are compared with its date
_MAX_SCANNED = 2_000_000  # characters of scripts and attributes that are searched for timestamps
# without its year: a pattern that begins with a literal is found 18 times as fast
_STAMP_BEHIND_YEAR = re.compile(r"-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9}+)?)?[+-]\d\d:?\d\d")
_YEAR_LETTERS = 4
# 2026/07/15, 2026/jul/15, 20260715 in the path of an address
_URL_DATE = re.compile(
    r"(?<![\da-z])(?:19|20)\d\d(?:(?P<apart>[-/_])(?:\d\d?|[a-z]{3,9})(?P=apart)\d\d?"
    r"|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?![\da-z])",
    re.IGNORECASE,
)
_MAX_URL = 2000
_MAX_URL_DATES = 5
_MAX_DAYS_APART = 2  # between a visible date and that in the URL


def published_of(
    document: lxml.html.HtmlElement,
    *,
    claimed: str | None,
    language: str | None,
    url: str,
    fetched_at: datetime,
    listed: tuple[str | None, datetime | None] = (None, None),
    title: str | None = None,
) -> tuple[str | None, datetime | None]:
    """Return when a page was published: as written, and in UTC.

    The page's metadata has priority, then the listing, the article's `time`, a date line, and the
    URL.

    Args:
        document: the whole page.
        claimed: the date in its structured data, as written.
        language: of the page; decides the order of a numeric date.
        url: of the page.
        fetched_at: when it was fetched.
        listed: the date in the listing; with a valid one, the visible text is not searched.
        title: the headline, if known.
    """
    raw, when = _find_claimed_date(document, claimed, language, title, fetched_at)
    if when is not None:
        return _find_form_with_offset(document, raw, when, language), when
    if published_date(listed[1], now=fetched_at) is not None:
        return listed
    in_url = _find_date_in_url(url, fetched_at)
    for one in find_date_candidates(document, title=title, language=language, now=fetched_at):
        if in_url is None or one.rank <= ANY_TIME:
            return one.raw, one.at
        if abs((one.at - in_url[1]).days) <= _MAX_DAYS_APART:
            return one.raw, one.at
    return in_url or (claimed, None)


def _find_claimed_date(
    document: lxml.html.HtmlElement,
    claimed: str | None,
    language: str | None,
    title: str | None,
    now: datetime,
) -> tuple[str | None, datetime | None]:
    """Return the publication date in the page's metadata.

    If it equals the date of the last change, and another claim is earlier, the earlier one counts.
    """
    metas = _read_metas(document)
    claims = [
        (raw, when)
        for raw in (claimed, *(metas[name] for name in _PUBLISHED if name in metas))
        if (when := parse_published(raw, now=now, language=language)) is not None
    ]
    if not claims:
        return _read_microdata(document, language, title, now)
    changed = {parse_date(metas[name]) for name in _MODIFIED if name in metas}
    earlier = [one for one in claims if one[1] < claims[0][1]]
    return earlier[0] if earlier and claims[0][1] in changed else claims[0]


def _read_metas(document: lxml.html.HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in document.iter("meta"):
        name = meta.get("property") or meta.get("name") or ""
        value = (meta.get("content") or "").strip()[:_MAX_CLAIM]
        if name and value:
            found.setdefault(name[:_MAX_CLAIM].lower(), value)
    return found


def _read_microdata(
    document: lxml.html.HtmlElement, language: str | None, title: str | None, now: datetime
) -> tuple[str | None, datetime | None]:
    """Return the `datePublished` of the article, not of a comment or another article."""
    marked = (
        one for one in document.iter() if "datepublished" in (one.get("itemprop") or "").lower()
    )
    elements = list(islice(marked, _MAX_MARKED))
    headline = find_headline(document, title) if elements else None
    around = frozenset() if headline is None else frozenset(headline.iterancestors())
    teasers = Teasers(around)
    for one in elements:
        if not is_within(one, around) or teasers.contain(one):
            continue
        for raw in (one.get("content"), one.get("datetime"), bounded_text(one)):
            when = parse_published(raw, now=now, language=language)
            if raw and when is not None:
                return raw.strip()[:_MAX_CLAIM], when
    return None, None


def _find_date_in_url(url: str, now: datetime) -> tuple[str, datetime] | None:
    for found in islice(_URL_DATE.finditer(urlsplit(url).path[:_MAX_URL]), _MAX_URL_DATES):
        when = parse_published(found[0].replace("_", "-"), now=now)
        if when is not None:
            return found[0], when
    return None


def _find_form_with_offset(
    document: lxml.html.HtmlElement, raw: str | None, when: datetime, language: str | None
) -> str | None:
    """Return this time as the page writes it with the publisher's offset from UTC, if it does.

    Metadata is often in UTC, while readers see local time: the offset gives the day that they see.
    """
    own = read_date(raw, language=language)
    if own is None or not own.timed or own.offset:
        return raw
    for stamp in islice(_iter_stamps(document), _MAX_STAMPS):
        read = read_date(stamp)
        if read is not None and read.offset and abs((read.at - when).total_seconds()) < 60:
            return stamp
    return raw


def _iter_stamps(document: lxml.html.HtmlElement) -> Iterator[str]:
    scanned = 0
    for element in document.iter("script", "time", "meta"):
        text = element.get("datetime") or element.get("content") or element.text or ""
        scanned += len(text)
        if scanned > _MAX_SCANNED:
            return
        end = 0
        for found in _STAMP_BEHIND_YEAR.finditer(text):
            start = found.start() - _YEAR_LETTERS
            if start >= end and text[start : found.start()].isdecimal():
                end = found.end()
                yield text[start:end]
