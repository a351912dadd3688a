"""Converts HTML fragments, such as titles and teasers of feeds, to plain text. Pure."""

from __future__ import annotations

import re
from typing import Any

import lxml.html
from lxml import etree

from crawler.text.markup import escape_ampersands, escape_text, unescape

_BLOCKS = frozenset(
    ("p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table",
     "caption", "tr", "td", "th", "dl", "dt", "dd", "section", "article", "figure", "figcaption",
     "pre", "hr")
)  # fmt: skip
_HIDDEN_TAGS = {"script", "style", "noscript", "template", "iframe"}
_NO_TEXT: Any = (*sorted(_HIDDEN_TAGS), etree.Comment, etree.ProcessingInstruction, etree.Entity)
_SPACES = re.compile(r"[ \t\xa0\u2028\u2029\r\f\v]+")


def plain_text(fragment: str) -> str:
    """Convert an HTML fragment to text: a line per block, entities resolved, blanks collapsed.

    Text that only resembles markup stays as written: `<Name>`, `p<0.05`, `AT&T`.
    """
    if not fragment:
        return ""
    fragment = escape_text(fragment)
    if "<" not in fragment:
        return collapse_blanks(unescape(fragment))
    try:
        root = lxml.html.fragment_fromstring(escape_ampersands(fragment), create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError):
        return collapse_blanks(unescape(re.sub(r"<[^<>]*>", " ", fragment)))
    return convert_elements(root)


def convert_elements(*elements: etree._Element) -> str:
    """Convert parsed elements to text, as `plain_text` converts their markup."""
    parts: list[str] = []
    for element in elements:
        _collect_parts(element, parts)
    return collapse_blanks("".join(parts))


def one_line(fragment: str) -> str:
    """Convert an HTML fragment to text on one line."""
    return " ".join(plain_text(fragment).split())


def text_of(element: etree._Element, most: int) -> str:
    """Return the first `most` characters of an element's text, without scripts and styles.

    Its text nodes are joined by blanks.
    """
    if not len(element):  # the most frequent case
        text = element.text
        is_hidden = element.tag in _HIDDEN_TAGS or not isinstance(element.tag, str)
        return text[:most] if text and not is_hidden else ""
    parts: list[str] = []
    length = 0
    if next(element.iter(*_NO_TEXT), None) is None:
        texts: Any = element.itertext()
        for text in texts:
            if text:
                parts.append(text)
                length += len(text) + 1
                if length > most:
                    break
        return " ".join(parts)[:most]
    hidden_depth = 0
    for event, node in etree.iterwalk(element, events=("start", "end")):
        hidden = node.tag in _HIDDEN_TAGS or not isinstance(node.tag, str)
        if event == "start":
            hidden_depth += hidden
            part = node.text
        else:
            hidden_depth -= hidden
            part = node.tail if node is not element else None
        if part and not hidden_depth:
            parts.append(part)
            length += len(part) + 1
            if length > most:
                break
    return " ".join(parts)[:most]


def collapse_blanks(text: str) -> str:
    """Collapse runs of blanks and remove empty lines."""
    if text.isascii():  # then the blanks are those that `split` knows
        lines = [" ".join(line.split()) for line in text.split("\n")]
    else:
        lines = [_SPACES.sub(" ", line).strip() for line in text.split("\n")]
    return "\n".join([line for line in lines if line])


def _collect_parts(root: etree._Element, parts: list[str]) -> None:
    hidden_depth = 0  # a counter rather than recursion: hostile markup is nested thousands deep
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        if event in ("comment", "pi"):  # what follows one is text
            parts.append("" if hidden_depth else element.tail or "")
            continue
        tag = element.tag if isinstance(element.tag, str) else None
        hidden = tag is None or tag in _HIDDEN_TAGS
        if event == "start":
            hidden_depth += hidden
            if not hidden_depth:
                parts.append("\n" if tag in _BLOCKS else "")
                parts.append(element.text or "")
            continue
        hidden_depth -= hidden
        if not hidden_depth:
            parts.append("\n" if tag in _BLOCKS else "")
            parts.append((element.tail or "") if element is not root else "")
