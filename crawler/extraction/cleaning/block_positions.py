"""Determines where a block is on its page: in a menu, among comments, in which box. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import lxml.html

from crawler.extraction.cleaning.linked_lines import LINE_TAGS

_MENU_ROLES = frozenset(("navigation", "menu", "menubar", "tablist", "toolbar"))
_MENU_NAMES = frozenset(
    (
        *("nav", "navbar", "navigation", "menu", "menus", "submenu", "breadcrumb", "breadcrumbs"),
        *("pagination", "pager", "toc", "tabs", "tags", "taglist", "tagcloud", "topics"),
        *("categories", "toolbar", "sitemap", "skip"),
    )
)
_COMMENT_NAMES = frozenset(
    (
        *("comment", "comments", "commentlist", "commenter", "commenting", "reply", "replies"),
        *("respond", "disqus", "discussion", "discussions", "discourse", "forum", "guestbook"),
    )
)
_BOX_RULES = {
    "nav": "menu",
    "footer": "footer",
    "aside": "sidebar",
    "figcaption": "caption",
    "form": "form",
    "dialog": "form",
}
_NAME_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CAPTION = re.compile(r"caption|credit", re.IGNORECASE)
_MAX_NAME = 60  # characters of an element's name that are read or shown


@dataclass(frozen=True, slots=True)
class BlockPosition:
    """Whether a block is in a menu, and whether it is among readers' comments."""

    menu: bool = False
    comments: bool = False


_UNNAMED = BlockPosition()


class BlockPositions:
    """The positions of the elements of a page; results are cached."""

    def __init__(self, document: lxml.html.HtmlElement) -> None:
        self._known: dict[lxml.html.HtmlElement, BlockPosition] = {document: BlockPosition()}

    def of(self, element: lxml.html.HtmlElement | None) -> BlockPosition:
        """Return the position of an element, by its names and those of its ancestors."""
        path: list[lxml.html.HtmlElement] = []
        while element is not None and element not in self._known:
            path.append(element)
            element = element.getparent()
        place = BlockPosition() if element is None else self._known[element]
        for inner in reversed(path):
            place = _find_position(inner, place)
            self._known[inner] = place
        return place


def name_box_rule(element: lxml.html.HtmlElement) -> str:
    """Return the rule by which an element was removed, derived from its tag and names."""
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if _CAPTION.search(names[:_MAX_NAME]):
        return "caption"
    if rule := _BOX_RULES.get(str(element.tag)):
        return rule
    if is_hidden(element):
        return "hidden"
    if not names.strip() and element.tag in LINE_TAGS:
        return "linked-line"
    return "box"


def is_hidden(element: lxml.html.HtmlElement) -> bool:
    """Return whether an attribute or the style of an element hides it."""
    if element.get("hidden") is not None:
        return True
    style = element.get("style")
    return style is not None and _HIDDEN_STYLE.search(style) is not None


def describe_box(element: lxml.html.HtmlElement) -> str:
    """Describe an element by its class or id: `class=related-posts`; empty without either."""
    for attribute in ("class", "id"):
        if name := " ".join((element.get(attribute) or "").split()):
            return f"{attribute}={name[:_MAX_NAME]}"
    return ""


def _find_position(element: lxml.html.HtmlElement, around: BlockPosition) -> BlockPosition:
    tag = element.tag
    if tag in ("html", "body", "main"):
        return around
    get = element.get
    classes, identifier = get("class"), get("id")
    named = _UNNAMED
    if classes or identifier:
        long = 4 * _MAX_NAME
        named = _classify_names((classes or "")[:long], (identifier or "")[:long])
    menu = around.menu or tag == "nav" or named.menu or (get("role") or "") in _MENU_ROLES
    comments = around.comments or named.comments
    if menu == around.menu and comments == around.comments:
        return around
    if element.find(".//h1") is not None:
        return around  # it contains the article, in spite of its name
    return BlockPosition(menu, comments)


@lru_cache(maxsize=4096)  # the elements of a page share few names
def _classify_names(*names: str) -> BlockPosition:
    parts = {part.lower() for name in names for part in _NAME_PART.findall(name)}
    return BlockPosition(not parts.isdisjoint(_MENU_NAMES), not parts.isdisjoint(_COMMENT_NAMES))
