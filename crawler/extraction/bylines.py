"""Who wrote a page and when: its own claims first, then what a reader would see. Pure.

Asked of the page before anything is taken out of it: bylines stand in boxes beside the text.
"""

from __future__ import annotations

import re
from datetime import datetime

import lxml.html
from htmldate import find_date
from trafilatura.metadata import extract_author

from crawler.extraction.structured_data import StructuredData
from crawler.text.dates import parse_date, published_date
from crawler.text.plain_text import one_line

MOST_AUTHORS = 50
_MOST_NAMED = 5_000  # characters in which authors are named
_BETWEEN = re.compile(r";|,(?:\s*+and\s)?+|\sand\s|\s&\s")  # the blanks beside it are stripped
_BY = re.compile(r"^(?:(?:written|posted|reported|(?:view\s)?all\sposts)\s)?by\s++", re.IGNORECASE)
_NOBODY = re.compile(
    r"(?:(?:no |follow )?author|unknown|anonymous|admin(?:istrator)?|user ?name|guest|super ?user"
    r"|wordpress)$",
    re.IGNORECASE,
)
_DEGREE = re.compile(
    r"(?:ph\.?d|m\.?d|m\.?a|m\.?sc|b\.?a|b\.?sc|mph|mba|r\.?n|r\.?d|frcp|obe|cbe)\.?$",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"(?:\b\w|\b[JS]r)\.$")


def authors_of(document: lxml.html.HtmlElement, said: StructuredData) -> tuple[str, ...]:
    """The authors that a page names, in its order, less titles, degrees and placeholders."""
    named = [person for claim in said.authors for person in _people(claim)]
    if not named:
        named = _people(str(extract_author(document) or ""))
    return tuple(dict.fromkeys(named))[:MOST_AUTHORS]


def _people(claim: str) -> list[str]:
    found = []
    for one in _BETWEEN.split(one_line(claim[:_MOST_NAMED])):
        name = _BY.sub("", one.strip()).strip(" ,|")
        if name.endswith(".") and not _INITIAL.search(name):
            name = name[:-1]
        is_name = 1 < len(name) < 80 and "@" not in name and "http" not in name
        if is_name and not _NOBODY.match(name) and not _DEGREE.match(name):
            found.append(name)
    return found


def published_of(
    document: lxml.html.HtmlElement,
    said: StructuredData,
    *,
    url: str,
    fetched_at: datetime,
    listed: tuple[str | None, datetime | None] = (None, None),
) -> tuple[str | None, datetime | None]:
    """When a page says that it was published: in its own words, and in UTC.

    A date that was `listed` spares the search through the page, which may take seconds.
    """
    when = published_date(parse_date(said.published), now=fetched_at)
    if when is not None:
        return said.published, when
    if published_date(listed[1], now=fetched_at) is not None:
        return listed
    found = find_date(
        document, original_date=True, extensive_search=True, url=url, max_date=fetched_at
    )
    return found or said.published, published_date(parse_date(found), now=fetched_at)
