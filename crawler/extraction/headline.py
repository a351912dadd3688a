"""Chooses the headline among the titles that a page gives itself. Pure."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

import lxml.html
from rapidfuzz.distance import Indel

from crawler.extraction.structured_data import StructuredData
from crawler.text.plain_text import one_line, text_of

_SITE_TAIL = re.compile(r"(?<!\s)\s++[|–—·»:-]++\s++[^|–—·»]{2,60}+$")
_ALIKE = 0.7
MOST_HEADINGS = 50  # of a page, and characters of a title, that are looked at
MOST_LETTERS = 1000
_RAW_LETTERS = 20_000  # of a title before its blanks are squeezed


def best_title(
    document: lxml.html.HtmlElement, said: StructuredData, listed: str | None
) -> str | None:
    """The headline: what most of the page's own titles agree on.

    What a reader sees (h1) wins where none has more voices: what is said to search engines is
    often another wording. A heading that only begins or ends with the headline, behind the name
    of a section or before a subtitle, is outvoted by the titles that are without.
    """
    headings = [
        text
        for h1 in islice(document.iter("h1"), MOST_HEADINGS)
        if 3 < len(text := one_line(text_of(h1, _RAW_LETTERS))) < 400
    ]
    seen = {_folded(heading) for heading in headings}

    def bare(title: str) -> str:
        return title if _folded(title) in seen else _without_site(title, said)

    claims = [_cut(said.headline), bare(_cut(said.og_title))]
    claims += [bare(_cut(text_of(title, _RAW_LETTERS))) for title in document.iter("title")][:1]
    claims = [claim for claim in (*claims, _cut(listed)) if claim]
    if not claims:
        return headings[0] if len(headings) == 1 else None
    best = max(headings, key=lambda one: _agreement(one, claims), default="")
    if best and _agreement(best, claims) >= _ALIKE:
        claims.insert(0, best)
    elif said.og_title:
        return _without_site(_cut(said.og_title), said)
    voices = Counter(_folded(claim) for claim in claims)
    return max(claims, key=lambda claim: voices[_folded(claim)])  # the first of the strongest


def _agreement(heading: str, claims: list[str]) -> float:
    return max(_alike(heading, claim) for claim in claims)


def _folded(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.casefold()))


def _cut(title: str | None) -> str:
    """A title on one line, of at most `MOST_LETTERS` characters."""
    return one_line((title or "")[:_RAW_LETTERS])[:MOST_LETTERS]


def _without_site(title: str, said: StructuredData) -> str:
    if said.site_name and title.endswith(said.site_name):
        title = title.removesuffix(said.site_name).rstrip(" |–—·»:-")
    shorter = _SITE_TAIL.sub("", title)
    return shorter if len(shorter.split()) >= 3 else title


def _alike(one: str, other: str) -> float:
    one, other = one.casefold(), other.casefold()
    if one == other:
        return 1.0
    if one in other or other in one:
        return 0.9
    return float(Indel.normalized_similarity(one, other))
