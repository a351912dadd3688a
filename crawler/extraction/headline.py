"""Chooses the headline among the titles of a page. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import islice

import lxml.html
from rapidfuzz.distance import Indel

from crawler.metadata.structured_data import StructuredData
from crawler.text.folding import fold_words
from crawler.text.plain_text import one_line, text_of

_SITE_TAIL = re.compile(r"(?<!\s)\s++[|–—·»:-]++\s++[^|–—·»]{2,60}+$")
_SEPARATOR = re.compile(r"(?<!\s)\s++[|–—·»:-]++\s++|(?<!\s)\s*+[|»]++\s*+")
_WORD_OR_SIGN = re.compile(r"\w++|[,;:.!?()&/+%–—-]")
_MIN_WORDS = 3  # of a headline; shorter texts may be names of sections
_MIN_SIMILARITY = 0.7
_MIN_SHORTER_WORDS = 5
_MIN_SHORTER_SHARE = 0.7  # of a headline's words in a shorter form; half if its end is omitted
MAX_HEADINGS = 50  # h1 elements of a page that are examined
MAX_LETTERS = 1000  # characters of a title
_RAW_LETTERS = 20_000  # of a title before its blanks are collapsed
_MAX_PARTS = 20  # text nodes of a heading that may begin or end the headline


def choose_headline(
    document: lxml.html.HtmlElement, data: StructuredData, listed: str | None
) -> str | None:
    """Return the headline that most titles of the page agree on; None if there is none.

    The h1 wins a tie: titles for search engines are often worded differently. An h1 that also has a
    section name or subtitle is outvoted by the titles without it. A name of the site is never the
    headline. An og:title that is the headline without a few words is preferred: it is the form that
    the publisher shows in lists and when the article is shared.

    Args:
        document: the parsed page.
        data: its metadata.
        listed: the title in the listing, if any.
    """
    elements = list(islice(document.iter("h1"), MAX_HEADINGS))
    headings = [text for text in find_headings(document) if not data.sites.is_name(text)]
    folded_headings = {fold_words(heading) for heading in headings}

    def strip_site(title: str) -> str:
        if fold_words(title) in folded_headings:
            return title
        return _find_heading_in(title, folded_headings) or data.sites.strip(title)

    block = strip_site(_shorten(data.headline))
    shared = strip_site(_shorten(data.og_title))
    window = next(
        (strip_site(_shorten(text_of(title, _RAW_LETTERS))) for title in document.iter("title")), ""
    )
    window = strip_site(_strip_tail(window, [*headings, block, shared]))
    claims = [claim for claim in (block, shared, window, _shorten(listed)) if claim]
    if not claims:
        return headings[0] if len(headings) == 1 else None
    best = max(headings, key=lambda one: _measure_agreement(one, claims), default="")
    if best and _measure_agreement(best, claims) >= _MIN_SIMILARITY:
        part = _find_headline_within(elements, best, [block, shared, window])
        claims.insert(0, part or best)
    elif shared:
        return shared
    votes = Counter(fold_words(claim) for claim in claims)
    chosen = max(claims, key=lambda claim: votes[fold_words(claim)])  # the first of a tie
    return shared if _is_shorter_form(shared, chosen) else chosen


def _find_headline_within(
    elements: list[lxml.html.HtmlElement], heading: str, claims: list[str]
) -> str | None:
    """Return the title that equals the first or last text nodes of a heading with more text."""
    folded = {fold_words(claim): claim for claim in claims if claim}
    for h1 in elements:
        texts = islice(h1.itertext(), _MAX_PARTS + 1)
        parts = [one for text in texts if (one := one_line(text[:_RAW_LETTERS]))]
        if len(parts) > _MAX_PARTS or one_line(" ".join(parts)) != heading:
            continue
        for number in range(1, len(parts)):
            for part in (parts[:number], parts[number:]):
                if (claim := folded.get(fold_words(" ".join(part)))) is not None:
                    return claim
    return None


def find_headings(document: lxml.html.HtmlElement) -> list[str]:
    """Return the texts of the h1 elements of a page that can be headlines."""
    return [
        text
        for h1 in islice(document.iter("h1"), MAX_HEADINGS)
        if 3 < len(text := one_line(text_of(h1, _RAW_LETTERS))) < 400
    ]


def _measure_agreement(heading: str, claims: list[str]) -> float:
    return max(_measure_similarity(heading, claim) for claim in claims)


def find_fuller_heading(titles: Collection[str | None], headings: Sequence[str]) -> str:
    """Return the heading of which one of the titles is a shorter form; empty without one.

    Otherwise its further words would be lost: headings are not part of an article's text.
    """
    known = [title for title in titles if title]
    fuller = (one for one in headings if any(_is_shorter_form(title, one) for title in known))
    return next(fuller, "")


def _is_shorter_form(title: str, headline: str) -> bool:
    """Return whether a title is a headline without some of its words, in the same order.

    Punctuation counts too, except quotation marks: "A, B win" is not a shorter form of "A and B
    win", but another wording.
    """
    words, whole = fold_words(title).split(), fold_words(headline).split()
    if not _MIN_SHORTER_WORDS <= len(words) < len(whole):
        return False
    if len(words) < _MIN_SHORTER_SHARE * len(whole):
        return len(words) * 2 > len(whole) and whole[: len(words)] == words
    left = iter(_WORD_OR_SIGN.findall(headline.casefold()))
    return all(part in left for part in _WORD_OR_SIGN.findall(title.casefold()))


def _shorten(title: str | None) -> str:
    """Return a title on one line, cut to `MAX_LETTERS` characters."""
    return one_line((title or "")[:_RAW_LETTERS])[:MAX_LETTERS]


def _find_heading_in(title: str, folded_headings: set[str]) -> str | None:
    """Return the longer part of a title, before or after a separator, if it is a heading.

    The shorter part may be the name of a blog, which is a heading of all its pages.
    """
    for found in islice(_SEPARATOR.finditer(title), _MAX_PARTS):
        for part in (title[: found.start()], title[found.end() :]):
            is_longer = len(part) > len(title) / 2 and len(part.split()) >= _MIN_WORDS
            if is_longer and fold_words(part) in folded_headings:
                return part
    return None


def _strip_tail(title: str, others: list[str]) -> str:
    """Remove the last part of the title element, unless another title has it too.

    Without another title that has it, it is mostly a section or an unknown name of the site.
    A title of one or two words is used only if another title begins with it.
    """
    shorter = _SITE_TAIL.sub("", title)
    if shorter == title or (
        len(shorter.split()) < _MIN_WORDS and not _is_beginning(shorter, others)
    ):
        return title
    tail = fold_words(title[len(shorter) :])
    return title if any(fold_words(other).endswith(tail) for other in others if other) else shorter


def _is_beginning(beginning: str, titles: list[str]) -> bool:
    folded = f"{fold_words(beginning)} "
    return folded != " " and any(f"{fold_words(title)} ".startswith(folded) for title in titles)


def _measure_similarity(one: str, other: str) -> float:
    one, other = one.casefold(), other.casefold()
    if one == other:
        return 1.0
    if one in other or other in one:
        return 0.9
    return float(Indel.normalized_similarity(one, other))
