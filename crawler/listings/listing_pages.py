"""Reads the entries of a page that lists articles, by CSS selectors of its source. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from urllib.parse import urljoin

import lxml.html

from config.model import Selectors
from crawler.errors import NotAFeed
from crawler.listings.entries import absolute
from crawler.text.dates import parse_date

MAX_ENTRIES = 500
_MAX_TEXT = 2000  # characters of a teaser


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedLink:
    """An entry of a listing page, as published."""

    url: str
    title: str
    summary: str
    published_raw: str | None
    published_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedLinks:
    """The entries of a page, each URL once; `unlinked`: the number of entries without a link."""

    links: tuple[ListedLink, ...]
    unlinked: int


def read_listed_links(
    document: lxml.html.HtmlElement, *, base: str, select: Selectors
) -> ListedLinks:
    """Return the entries that a page lists; `base` is its URL.

    Raises:
        NotAFeed: nothing matches `select.entry`, or nothing that matches has a link.
    """
    if select.entry is None:
        raise NotAFeed(
            "select.entry in sources.toml is missing: it selects the entries of the page"
        )
    boxes = document.cssselect(select.entry)[:MAX_ENTRIES]
    if not boxes:
        raise NotAFeed(
            f"nothing on this page matches select.entry = {select.entry!r}: its layout has "
            "changed, or a script inserts the entries"
        )
    base_href = next((one.get("href") for one in document.iter("base") if one.get("href")), "")
    found: dict[str, ListedLink] = {}
    unlinked = 0
    for box in boxes:
        link = _find_link(box, select)
        url = _resolve_href(link, base, base_href or "")
        if link is None or url is None:
            unlinked += 1
        elif url not in found:
            found[url] = _build_link(box, link, url, select, document.get("lang"))
    if not found:
        raise NotAFeed(
            f"{len(boxes)} entries match select.entry = {select.entry!r}, but none has a link "
            f"that matches select.link = {select.link or 'a[href]'!r}"
        )
    return ListedLinks(links=tuple(found.values()), unlinked=unlinked)


def _build_link(
    box: lxml.html.HtmlElement,
    link: lxml.html.HtmlElement,
    url: str,
    select: Selectors,
    language: str | None,
) -> ListedLink:
    title = (
        _get_text(_select_first(box, select.title))
        or _get_text(link)
        or link.get("aria-label")
        or ""
    )
    raw, day = _find_date(box, select.date, language)
    return ListedLink(
        url=url,
        title=title or link.get("title") or "",
        summary=_get_text(_select_first(box, select.summary)),
        published_raw=raw,
        published_at=day,
    )


def _find_link(box: lxml.html.HtmlElement, select: Selectors) -> lxml.html.HtmlElement | None:
    """Return the link of an entry: the selected element, a link within or around it, or itself."""
    if select.link is None:
        return box if box.tag == "a" else next(_find_anchors(box), None)
    chosen = _select_first(box, select.link)
    if chosen is None or chosen.tag == "a":
        return chosen
    return next(chain(_find_anchors(chosen), chosen.iterancestors("a")), None)


def _find_anchors(element: lxml.html.HtmlElement) -> Iterator[lxml.html.HtmlElement]:
    return (one for one in element.iter("a") if one.get("href"))


def _resolve_href(link: lxml.html.HtmlElement | None, base: str, base_href: str) -> str | None:
    href = (link.get("href") or "").strip() if link is not None else ""
    if not href or href.startswith("#"):
        return None
    return absolute(href, urljoin(base, base_href))


def _find_date(
    box: lxml.html.HtmlElement, selector: str | None, language: str | None
) -> tuple[str | None, datetime | None]:
    """Return an entry's date; machine-readable attributes come before the visible text."""
    element = _select_first(box, selector)
    if element is None:
        return None, None
    own = element if element.get("datetime") else next(element.iter("time"), element)
    machine_readable = (own.get("datetime") or "").strip() or (element.get("content") or "").strip()
    for raw in (machine_readable, _get_text(element)):
        day = parse_date(raw, language=language)
        if day is not None:
            return raw, day
    return _get_text(element) or machine_readable or None, None


def _select_first(box: lxml.html.HtmlElement, selector: str | None) -> lxml.html.HtmlElement | None:
    return next(iter(box.cssselect(selector)), None) if selector is not None else None


def _get_text(element: lxml.html.HtmlElement | None) -> str:
    return "" if element is None else " ".join(element.text_content().split())[:_MAX_TEXT]
