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

MOST_PARAGRAPHS = 20_000
_WINDOW = 5_000  # letters behind the paragraph before, where the next one is looked for
_MOST_READ = 200  # times that a whole text is searched through
_MOST_LOOKED = 10_000  # lines, beyond that

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


def restore_paragraphs(text: str, page: list[Paragraph]) -> str:
    """`text` with the page's paragraphs that stand in boxes of the kind it was taken from."""
    page = page[:MOST_PARAGRAPHS]
    keys = [_squeezed(paragraph.text) for paragraph in page]
    taken = _stand_in(_squeezed(text), keys)
    kinds = Counter(one.box for one, is_in in zip(page, taken, strict=True) if is_in)
    enough = max(_ENOUGH, _SHARE * sum(taken))
    lost = [
        not is_in and one.box[1] != "" and kinds[one.box] >= enough
        for one, is_in in zip(page, taken, strict=True)
    ]
    if not any(lost):
        return text
    return "\n".join(_put_back(text.split("\n"), page, keys, taken, lost))


def _stand_in(flat: str, keys: list[str]) -> list[bool]:
    """Which of the keys stand in a text.

    A page tells its article in its order, so each is looked for behind the one before it, in
    windows, and in the whole text only while that has been read less than `_MOST_READ` times.
    """
    found = []
    at = 0
    room = _MOST_READ * max(len(flat), _WINDOW)
    for key in keys:
        place = flat.find(key, at, at + _WINDOW + len(key))
        if place < 0 and room > 0:
            place = flat.find(key)
            room -= len(flat) if place < 0 else place
        found.append(place >= 0)
        if place >= 0:
            at = place + len(key)
    return found


def _put_back(
    lines: list[str], page: list[Paragraph], keys: list[str], taken: list[bool], lost: list[bool]
) -> list[str]:
    """The lines of a text with the lost paragraphs behind those that they stood behind."""
    flat = [_squeezed(line) for line in lines]
    made: list[str] = []
    at = 0
    room = _MOST_READ * len(lines) + _MOST_LOOKED
    for one, key, is_in, is_lost in zip(page, keys, taken, lost, strict=True):
        if is_in and room > 0:
            here = next((n for n in range(at, len(lines)) if key[:_SHORTEST] in flat[n]), None)
            room -= (len(lines) if here is None else here) - at
            if here is not None:
                made += lines[at : here + 1]
                at = here + 1
        elif is_lost:
            made.append(one.text)
    return made + lines[at:]


def _flat(element: lxml.html.HtmlElement) -> str:
    return " ".join("".join(str(part) for part in element.itertext()).split())


def _squeezed(text: str) -> str:
    """Letters and figures alone: extractors set blanks and unseen signs otherwise."""
    return "".join(re.findall(r"\w+", text))
