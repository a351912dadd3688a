"""Choose the headline among the titles of a page. Pure."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

import lxml.html
from rapidfuzz.distance import Indel

from crawler.extraction.structured_data import StructuredData
from crawler.text.plain_text import one_line, text_of

_SITE_TAIL = re.compile(r"(?<!\s)\s++[|–—·»:-]++\s++[^|–—·»]{2,60}+$")
_MIN_SIMILARITY = 0.7
MOST_HEADINGS = 50  # h1 elements of a page that are examined
MOST_LETTERS = 1000  # characters of a title
_RAW_LETTERS = 20_000  # of a title before its blanks are collapsed


def best_title(
    document: lxml.html.HtmlElement, data: StructuredData, listed: str | None
) -> str | None:
    """Return the headline that most titles of the page agree on; None where there is none.

    The h1 wins a tie: titles for search engines are often worded differently. An h1 with a section
    name or subtitle beside the headline is outvoted by the titles without it.

    Args:
        document: the parsed page.
        data: its metadata.
        listed: the title in the listing, if any.
    """
    headings = [
        text
        for h1 in islice(document.iter("h1"), MOST_HEADINGS)
        if 3 < len(text := one_line(text_of(h1, _RAW_LETTERS))) < 400
    ]
    folded_headings = {_fold(heading) for heading in headings}

    def strip_site(title: str) -> str:
        return title if _fold(title) in folded_headings else _strip_site_name(title, data)

    claims = [_shorten(data.headline), strip_site(_shorten(data.og_title))]
    claims += [
        strip_site(_shorten(text_of(title, _RAW_LETTERS))) for title in document.iter("title")
    ][:1]
    claims = [claim for claim in (*claims, _shorten(listed)) if claim]
    if not claims:
        return headings[0] if len(headings) == 1 else None
    best = max(headings, key=lambda one: _agreement(one, claims), default="")
    if best and _agreement(best, claims) >= _MIN_SIMILARITY:
        claims.insert(0, best)
    elif data.og_title:
        return _strip_site_name(_shorten(data.og_title), data)
    votes = Counter(_fold(claim) for claim in claims)
    return max(claims, key=lambda claim: votes[_fold(claim)])  # max takes the first of a tie


def _agreement(heading: str, claims: list[str]) -> float:
    return max(_similarity(heading, claim) for claim in claims)


def _fold(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.casefold()))


def _shorten(title: str | None) -> str:
    """Return a title on one line, cut to `MOST_LETTERS` characters."""
    return one_line((title or "")[:_RAW_LETTERS])[:MOST_LETTERS]


def _strip_site_name(title: str, data: StructuredData) -> str:
    if data.site_name and title.endswith(data.site_name):
        title = title.removesuffix(data.site_name).rstrip(" |–—·»:-")
    shorter = _SITE_TAIL.sub("", title)
    return shorter if len(shorter.split()) >= 3 else title


def _similarity(one: str, other: str) -> float:
    one, other = one.casefold(), other.casefold()
    if one == other:
        return 1.0
    if one in other or other in one:
        return 0.9
    return float(Indel.normalized_similarity(one, other))
