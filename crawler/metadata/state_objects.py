"""Finds an article's text in the state objects of a page that is rendered by scripts. Pure.

`__NEXT_DATA__`, `window.__INITIAL_STATE__ = {...}` and similar objects contain the content of the
page, among much else. An object is the article if it has the headline of the page, or its text
begins with the teaser of the page.
"""

from __future__ import annotations

import html
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import lxml.html

from crawler.metadata.state_values import MAX_STATE, read_nested, read_state_values
from crawler.text.plain_text import plain_text

MAX_NODES = 30_000  # objects and arrays of one script
MAX_VISITS = 100_000  # of objects, arrays and strings that may be parts of a text
MAX_TEXT = 300_000  # characters of an article
_MAX_DEPTH = 30
_MAX_NESTED = 20  # values of a script that are JSON once more

_TITLES = ("headline", "title", "name", "heading", "headlines", "shortHeadline", "seoTitle")
_BODIES = re.compile(
    r"(?:article|story|post|main|full)?_?-?(?:body|text|contents?|html|copy|story|paragraphs"
    r"|blocks|elements|components|sections)"
    r"(?:_?-?(?:elements|html|text|raw|rendered|blocks|markup|content|json))?$",
    re.IGNORECASE,
)
_TEXTS = re.compile(
    r"(?:text|content|contents|html|value|body|paragraphs?|p|children|data|items|blocks|elements|rendered"
    r"|markup|model|nodes|copy|sections|components|content_elements|attributes|props|raw|json|list)$",
    re.IGNORECASE,
)
_NO_TEXT = frozenset(
    ("image", "img", "video", "embed", "ad", "advert", "advertisement", "related", "promo",
     "newsletter", "gallery", "caption", "figure", "button", "comment", "comments", "social",
     "interstitial_link")
)  # fmt: skip
_BLOCK = re.compile(
    r"(?:^|[/_-])(?:paragraph|heading-?\d?|header|p|h[1-6]|list-?item|li|quote|blockquote)$",
    re.IGNORECASE,
)
_ARTICLES = frozenset(("article", "main"))
_HEADINGS = frozenset(("h1", "h2"))
_MAX_BEFORE_HEADING = 500  # nodes
_MIN_PROSE = 40  # characters of a string that is not marked as a paragraph


@dataclass(slots=True)
class _Budget:
    """The remaining amount of a page's state that may be read."""

    nodes: int = MAX_VISITS
    letters: int = MAX_STATE


def find_state_text(
    document: lxml.html.HtmlElement, agrees: Callable[[str, str], bool]
) -> str | None:
    """Return the longest text in the state objects that is the page's article; None without one.

    Args:
        document: the parsed page, with its scripts.
        agrees: decides whether a title and a text are those of the article.
    """
    best = ""
    budget = _Budget()
    for value in read_state_values(document):
        for title, body in _find_bodies(value):
            text = _collect_text(body, budget)
            if len(text) > len(best) and agrees(title, text):
                best = text
    return best or None


def _find_bodies(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the title of each object, with a value of it that may be an article's text."""
    queue, seen, nested = deque([value]), 0, 0
    while queue and seen < MAX_NODES:
        node = queue.popleft()
        seen += 1
        if isinstance(node, list):
            queue.extend(one for one in node if isinstance(one, dict | list))
        elif isinstance(node, dict):
            title = next((text for key in _TITLES if (text := _get_title(node.get(key)))), "")
            for key, one in node.items():
                if _BODIES.match(str(key)[:100]):
                    yield title, one
            if _get_kind(node) in _ARTICLES and "children" in node:
                yield title or _find_heading(node["children"]), node["children"]
            queue.extend(one for one in node.values() if isinstance(one, dict | list))
            for one in node.values():
                if nested < _MAX_NESTED and isinstance(one, str) and (inner := read_nested(one)):
                    queue.append(inner)
                    nested += 1


def _find_heading(node: Any) -> str:
    """Return the first heading in a tree of elements; empty without one."""
    stack, seen = [node], 0
    while stack and seen < _MAX_BEFORE_HEADING:
        node = stack.pop()
        seen += 1
        if isinstance(node, list):
            stack.extend(reversed(node))
        elif isinstance(node, dict):
            if _get_kind(node) in _HEADINGS:
                return plain_text(" ".join(_iter_strings(node, _Budget())))
            stack.append(node.get("children"))
    return ""


def _get_title(value: Any) -> str:
    if isinstance(value, dict):
        value = next(
            (value[key] for key in ("rendered", "basic", "text", "default") if key in value), ""
        )
    return html.unescape(value) if isinstance(value, str) else ""


def _collect_text(body: Any, budget: _Budget) -> str:
    """Return the paragraphs of a string, or of a tree of strings with their kinds."""
    parts: list[str] = []
    stack: list[tuple[Any, int]] = [(body, 0)]
    while stack and budget.nodes > 0 and budget.letters > 0:
        node, depth = stack.pop()
        budget.nodes -= 1
        if isinstance(node, str):
            budget.letters -= len(node)
            if len(node) >= _MIN_PROSE and " " in node and not node.lstrip().startswith("{"):
                parts.append(plain_text(node[:MAX_TEXT]))
        elif depth >= _MAX_DEPTH:
            continue
        elif isinstance(node, list):
            stack.extend((one, depth + 1) for one in reversed(node))
        elif isinstance(node, dict) and (kind := _get_kind(node)) not in _NO_TEXT:
            if _BLOCK.search(kind):
                parts.append(plain_text("".join(_iter_strings(node, budget))))
            else:
                inner = [one for key, one in node.items() if _TEXTS.match(str(key)[:100])]
                stack.extend((one, depth + 1) for one in reversed(inner))
    return "\n".join(dict.fromkeys(part for part in parts if part))[:MAX_TEXT]


def _iter_strings(block: dict[str, Any], budget: _Budget) -> Iterator[str]:
    """Yield the strings of a paragraph in order, including those in links and emphasis."""
    stack: list[Any] = [one for key, one in reversed(block.items()) if _TEXTS.match(str(key)[:100])]
    while stack and budget.nodes > 0 and budget.letters > 0:
        node = stack.pop()
        budget.nodes -= 1
        if isinstance(node, str):
            budget.letters -= len(node)
            yield node
        elif isinstance(node, list):
            stack.extend(reversed(node))
        elif isinstance(node, dict) and _get_kind(node) not in _NO_TEXT:
            stack.extend(one for key, one in reversed(node.items()) if _TEXTS.match(str(key)[:100]))


def _get_kind(node: dict[str, Any]) -> str:
    keys = ("type", "nodeType", "__typename", "_type", "tag", "kind", "name")
    kind = next((node[key] for key in keys if isinstance(node.get(key), str)), "")
    return str(kind)[:100].casefold()
