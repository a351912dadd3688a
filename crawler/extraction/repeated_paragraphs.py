"""Restores paragraphs that an article contains twice, of which an extractor keeps one. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import lxml.html

from crawler.text.folding import get_letters
from crawler.text.plain_text import text_of

MAX_REPEATED = 50  # different paragraphs of a page
_MAX_TIMES = 5
_MIN_LENGTH = 60  # characters
_MAX_LENGTH = 5_000
_LEAVES = ("p", "div")
_INNER = frozenset(("p", "div", "ul", "ol", "table", "section", "article", "pre", "blockquote"))


def find_repeated(document: lxml.html.HtmlElement) -> Mapping[str, int]:
    """Return the paragraphs that occur several times in one element, with their numbers.

    Repetitions in other elements are not the article's: a pull quote, a summary, a mobile version.
    """
    found: Counter[tuple[lxml.html.HtmlElement, str]] = Counter()
    for element in document.iter(*_LEAVES):
        parent = element.getparent()
        if parent is None or any(child.tag in _INNER for child in element):
            continue
        text = " ".join(text_of(element, _MAX_LENGTH).split())
        if _MIN_LENGTH <= len(text) < _MAX_LENGTH:
            found[parent, text] += 1
    repeated = ((text, min(n, _MAX_TIMES)) for (_, text), n in found.items() if n > 1)
    return dict(list(repeated)[:MAX_REPEATED])


def restore_repeated(text: str, repeated: Mapping[str, int]) -> str:
    """Insert missing repetitions of paragraphs after the first occurrence.

    Args:
        text: of the extractor, a line for each paragraph.
        repeated: from `find_repeated`.
    """
    for paragraph, times in repeated.items():
        key = get_letters(paragraph)
        flat = get_letters(text)
        missing = times - flat.count(key) if key else 0
        if not 0 < missing < times:
            continue
        lines = text.split("\n")
        end, at = flat.index(key) + len(key), 0
        for number, line in enumerate(lines):
            at += len(get_letters(line))
            if at >= end:
                lines[number + 1 : number + 1] = [paragraph] * missing
                break
        text = "\n".join(lines)
    return text
