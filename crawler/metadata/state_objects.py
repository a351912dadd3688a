"""Find an article's text in the state objects of a page that scripts draw. Pure.

`__NEXT_DATA__`, `window.__INITIAL_STATE__ = {...}` and their like hold what the page shows, amid
much else. An object of them is the article where its headline is the page's, or its text begins
with the page's teaser.
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
_MIN_PROSE = 40  # characters of a string that nothing says is a paragraph


@dataclass(slots=True)
class _Budget:
    """How much of a page's state may still be read."""

    nodes: int = MAX_VISITS
    letters: int = MAX_STATE


def find_state_text(
    document: lxml.html.HtmlElement, agrees: Callable[[str, str], bool]
) -> str | None:
    """Return the longest text in the scripts' data that is the page's article; None without one.

    Args:
        document: the parsed page, with its scripts.
        agrees: tells of a title and a text whether they are those of the article.
    """
    best = ""
    budget = _Budget()
    for value in read_state_values(document):
        for title, body in _bodies_in(value):
            text = _collect_text(body, budget)
            if len(text) > len(best) and agrees(title, text):
                best = text
    return best or None


def _bodies_in(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the title of each object and a value in it that may be an article's text."""
    queue, seen, nested = deque([value]), 0, 0
    while queue and seen < MAX_NODES:
        node = queue.popleft()
        seen += 1
        if isinstance(node, list):
            queue.extend(one for one in node if isinstance(one, dict | list))
        elif isinstance(node, dict):
            title = next((text for key in _TITLES if (text := _title_in(node.get(key)))), "")
            for key, one in node.items():
                if _BODIES.match(str(key)[:100]):
                    yield title, one
            if _kind_of(node) in _ARTICLES and "children" in node:
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
            if _kind_of(node) in _HEADINGS:
                return plain_text(" ".join(_strings_in(node, _Budget())))
            stack.append(node.get("children"))
    return ""


def _title_in(value: Any) -> str:
    if isinstance(value, dict):
        value = next(
            (value[key] for key in ("rendered", "basic", "text", "default") if key in value), ""
        )
    return html.unescape(value) if isinstance(value, str) else ""


def _collect_text(body: Any, budget: _Budget) -> str:
    """Return the paragraphs of a text that is a string, or a tree of strings with their kinds."""
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
        elif isinstance(node, dict) and (kind := _kind_of(node)) not in _NO_TEXT:
            if _BLOCK.search(kind):
                parts.append(plain_text("".join(_strings_in(node, budget))))
            else:
                inner = [one for key, one in node.items() if _TEXTS.match(str(key)[:100])]
                stack.extend((one, depth + 1) for one in reversed(inner))
    return "\n".join(dict.fromkeys(part for part in parts if part))[:MAX_TEXT]


def _strings_in(block: dict[str, Any], budget: _Budget) -> Iterator[str]:
    """Yield the strings of a paragraph in their order, those in links and emphasis among them."""
    stack: list[Any] = [one for key, one in reversed(block.items()) if _TEXTS.match(str(key)[:100])]
    while stack and budget.nodes > 0 and budget.letters > 0:
        node = stack.pop()
        budget.nodes -= 1
        if isinstance(node, str):
            budget.letters -= len(node)
            yield node
        elif isinstance(node, list):
            stack.extend(reversed(node))
        elif isinstance(node, dict) and _kind_of(node) not in _NO_TEXT:
            stack.extend(one for key, one in reversed(node.items()) if _TEXTS.match(str(key)[:100]))


def _kind_of(node: dict[str, Any]) -> str:
    keys = ("type", "nodeType", "__typename", "_type", "tag", "kind", "name")
    kind = next((node[key] for key in keys if isinstance(node.get(key), str)), "")
    return str(kind)[:100].casefold()
