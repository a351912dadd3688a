"""Finds the links of a page that may be articles, and CSS selectors to read them. Pure.

Links whose boxes have the same path in the page's structure are a group. A user chooses among the
groups: no source is configured by a guess.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import lxml.html

from config.model import Selectors
from crawler.listings.entries import absolute

MAX_LINKS = 3_000  # of a page that are considered
MAX_DEPTH = 40  # ancestors of a link
MIN_LINKS = 3  # of a group
MIN_TITLE_WORDS = 4  # fewer words are a menu item, not a headline
MAX_BOX = 3_000  # characters of text around one link
_NAVIGATION = frozenset({"nav", "header", "footer", "form", "aside"})
_CLASS = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkGroup:
    """Links that may be articles: selectors, number of links, and how many look like headlines."""

    select: Selectors
    links: int
    headlines: int


def find_link_groups(
    document: lxml.html.HtmlElement, *, base: str, most: int
) -> tuple[LinkGroup, ...]:
    """Return groups of links that may be articles, those with the most headlines first.

    Args:
        document: the page.
        base: its URL.
        most: number of groups.
    """
    base_href = next((one.get("href") for one in document.iter("base") if one.get("href")), "")
    root = urljoin(base, base_href or "")
    targets = _resolve_links(document, root)
    boxes: dict[tuple[str, ...], dict[str, lxml.html.HtmlElement]] = defaultdict(dict)
    for link, url in targets.items():
        box = _find_box(link, url, targets)
        place = _find_structure_path(box)
        if place is not None:
            boxes[place].setdefault(url, box)
    found = []
    for group in boxes.values():
        members = list(group.values())
        headlines = sum(_is_headline(each) for each in members)
        if len(members) >= MIN_LINKS and headlines >= MIN_LINKS:
            select = _build_selectors(document, members)
            found.append(LinkGroup(select=select, links=len(members), headlines=headlines))
    return tuple(sorted(found, key=lambda each: -each.headlines)[:most])


def _resolve_links(document: lxml.html.HtmlElement, root: str) -> dict[lxml.html.HtmlElement, str]:
    """Return link -> URL, of links to other pages of the same site."""
    host = _get_host(root)
    targets = {}
    for link in list(document.iter("a"))[:MAX_LINKS]:
        href = (link.get("href") or "").strip()
        url = None if not href or href.startswith("#") else absolute(href, root)
        if url is not None and _get_host(url) == host and urlsplit(url).path not in ("", "/"):
            targets[link] = url
    return targets


def _get_host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _find_box(
    link: lxml.html.HtmlElement, url: str, targets: dict[lxml.html.HtmlElement, str]
) -> lxml.html.HtmlElement:
    """Return the outermost element around a link that contains no other link."""
    box = link
    for depth, parent in enumerate(link.iterancestors()):
        others = (one for one in parent.iter("a") if targets.get(one, url) != url)
        if depth > MAX_DEPTH or parent.tag in ("body", "html") or next(others, None) is not None:
            break
        box = parent
    return box


def _find_structure_path(box: lxml.html.HtmlElement) -> tuple[str, ...] | None:
    """Return the tags from a box to the root; None within navigation, or if nested too deeply."""
    tags = [str(box.tag)]
    for depth, parent in enumerate(box.iterancestors()):
        if parent.tag in _NAVIGATION or parent.get("role") == "navigation" or depth > MAX_DEPTH:
            return None
        tags.append(str(parent.tag))
    return tuple(tags)


def _is_headline(box: lxml.html.HtmlElement) -> bool:
    text = _get_title(box)
    return len(text.split()) >= MIN_TITLE_WORDS and len(box.text_content()) <= MAX_BOX


def _get_title(box: lxml.html.HtmlElement) -> str:
    heading = next((one for one in box.iter(*_HEADINGS)), None)
    link = box if box.tag == "a" else next(box.iter("a"), box)
    chosen = heading if heading is not None else link
    return " ".join(chosen.text_content().split())


def _build_selectors(
    document: lxml.html.HtmlElement, boxes: Sequence[lxml.html.HtmlElement]
) -> Selectors:
    heading = next((name for name in _HEADINGS if _is_in_most(boxes, name)), None)
    return Selectors(
        entry=_build_entry_selector(document, boxes),
        title=heading,
        date="time" if _is_in_most(boxes, "time") else None,
        summary="p" if _is_in_most(boxes, "p") else None,
    )


def _is_in_most(boxes: Sequence[lxml.html.HtmlElement], tag: str) -> bool:
    return sum(next(box.iter(tag), None) is not None for box in boxes) > len(boxes) / 2


def _build_entry_selector(
    document: lxml.html.HtmlElement, boxes: Sequence[lxml.html.HtmlElement]
) -> str:
    """Return the shortest selector that matches these boxes and few other elements."""
    selector, level = _build_element_selector(boxes), list(boxes)
    best = selector
    while len(document.cssselect(selector)) > len(boxes) * 1.2:
        level = [parent for box in level if (parent := box.getparent()) is not None]
        if not level or level[0].tag in ("body", "html"):
            return best
        selector = f"{_build_element_selector(level)} > {selector}"
        best = selector
    return best


def _build_element_selector(elements: Sequence[lxml.html.HtmlElement]) -> str:
    """Return a selector of the tag, and of the id or the classes that all elements share."""
    tag = str(elements[0].tag)
    ids = {element.get("id") for element in elements}
    only = ids.pop() if len(ids) == 1 else None
    if only and _CLASS.fullmatch(only):
        return f"{tag}#{only}"
    common = set((elements[0].get("class") or "").split())
    for element in elements:
        common &= set((element.get("class") or "").split())
    classes = sorted(name for name in common if _CLASS.fullmatch(name))[:2]
    return "".join([tag, *(f".{name}" for name in classes)])
