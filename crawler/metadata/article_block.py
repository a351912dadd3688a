"""Chooses the structured block that describes a page's own article. Pure.

Pages also describe other articles: related, previous or cited ones. All values come from one block:
the one with the URL of the page; else one with the headline of the page; else the first. A block
with the URL of another page and another headline is never used.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Any
from urllib.parse import urljoin

from rapidfuzz.distance import Indel

from crawler.metadata.json_ld import text_value, types_of
from crawler.text.folding import fold_words
from storage.rules.identity import url_key

_MIN_SIMILARITY = 0.75
_MAX_TITLE = 1000  # characters of a title that are compared
_ARTICLE = re.compile(r"article$|posting$|^report$|^pressrelease$|^newsarticle")
_OTHER = re.compile(
    r"^(?:recipe|howto|review|criticreview|event|videoobject|podcastepisode|dataset|creativework"
    r"|announcement|specialannouncement|governmentservice|claimreview|qapage)$"
)
_PAGE = re.compile(r"page$")


def choose_blocks(
    blocks: Sequence[dict[str, Any]], *, addresses: Collection[str], titles: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the block of a page's article, followed by further blocks of the same page.

    Args:
        blocks: the structured blocks of the page, in document order.
        addresses: the absolute URLs of the page; the first resolves relative ones.
        titles: of the page, outside of structured data.

    Returns:
        the chosen block first; then those with the URL of the page, for values that the first one
        lacks. Empty if no block describes the page.
    """
    base = next(iter(addresses), "")
    keys = {url_key(one.partition("#")[0]) for one in addresses if one and not _is_front(one, base)}
    folded = [fold for one in titles if (fold := _fold_title(one))]
    for is_wanted in (is_article, _is_other_work, _is_page):
        wanted = [block for block in blocks if is_wanted(block)]
        ours = [one for one in wanted if _list_keys(one, base) & keys]
        agreeing = [one for one in wanted if _has_same_title(one, folded)]
        ours.sort(
            key=lambda one: not _has_same_title(one, folded)
        )  # stable: the page's order otherwise
        rest = [one for one in wanted if not folded or not _list_keys(one, base)]
        chosen = next(iter([*ours, *agreeing, *rest]), None)
        if chosen is not None:
            pages = [one for one in blocks if _is_page(one) and _list_keys(one, base) & keys]
            return [chosen, *(one for one in [*ours, *pages] if one is not chosen)]
    return []


def is_article(block: dict[str, Any]) -> bool:
    """Return whether a block describes an article, by its types; without types, by a headline."""
    kinds = types_of(block)
    if not kinds:
        return bool(block.get("headline"))
    return any(_ARTICLE.search(kind) for kind in kinds)


def _is_other_work(block: dict[str, Any]) -> bool:
    return any(_OTHER.match(kind) for kind in types_of(block))


def _is_page(block: dict[str, Any]) -> bool:
    kinds = types_of(block)
    return not is_article(block) and any(_PAGE.search(kind) for kind in kinds)


def _list_keys(block: dict[str, Any], base: str) -> set[str]:
    return {url_key(address) for address in _list_addresses(block, base)}


def _list_addresses(block: dict[str, Any], base: str) -> Iterator[str]:
    of_page = block.get("mainEntityOfPage")
    for one in of_page if isinstance(of_page, list) else [of_page]:
        values = (one.get("@id"), one.get("url")) if isinstance(one, dict) else (one,)
        yield from _resolve_addresses(values, base)
    yield from _resolve_addresses((block.get("url"), block.get("@id")), base)


def _resolve_addresses(values: tuple[object, ...], base: str) -> Iterator[str]:
    for value in values:
        address = text_value(value)
        if not address or address.startswith(("_:", "urn:")) or " " in address:
            continue
        try:
            joined = urljoin(base, address)
        except ValueError:
            continue
        if joined.startswith(("http://", "https://")) and not _is_front(joined, base):
            yield joined.partition("#")[0]


def _is_front(address: str, base: str) -> bool:
    """Return whether an address is the front page of its site: many blocks have it by mistake."""
    return address != base and not address.partition("#")[0].split("://")[-1].partition("/")[2]


def _has_same_title(block: dict[str, Any], folded: list[str]) -> bool:
    headline = _fold_title(text_value(block.get("headline")) or text_value(block.get("name")) or "")
    return bool(headline) and any(
        (len(headline) > 15 and headline in title)
        or (len(title) > 15 and title in headline)
        or Indel.normalized_similarity(headline, title) >= _MIN_SIMILARITY
        for title in folded
    )


def _fold_title(title: str) -> str:
    return fold_words(title[:_MAX_TITLE])
