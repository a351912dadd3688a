"""Restores paragraphs that an extractor missed. Pure.

An article that is interrupted by adverts and widgets is spread over several similar elements;
extractors often take only some of them. A paragraph is restored if its element has the same tag and
classes as those that were taken, and it is between them, or the element around its box is similar
too.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import lxml.html

from crawler.text.folding import get_letters

_MIN_LENGTH = 60  # characters
_MAX_LINKED_SHARE = 0.4  # of a paragraph's characters
_MIN_TAKEN = 2  # paragraphs taken from a kind of box, for it to count as part of the article

MAX_PARAGRAPHS = 20_000
_WINDOW = 5_000  # letters after the previous paragraph that are searched for the next one
_MAX_FULL_SEARCHES = 200  # of the whole text
_MAX_EXTRA_LINES = 10_000  # lines examined beyond that

_MIN_TAKEN_SHARE = 0.3  # of all paragraphs taken, likewise


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a page.

    `box`: tag and class of its parent, and its own class; `around`: tag and class of the element
    around its parent.
    """

    text: str
    box: tuple[str, str, str]
    around: tuple[str, str] = ("", "")


def find_paragraphs(document: lxml.html.HtmlElement) -> list[Paragraph]:
    """Return the paragraphs of running text on a page, in document order."""
    found = []
    for element in document.iter("p"):
        parent = element.getparent()
        if parent is None:
            continue
        text = _get_text(element)
        if len(text) < _MIN_LENGTH:
            continue
        links = element.iter("a") if len(element) else ()
        linked = sum(len(_get_text(link)) for link in links)
        if linked <= _MAX_LINKED_SHARE * len(text):
            box = (str(parent.tag), parent.get("class") or "", element.get("class") or "")
            above = parent.getparent()
            around = ("", "") if above is None else (str(above.tag), above.get("class") or "")
            found.append(Paragraph(text, box, around))
    return found


def restore_paragraphs(text: str, page: list[Paragraph]) -> str:
    """Insert into `text` the paragraphs of the page that the extractor missed.

    Args:
        text: of the extractor, a line for each paragraph.
        page: all paragraphs of the page, from `find_paragraphs`.
    """
    page = page[:MAX_PARAGRAPHS]
    keys = [get_letters(paragraph.text) for paragraph in page]
    taken = find_keys(get_letters(text), keys)
    kinds = Counter(one.box for one, is_in in zip(page, taken, strict=True) if is_in)
    places = Counter((one.box, one.around) for one, is_in in zip(page, taken, strict=True) if is_in)
    enough = max(_MIN_TAKEN, _MIN_TAKEN_SHARE * sum(taken))
    first, last = taken.index(True) if any(taken) else 0, _find_last_taken(taken)
    lost = [
        not is_in
        and one.box[1] != ""
        and kinds[one.box] >= enough
        and (first < at < last or places[one.box, one.around] >= enough)
        for at, (one, is_in) in enumerate(zip(page, taken, strict=True))
    ]
    if not any(lost):
        return text
    return "\n".join(_insert_lost(text.split("\n"), page, keys, taken, lost))


def _find_last_taken(taken: list[bool]) -> int:
    return next((at for at in range(len(taken) - 1, -1, -1) if taken[at]), -1)


def find_keys(flat: str, keys: list[str]) -> list[bool]:
    """Return for each key whether it occurs in the text.

    Paragraphs come in document order, so each is searched in a window after the previous one, and
    in the whole text only `_MAX_FULL_SEARCHES` times.
    """
    found = []
    at = 0
    budget = _MAX_FULL_SEARCHES * max(len(flat), _WINDOW)
    for key in keys:
        place = flat.find(key, at, at + _WINDOW + len(key))
        if place < 0 and budget > 0:
            place = flat.find(key)
            budget -= len(flat) if place < 0 else place
        found.append(place >= 0)
        if place >= 0:
            at = place + len(key)
    return found


def _insert_lost(
    lines: list[str], page: list[Paragraph], keys: list[str], taken: list[bool], lost: list[bool]
) -> list[str]:
    """Insert each lost paragraph after the paragraph that precedes it on the page."""
    flat = [get_letters(line) for line in lines]
    restored: list[str] = []
    at = 0
    budget = _MAX_FULL_SEARCHES * len(lines) + _MAX_EXTRA_LINES
    for paragraph, key, is_in, is_lost in zip(page, keys, taken, lost, strict=True):
        if is_in and budget > 0:
            here = next((n for n in range(at, len(lines)) if key[:_MIN_LENGTH] in flat[n]), None)
            budget -= (len(lines) if here is None else here) - at
            if here is not None:
                restored += lines[at : here + 1]
                at = here + 1
        elif is_lost:
            restored.append(paragraph.text)
    return restored + lines[at:]


def _get_text(element: lxml.html.HtmlElement) -> str:
    text = "".join(element.itertext()) if len(element) else element.text or ""
    return " ".join(text.split())
