"""Makes running text of the lines of a document's pages. Pure.

A PDF says where letters stand, not what belongs together: words are cut at line ends, paragraphs
into lines, and the head and foot of each page stand in the middle of the text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence

from crawler.text.plain_text import squeeze

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

_EDGE = 3  # lines at the head and at the foot of a page that may repeat on others
_IN_A_ROW = 3  # pages that make an edge line a head or foot: a paper within a pack has its own
_MOST = 0.4  # of all pages, likewise: left and right pages may have different ones
_FEWEST = 4  # pages of a document in which that can be told
_PAGE_NUMBER = re.compile(r"(?:page\s*)?\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE)
_FIRST_NUMBER = re.compile(r"\d{1,4}(?!\d)")
_LAST_NUMBER = re.compile(r"(?<!\d)(\d{1,4})(\s*(?:of|/)\s*\d{1,4})?$")

_ITEM = re.compile(
    r"(?:[•●▪■◦‣–—\-*o➢✓]|\(?(?:\d{1,2}(?:\.\d{1,2})*|[a-z]|[ivx]{1,4})[.)])\s|\d+\.\d"
)
_ENDS = (".", "!", "?", ":", ";")
_NARROW = 40  # a column of shorter lines is a table or a list
_FULL = 0.8  # of the usual width: the line ended because there was no room
_RUNS_ON = 0.45  # likewise, where the next begins with a small letter


def running_text(pages: Sequence[str]) -> tuple[str, ...]:
    """The text of each page, one line a paragraph, without the heads and feet of pages.

    Args:
        pages: as a PDF reader gives them, line by line; empty where there was no text.
    """
    vocabulary = Counter(word.casefold() for page in pages for word in _WORD.findall(page))
    whole = [_whole_words(page.translate(_LIGATURES), vocabulary) for page in pages]
    lines = [squeeze(page).split("\n") if page.strip() else [] for page in whole]
    return tuple("\n".join(_paragraphs(kept)) for kept in _without_edges(lines))


def _whole_words(page: str, vocabulary: Counter[str]) -> str:
    """Words that were cut at a line's end made whole, as the document writes them elsewhere."""

    def whole(found: re.Match[str]) -> str:
        before, after = found.groups()
        joined, hyphened = f"{before}{after}", f"{before}-{after}"
        often = vocabulary[hyphened.casefold()] > vocabulary[joined.casefold()]
        return f"{before}-" if often or not after[0].islower() else before

    page = _CUT_WORD.sub(whole, page)
    return _UNSEEN.sub("", _OTHER_CUT.sub("-", page))


def _without_edges(pages: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """Pages without what stands at the edge of many; the first page that has it keeps it."""
    edges = [_edges(lines, number) for number, lines in enumerate(pages)]
    held = [frozenset(key for keys in edge.values() for key in keys) for edge in edges]
    written = sum(1 for lines in pages if lines)
    often = Counter(key for keys in held for key in keys)
    enough = max(_IN_A_ROW, _MOST * written)
    seen: set[Hashable] = set()
    for number, lines in enumerate(pages):
        repeated = {
            key
            for key in held[number] & seen
            if often[key] >= enough or _row(held, number, key) >= _IN_A_ROW
        }
        gone = {at for at in (0, len(lines) - 1) if lines and _PAGE_NUMBER.fullmatch(lines[at])}
        if written >= _FEWEST:
            gone |= {at for at, keys in edges[number].items() if not repeated.isdisjoint(keys)}
        seen |= held[number]
        yield [line for at, line in enumerate(lines) if at not in gone]


def _edges(lines: Sequence[str], number: int) -> dict[int, tuple[Hashable, ...]]:
    """The lines at the head and foot of a page, each with what makes it equal to others.

    A number at its end or beginning counts by how far it is from the page's own: it must stay as
    it is or grow with the pages, so that "Ward 12" above "Ward 13" is no head.
    """
    places = {*range(min(_EDGE, len(lines))), *range(max(0, len(lines) - _EDGE), len(lines))}
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


def _row(held: Sequence[frozenset[Hashable]], number: int, key: Hashable) -> int:
    """How many pages around this one have the same line at an edge, without a gap."""
    first = last = number
    while first > 0 and number - first < _IN_A_ROW and key in held[first - 1]:
        first -= 1
    while last + 1 < len(held) and last - number < _IN_A_ROW and key in held[last + 1]:
        last += 1
    return last - first + 1


def _paragraphs(lines: Sequence[str]) -> list[str]:
    """Lines that run on put together."""
    by_length = sorted((len(line) for line in lines), reverse=True)
    width = by_length[len(lines) // 10] if lines else 0
    made: list[str] = []
    length = 0  # of the last line
    for line in lines:
        if made and width >= _NARROW and _runs_on(made[-1], length, line, width):
            made[-1] = f"{made[-1]} {line}"
        else:
            made.append(line)
        length = len(line)
    return made


def _runs_on(text: str, length: int, line: str, width: int) -> bool:
    if _ITEM.match(line):
        return False
    if length >= _FULL * width:
        return True
    return length >= _RUNS_ON * width and line[0].islower() and not text.endswith(_ENDS)
