"""Find an article's text in the state objects of a page that scripts draw. Pure.

`__NEXT_DATA__`, `window.__INITIAL_STATE__ = {...}` and their like hold what the page shows, amid
much else. An object of them is the article where its headline is the page's, or its text begins
with the page's teaser.
"""

from __future__ import annotations

import html
import json
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import lxml.html

from crawler.metadata.script_json import read_script_values
from crawler.text.plain_text import plain_text

MOST_SCRIPTS = 60
MOST_SCRIPT = 1_500_000  # characters of one script; what is longer is not read
MOST_STATE = 4_000_000  # characters of all scripts of a page
MOST_NODES = 30_000  # objects and arrays of one script
MOST_VISITS = 100_000  # of objects, arrays and strings that may be parts of a text
MOST_TEXT = 300_000  # characters of an article
_MOST_ASSIGNMENTS = 20
_MOST_DEPTH = 30

_ASSIGNMENT = re.compile(
    r"[\w$\])]\s*+=\s*+(?:JSON\.parse\(\s*+(?P<string>[\"'])|(?=[{\[]\s*+[\"{\[]))"
)
_DOUBLE = re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL)
_SINGLE = re.compile(r"(?:[^'\\]++|\\.)*+", re.DOTALL)
_OTHER_QUOTES = re.compile(r"\\.|\"", re.DOTALL)
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
_MIN_PROSE = 40  # characters of a string that nothing says is a paragraph


@dataclass(slots=True)
class _Budget:
    """How much of a page's state may still be looked at."""

    nodes: int = MOST_VISITS
    letters: int = MOST_STATE


def find_state_text(
    document: lxml.html.HtmlElement, agrees: Callable[[str, str], bool]
) -> str | None:
    """Return the longest text in the scripts' data that is the page's article; None without one.

    Args:
        document: the parsed page, with its scripts.
        agrees: tells of a title and a text whether they are those of the article.
    """
    best = ""
    room, budget = MOST_STATE, _Budget()
    for script in islice(document.iter("script"), MOST_SCRIPTS):
        source, kind = script.text or "", (script.get("type") or "").lower()
        if len(source) > min(MOST_SCRIPT, room) or "ld+json" in kind:
            continue
        room -= len(source)
        for value in _read_values(source, kind):
            for title, body in _bodies_in(value):
                text = _collect_text(body, budget)
                if len(text) > len(best) and agrees(title, text):
                    best = text
    return best or None


def _read_values(source: str, kind: str) -> Iterator[Any]:
    if "json" in kind:
        yield from read_script_values(source)
        return
    if kind and "javascript" not in kind and kind != "module":
        return
    end = 0
    for found in islice(_ASSIGNMENT.finditer(source), _MOST_ASSIGNMENTS):
        if found.start() < end:
            continue  # within the value before
        if found["string"]:
            text = _read_string(source, found.end(), found["string"])
            end = found.end() + len(text)
            yield from read_script_values(text)
            continue
        try:
            value, end = json.JSONDecoder(strict=False).raw_decode(source, found.end())
        except (ValueError, RecursionError):
            yield from read_script_values(source[found.end() :])
            return
        yield value


def _read_string(source: str, start: int, quote: str) -> str:
    """Return the value of the string literal that begins at `start`, behind its quotation mark."""
    found = (_SINGLE if quote == "'" else _DOUBLE).match(source, start)
    raw = found[0] if found else ""
    if quote == "'":
        raw = _OTHER_QUOTES.sub(lambda one: {'"': '\\"', "\\'": "'"}.get(one[0], one[0]), raw)
    try:
        return str(json.loads(f'"{raw}"', strict=False))
    except ValueError:
        return ""


def _bodies_in(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the title of each object and a value in it that may be an article's text."""
    queue, seen = deque([value]), 0
    while queue and seen < MOST_NODES:
        node = queue.popleft()
        seen += 1
        if isinstance(node, list):
            queue.extend(one for one in node if isinstance(one, dict | list))
        elif isinstance(node, dict):
            title = next((text for key in _TITLES if (text := _title_in(node.get(key)))), "")
            for key, one in node.items():
                if _BODIES.match(str(key)[:100]):
                    yield title, one
            queue.extend(one for one in node.values() if isinstance(one, dict | list))


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
                parts.append(plain_text(node[:MOST_TEXT]))
        elif depth >= _MOST_DEPTH:
            continue
        elif isinstance(node, list):
            stack.extend((one, depth + 1) for one in reversed(node))
        elif isinstance(node, dict) and (kind := _kind_of(node)) not in _NO_TEXT:
            if _BLOCK.search(kind):
                parts.append(plain_text("".join(_strings_in(node, budget))))
            else:
                inner = [one for key, one in node.items() if _TEXTS.match(str(key)[:100])]
                stack.extend((one, depth + 1) for one in reversed(inner))
    return "\n".join(dict.fromkeys(part for part in parts if part))[:MOST_TEXT]


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
