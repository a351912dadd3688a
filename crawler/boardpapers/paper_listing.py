"""Finds the links to papers and to pages of meetings on a page of board papers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, takewhile

import lxml.html
from lxml import etree

from config.model import Selectors
from crawler.boardpapers.paper_links import (
    clean_link_text,
    file_name,
    is_meeting_link,
    is_page_of,
    is_pdf_link,
)
from crawler.listings.entries import absolute
from crawler.text.uk_dates import FoundDate, choose_uk_date, find_uk_date, is_same_month

_DISCLOSURE, _BOLD = 7, 8  # levels below all headings: toggles of lists, bold text with a date
_LEVELS = (
    {f"h{level}": level for level in range(1, 7)}
    | {"summary": _DISCLOSURE, "legend": _DISCLOSURE, "caption": _DISCLOSURE}
    | {"strong": _BOLD, "b": _BOLD}
)
_PAGE_FURNITURE = {"nav", "footer", "header", "aside"}  # their links are navigation
_FURNITURE_ROLES = {"navigation", "contentinfo", "banner", "complementary", "search"}
_BLOCKS = {"li", "tr", "p", "dd", "figure"}
_MAX_CONTEXT = 160  # characters of a paragraph around a link that may be its heading
_MAX_NAME = 300
_GENERIC_HEADING = re.compile(
    r"(?:meeting |board )?(?:papers?|documents?|downloads?|files?|related (?:documents|downloads)"
    r"|attachments?|agenda(?: and papers)?|resources|useful links)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLink:
    """A link to a paper or to the page of a meeting, with its title and date."""

    url: str
    title: str
    date: FoundDate | None
    is_meeting: bool


def find_paper_links(
    document: lxml.html.HtmlElement, *, base: str, select: Selectors, whole: bool
) -> list[PaperLink]:
    """Return the links of a page to papers and to pages of meetings, each URL once.

    Args:
        document: the parsed page.
        base: its URL.
        select: selectors of the source: `entry` the element of a meeting, `link` the links within
            it, `title` and `date` of the meeting.
        whole: whether the page is the source's listing; of the page of a meeting (False), only
            links to papers are returned.
    """
    wanted = _find_links(document, select)
    chosen = select.link is not None
    found: dict[str, PaperLink] = {}
    blocks: dict[lxml.html.HtmlElement, str] = {}
    for link, headings in _iter_links_with_headings(document):
        box = wanted.get(link)
        url = absolute(link.get("href"), base)
        if box is None or url is None:
            continue
        url = url.split("#")[0]
        words = _get_text(link)
        is_pdf = is_pdf_link(link, url)
        if not is_pdf and not whole:
            continue
        is_meeting = is_page_of(url, base) if chosen else is_meeting_link(words, url, base)
        if url in found or not (is_pdf or is_meeting):
            continue
        own = [*_select_text(box, select), *_find_nearby_text(link, blocks)]
        context = [*own, *_join_dates([text for deep, text in headings if deep > 1 or not whole])]
        date = choose_uk_date(words, [*own, *(text for _, text in headings), file_name(url)])
        found[url] = PaperLink(
            url=url,
            title=_build_title(clean_link_text(words) or file_name(url), context, date),
            date=date,
            is_meeting=not is_pdf,
        )
    return list(found.values())


def _find_links(
    document: lxml.html.HtmlElement, select: Selectors
) -> dict[lxml.html.HtmlElement, lxml.html.HtmlElement]:
    """Map the links to consider to the elements that contain them."""
    if select.entry is not None:
        boxes = list(document.cssselect(select.entry))
    else:
        boxes = list(document.cssselect("main, [role=main]"))[:1] or [document]
    wanted = {}
    for box in boxes:
        if select.link is None:
            links = [link for link in box.iter("a") if not _is_page_furniture(link)]
        else:
            links = [a for one in box.cssselect(select.link) for a in _find_anchors(one)]
        wanted.update({link: box for link in links if link.get("href")})
    return wanted


def _find_anchors(chosen: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    if chosen.tag == "a":
        return [chosen]
    return list(chosen.iter("a")) or list(chosen.iterancestors("a"))[:1]


def _is_page_furniture(link: lxml.html.HtmlElement) -> bool:
    return any(
        one.tag in _PAGE_FURNITURE or (one.get("role") or "").lower() in _FURNITURE_ROLES
        for one in link.iterancestors()
    )


def _iter_links_with_headings(
    document: lxml.html.HtmlElement,
) -> Iterator[tuple[lxml.html.HtmlElement, list[tuple[int, str]]]]:
    """Yield each link in document order, with the headings above it, the nearest first."""
    headings: list[tuple[int, str, lxml.html.HtmlElement | None]] = []
    for element in document.iter():
        if not isinstance(element.tag, str):
            continue
        level = _get_level(element)
        text = _get_text(element) if level is not None else ""
        if level is not None and text and (level != _BOLD or find_uk_date(text)):
            headings = [one for one in headings if one[0] < level]
            headings.append(
                (level, text, _find_disclosed_box(element) if level == _DISCLOSURE else None)
            )
        if element.tag == "a":
            above = set(element.iterancestors())
            # after a disclosed box, its toggle and the headings within no longer apply
            in_force = takewhile(lambda one: one[2] is None or one[2] in above, headings)  # noqa: B023
            yield element, [(level, text) for level, text, _ in in_force][::-1]


def _get_level(element: lxml.html.HtmlElement) -> int | None:
    if element.tag in ("button", "a") and element.get("aria-expanded") is not None:
        return _DISCLOSURE
    return _LEVELS.get(element.tag)


def _find_disclosed_box(opener: lxml.html.HtmlElement) -> lxml.html.HtmlElement | None:
    """Return the element that a toggle opens: its nearest ancestor with other links."""
    for box in opener.iterancestors():
        if any(link is not opener for link in box.iter("a")):
            return box
    return None


def _find_nearby_text(
    link: lxml.html.HtmlElement, known: dict[lxml.html.HtmlElement, str]
) -> list[str]:
    """Return the text beside a link in its list item, row or paragraph, if it is short.

    `known` caches these texts, since one element may contain all links of a page.
    """
    for one in link.iterancestors():
        if one.tag in _BLOCKS:
            if one not in known:
                known[one] = clean_link_text(_get_text(one, links=False)).strip(" -–|:;,()[]•")
            text = known[one]
            return [text] if text and len(text) <= _MAX_CONTEXT else []
    return []


def _get_text(element: lxml.html.HtmlElement, *, links: bool = True) -> str:
    """Return the first `_MAX_NAME` characters of an element's text, with or without its links.

    The limit matters: a link or row may contain the whole page, and a page thousands of them.
    """
    found: list[str] = []
    length = 0
    inside = 0
    for event, one in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            inside += one.tag == "a" and not links
            text = one.text if isinstance(one.tag, str) and not inside else None
        else:
            inside -= one.tag == "a" and not links
            text = one.tail if one is not element and not inside else None
        if text:
            found.append(text)
            length += len(text)
        if length > _MAX_NAME:
            break
    return " ".join("".join(found).split())[:_MAX_NAME]


def _select_text(box: lxml.html.HtmlElement, select: Selectors) -> list[str]:
    """Return the title and date of a meeting by the source's selectors, joined."""
    chosen = (selector for selector in (select.title, select.date) if selector is not None)
    first = (one for selector in chosen for one in box.cssselect(selector)[:1])
    texts = map(_get_text, first)
    together = ", ".join(text for text in texts if text)
    return [together] if together else []


def _join_dates(headings: list[str]) -> list[str]:
    """Return the headings, nearest first; a day is joined to a year in the heading above."""
    if any(map(_has_day, headings)):
        return headings
    pairs = (f"{near} {above}" for near, above in pairwise(headings))
    return [*(pair for pair in pairs if _has_day(pair)), *headings]


def _build_title(name: str, context: list[str], date: FoundDate | None) -> str:
    """Prefix a paper's name with its meeting: the nearest text in `context` with a date.

    Texts with another month than the paper's own date are ignored: they belong to another meeting.
    """
    reported = [
        text
        for text in context
        if not (_GENERIC_HEADING.fullmatch(text) or _has_other_month(text, date))
    ]
    meeting = next((text for text in reported if _has_day(text)), reported[0] if reported else "")
    folded_name = name.casefold()
    if not meeting or all(word in folded_name for word in meeting.casefold().split()):
        return name
    return f"{meeting}: {name}"


def _has_other_month(text: str, date: FoundDate | None) -> bool:
    found = find_uk_date(text)
    return found is not None and date is not None and not is_same_month(found, date)


def _has_day(text: str) -> bool:
    found = find_uk_date(text)
    return found is not None and not found.is_month_only
