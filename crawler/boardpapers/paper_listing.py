"""From a page of board papers to its links: papers, and pages of meetings. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise, takewhile

import lxml.html
from lxml import etree

from config.model import Selectors
from crawler.boardpapers.paper_links import (
    file_name,
    is_page_of,
    leads_to_meeting,
    leads_to_pdf,
    told,
)
from crawler.listings.entries import absolute
from crawler.text.uk_dates import FoundDate, best_uk_date, find_uk_date, same_month

_FOLDED, _BOLD = 7, 8  # below all headings: what unfolds a list, and bold words that name a day
_LEVELS = (
    {f"h{level}": level for level in range(1, 7)}
    | {"summary": _FOLDED, "legend": _FOLDED, "caption": _FOLDED}
    | {"strong": _BOLD, "b": _BOLD}
)
_AROUND = {"nav", "footer", "header", "aside"}  # of a page, which list other things
_AROUND_ROLES = {"navigation", "contentinfo", "banner", "complementary", "search"}
_BLOCKS = {"li", "tr", "p", "dd", "figure"}
_LONGEST_CONTEXT = 160  # characters of a paragraph around a link that may be its heading
_LONGEST_NAME = 300
_PLAIN = re.compile(
    r"(?:meeting |board )?(?:papers?|documents?|downloads?|files?|related (?:documents|downloads)"
    r"|attachments?|agenda(?: and papers)?|resources|useful links)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLink:
    """A link to a paper, or to the page of a meeting, with what the page says of it."""

    url: str
    title: str
    date: FoundDate | None
    is_meeting: bool


def paper_links(
    document: lxml.html.HtmlElement, *, base: str, select: Selectors, whole: bool
) -> list[PaperLink]:
    """The papers that a page links to, each once, and the pages of meetings.

    Args:
        base: the address of the page.
        select: selectors of the source; `entry` the box of a meeting, `link` the links that count
            within it, `title` and `date` what it is called and when it is.
        whole: this is the source's listing; a page of a meeting (not `whole`) names no others.
    """
    wanted = _wanted(document, select)
    chosen = select.link is not None
    found: dict[str, PaperLink] = {}
    blocks: dict[lxml.html.HtmlElement, str] = {}
    for link, headings in _headed(document):
        box = wanted.get(link)
        url = absolute(link.get("href"), base)
        if box is None or url is None:
            continue
        url = url.split("#")[0]
        words = _words(link)
        is_pdf = leads_to_pdf(link, url)
        if not is_pdf and not whole:
            continue
        is_meeting = is_page_of(url, base) if chosen else leads_to_meeting(words, url, base)
        if url in found or not (is_pdf or is_meeting):
            continue
        own = [*_selected(box, select), *_around(link, blocks)]
        context = [*own, *_together([text for deep, text in headings if deep > 1 or not whole])]
        date = best_uk_date(words, [*own, *(text for _, text in headings), file_name(url)])
        found[url] = PaperLink(
            url=url,
            title=_title(told(words) or file_name(url), context, date),
            date=date,
            is_meeting=not is_pdf,
        )
    return list(found.values())


def _wanted(
    document: lxml.html.HtmlElement, select: Selectors
) -> dict[lxml.html.HtmlElement, lxml.html.HtmlElement]:
    """The links that count, each with the box that it was found in."""
    if select.entry is not None:
        boxes = list(document.cssselect(select.entry))
    else:
        boxes = list(document.cssselect("main, [role=main]"))[:1] or [document]
    wanted = {}
    for box in boxes:
        if select.link is None:
            links = [link for link in box.iter("a") if not _is_around(link)]
        else:
            links = [a for one in box.cssselect(select.link) for a in _anchors(one)]
        wanted.update({link: box for link in links if link.get("href")})
    return wanted


def _anchors(chosen: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    if chosen.tag == "a":
        return [chosen]
    return list(chosen.iter("a")) or list(chosen.iterancestors("a"))[:1]


def _is_around(link: lxml.html.HtmlElement) -> bool:
    return any(
        one.tag in _AROUND or (one.get("role") or "").lower() in _AROUND_ROLES
        for one in link.iterancestors()
    )


def _headed(
    document: lxml.html.HtmlElement,
) -> Iterator[tuple[lxml.html.HtmlElement, list[tuple[int, str]]]]:
    """Every link in the page's order, with the headings that it stands below, the nearest first."""
    headings: list[tuple[int, str, lxml.html.HtmlElement | None]] = []
    for element in document.iter():
        if not isinstance(element.tag, str):
            continue
        level = _level(element)
        text = _words(element) if level is not None else ""
        if level is not None and text and (level != _BOLD or find_uk_date(text)):
            headings = [one for one in headings if one[0] < level]
            headings.append((level, text, _folded(element) if level == _FOLDED else None))
        if element.tag == "a":
            above = set(element.iterancestors())
            # behind what was unfolded, that and all below it is over
            in_force = takewhile(lambda one: one[2] is None or one[2] in above, headings)  # noqa: B023
            yield element, [(deep, said) for deep, said, _ in in_force][::-1]


def _level(element: lxml.html.HtmlElement) -> int | None:
    if element.tag in ("button", "a") and element.get("aria-expanded") is not None:
        return _FOLDED
    return _LEVELS.get(element.tag)


def _folded(opener: lxml.html.HtmlElement) -> lxml.html.HtmlElement | None:
    """What a summary or a button unfolds: the nearest box around it that holds links too."""
    for box in opener.iterancestors():
        if any(link is not opener for link in box.iter("a")):
            return box
    return None


def _around(link: lxml.html.HtmlElement, known: dict[lxml.html.HtmlElement, str]) -> list[str]:
    """What stands beside a link in its line, row or paragraph, where that is short.

    `known`: what was found of these before, since one may hold all links of a page.
    """
    for one in link.iterancestors():
        if one.tag in _BLOCKS:
            if one not in known:
                known[one] = told(_words(one, links=False)).strip(" -–|:;,()[]•")
            text = known[one]
            return [text] if text and len(text) <= _LONGEST_CONTEXT else []
    return []


def _words(element: lxml.html.HtmlElement, *, links: bool = True) -> str:
    """The text of an element, of its links or without it, as far as anybody would call it a name.

    A link or a row may hold the whole page, and a page thousands of them.
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
        if length > _LONGEST_NAME:
            break
    return " ".join("".join(found).split())[:_LONGEST_NAME]


def _selected(box: lxml.html.HtmlElement, select: Selectors) -> list[str]:
    """What the source's selectors call a meeting and its day."""
    chosen = (selector for selector in (select.title, select.date) if selector is not None)
    first = (one for selector in chosen for one in box.cssselect(selector)[:1])
    texts = map(_words, first)
    together = ", ".join(text for text in texts if text)
    return [together] if together else []


def _together(headings: list[str]) -> list[str]:
    """Headings, the nearest first; a day whose year stands in the one above it is put together."""
    if any(map(_has_day, headings)):
        return headings
    pairs = (f"{near} {above}" for near, above in pairwise(headings))
    return [*(pair for pair in pairs if _has_day(pair)), *headings]


def _title(name: str, context: list[str], date: FoundDate | None) -> str:
    """A paper's name below its meeting's: of the texts around it, the nearest that names a day.

    One that names another month than the paper's own words is left over from above.
    """
    telling = [text for text in context if not (_PLAIN.fullmatch(text) or _is_off(text, date))]
    meeting = next((text for text in telling if _has_day(text)), telling[0] if telling else "")
    said = name.casefold()
    if not meeting or all(word in said for word in meeting.casefold().split()):
        return name
    return f"{meeting}: {name}"


def _is_off(text: str, date: FoundDate | None) -> bool:
    found = find_uk_date(text)
    return found is not None and date is not None and not same_month(found, date)


def _has_day(text: str) -> bool:
    found = find_uk_date(text)
    return found is not None and not found.month_alone
