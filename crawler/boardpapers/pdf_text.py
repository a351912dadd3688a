"""Joins the lines of a PDF's pages to paragraphs, without page headers and footers. Pure.

A PDF has positions of letters, not a structure: words are hyphenated at line ends, paragraphs are
split into lines, and page headers and footers interrupt the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence

from crawler.text.plain_text import collapse_blanks

_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st"}
)
# PDFium writes U+FFFE, or U+0002, for a hyphen at the end of a line, and no line break
_CUT_WORD = re.compile(
    r"(?<![^\W\d_])([^\W\d_]++)(?:[\ufffe\x02][ \r\n]*|[-\u2010\xad][ \t]*\r?\n)"
    r"(?=([^\W\d_]++))"
)
_OTHER_CUT = re.compile(r"[\ufffe\x02]")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\xad\u200b\ufeff\ufffe\uffff]")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")

_EDGE_LINES = 3  # lines at the top and bottom of a page that may be headers and footers
_MIN_ROW = 3  # adjacent pages with the same header: papers within a pack have their own
_MIN_SHARE = 0.4  # of all pages with the same header: left and right pages may differ
_MIN_PAGES = 4  # of a document, for headers to be recognised
_PAGE_NUMBER = re.compile(r"(?:page\s*)?\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE)
_FIRST_NUMBER = re.compile(r"\d{1,4}(?!\d)")
_LAST_NUMBER = re.compile(r"(?<!\d)(\d{1,4})(\s*(?:of|/)\s*\d{1,4})?$")

_ITEM = re.compile(
    r"(?:[•●▪■◦‣–—\-*o➢✓]|\(?(?:\d{1,2}(?:\.\d{1,2})*|[a-z]|[ivx]{1,4})[.)])\s|\d+\.\d"
)
_SENTENCE_ENDS = (".", "!", "?", ":", ";")
_NARROW = 40  # characters; a column of shorter lines is a table or a list
_FULL = 0.8  # of the usual width: the next line continues a line of this length
_CONTINUED = 0.45  # the same, if the next line begins with a lower-case letter


def join_running_text(pages: Sequence[str]) -> tuple[str, ...]:
    """Return the text of each page, a line for each paragraph, without headers and footers.

    Args:
        pages: the text of each page from PDFium; empty if it has none.
    """
    vocabulary = Counter(word.casefold() for page in pages for word in _WORD.findall(page))
    whole = [_rejoin_words(page.translate(_LIGATURES), vocabulary) for page in pages]
    lines = [collapse_blanks(page).split("\n") if page.strip() else [] for page in whole]
    return tuple("\n".join(_join_lines(kept)) for kept in _drop_edges(lines))


def _rejoin_words(page: str, vocabulary: Counter[str]) -> str:
    """Rejoin hyphenated words, with or without the hyphen as elsewhere in the document."""

    def rejoin(found: re.Match[str]) -> str:
        before, after = found.groups()
        joined, hyphened = f"{before}{after}", f"{before}-{after}"
        often = vocabulary[hyphened.casefold()] > vocabulary[joined.casefold()]
        return f"{before}-" if often or not after[0].islower() else before

    page = _CUT_WORD.sub(rejoin, page)
    return _UNSEEN.sub("", _OTHER_CUT.sub("-", page))


def _drop_edges(pages: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """Yield the pages without headers and footers; each is kept on its first page."""
    edges = [_find_edges(lines, number) for number, lines in enumerate(pages)]
    keys_by_page = [frozenset(key for keys in edge.values() for key in keys) for edge in edges]
    page_count = sum(1 for lines in pages if lines)
    often = Counter(key for keys in keys_by_page for key in keys)
    min_pages = max(_MIN_ROW, _MIN_SHARE * page_count)
    seen: set[Hashable] = set()
    for number, lines in enumerate(pages):
        repeated = {
            key
            for key in keys_by_page[number] & seen
            if often[key] >= min_pages or _count_row(keys_by_page, number, key) >= _MIN_ROW
        }
        dropped = {at for at in (0, len(lines) - 1) if lines and _PAGE_NUMBER.fullmatch(lines[at])}
        if page_count >= _MIN_PAGES:
            dropped |= {at for at, keys in edges[number].items() if not repeated.isdisjoint(keys)}
        seen |= keys_by_page[number]
        yield [line for at, line in enumerate(lines) if at not in dropped]


def _find_edges(lines: Sequence[str], number: int) -> dict[int, tuple[Hashable, ...]]:
    """Map the lines at the top and bottom of a page to keys that equal those of other pages.

    A number at the start or end of a line is keyed relative to the page number: it must stay the
    same or grow with the pages, so that "Ward 12" and "Ward 13" are not headers.
    """
    places = {
        *range(min(_EDGE_LINES, len(lines))),
        *range(max(0, len(lines) - _EDGE_LINES), len(lines)),
    }
    keys: dict[int, tuple[Hashable, ...]] = {}
    for at in places:
        line = lines[at].casefold()
        first, last = _FIRST_NUMBER.match(line), _LAST_NUMBER.search(line)
        keys[at] = (
            line,
            ("first", line[first.end() :], int(first[0]) - number) if first else line,
            ("last", line[: last.start()], int(last[1]) - number, last[2]) if last else line,
        )
    return keys


def _count_row(keys_by_page: Sequence[frozenset[Hashable]], number: int, key: Hashable) -> int:
    """Count the adjacent pages, this one included, with the same header or footer."""
    first = last = number
    while first > 0 and number - first < _MIN_ROW and key in keys_by_page[first - 1]:
        first -= 1
    while (
        last + 1 < len(keys_by_page) and last - number < _MIN_ROW and key in keys_by_page[last + 1]
    ):
        last += 1
    return last - first + 1


def _join_lines(lines: Sequence[str]) -> list[str]:
    """Join lines that continue a paragraph."""
    by_length = sorted((len(line) for line in lines), reverse=True)
    width = by_length[len(lines) // 10] if lines else 0
    paragraphs: list[str] = []
    length = 0  # of the last line
    for line in lines:
        if (
            paragraphs
            and width >= _NARROW
            and _is_continuation(paragraphs[-1], length, line, width)
        ):
            paragraphs[-1] = f"{paragraphs[-1]} {line}"
        else:
            paragraphs.append(line)
        length = len(line)
    return paragraphs


def _is_continuation(text: str, length: int, line: str, width: int) -> bool:
    if _ITEM.match(line):
        return False
    if length >= _FULL * width:
        return True
    return length >= _CONTINUED * width and line[0].islower() and not text.endswith(_SENTENCE_ENDS)
