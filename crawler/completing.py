"""Puts back paragraphs that an extractor lost. Pure.

An article that is broken up by adverts and widgets lies in several boxes of one kind; extractors
often take only some of them. A paragraph in a box like those that were taken is of the article.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import lxml.html

_SHORTEST = 60  # characters
_MOST_LINKED = 0.4  # of a paragraph's characters
_ENOUGH = 2  # paragraphs taken from boxes of a kind that make it the article's kind

_SHARE = 0.3  # of all paragraphs taken, likewise


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a page and the kind of box that it stands in."""

    text: str
    box: tuple[str, str, str]


def paragraphs(document: lxml.html.HtmlElement) -> list[Paragraph]:
    """The paragraphs of running text on a page, in its order."""
    found = []
    for element in document.iter("p"):
        parent = element.getparent()
        if parent is None:
            continue
        text = _flat(element)
        if len(text) < _SHORTEST:
            continue
        linked = sum(len(_flat(link)) for link in element.iter("a"))
        if linked <= _MOST_LINKED * len(text):
            box = (str(parent.tag), parent.get("class") or "", element.get("class") or "")
            found.append(Paragraph(text, box))
    return found


def completed(text: str, page: list[Paragraph]) -> str:
    """`text` with the page's paragraphs that stand in boxes of the kind it was taken from."""
    flat = _squeezed(text)
    taken = [_squeezed(paragraph.text) in flat for paragraph in page]
    kinds = Counter(one.box for one, is_in in zip(page, taken, strict=True) if is_in)
    enough = max(_ENOUGH, _SHARE * sum(taken))
    lost = [
        not is_in and one.box[1] != "" and kinds[one.box] >= enough
        for one, is_in in zip(page, taken, strict=True)
    ]
    if not any(lost):
        return text
    lines = text.split("\n")
    at = 0
    for one, is_in, is_lost in zip(page, taken, lost, strict=True):
        if is_in:
            key = _squeezed(one.text)[:_SHORTEST]
            at = next((n + 1 for n in range(at, len(lines)) if key in _squeezed(lines[n])), at)
        elif is_lost:
            lines.insert(at, one.text)
            at += 1
    return "\n".join(lines)


def _flat(element: lxml.html.HtmlElement) -> str:
    return " ".join("".join(str(part) for part in element.itertext()).split())


def _squeezed(text: str) -> str:
    """Letters and figures alone: extractors set blanks and unseen signs otherwise."""
    return "".join(re.findall(r"\w+", text))
