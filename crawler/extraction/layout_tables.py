"""Takes apart tables that lay out a page, so that an article in a cell is read as one.

Old sites, and mails that were put on the web, stand in tables. An extractor takes such a table for
data and makes one line of a row, menu and adverts included. A table of data stays a table.
"""

from __future__ import annotations

import lxml.html

_PROSE = 40  # words of a cell; figures and names have fewer
_LONG = 120  # of a cell without paragraphs, which may be a note in a table of data
_PARTS = ("table", "tbody", "thead", "tfoot", "tr", "td", "th")
_BLOCKS = frozenset(
    ("p", "h1", "h2", "h3", "div", "article", "section", "table", "ul", "blockquote")
)


def unfold_layout_tables(document: lxml.html.HtmlElement) -> int:
    """Turn tables that lay out a page into boxes; returns how many there were.

    The row that holds the article's text keeps its cells apart, and those beside it that hold no
    prose of their own go: they are the columns beside the article.
    """
    found = [table for table in document.iter("table") if _lays_out(table)]
    for table in found:
        for row in list(_own(table, "tr")):
            _drop_columns(row)
        for part in [table, *(one for name in _PARTS[1:] for one in _own(table, name))]:
            part.tag = "div"
    return len(found)


def _lays_out(table: lxml.html.HtmlElement) -> bool:
    if (table.get("role") or "").lower() in ("presentation", "none"):
        return True
    cells = [*_own(table, "td"), *_own(table, "th")]
    return any(_holds_an_article(cell) for cell in cells)


def _holds_an_article(cell: lxml.html.HtmlElement) -> bool:
    words = len(_text(cell).split())
    if words < _PROSE:
        return False
    blocks = sum(1 for one in cell if one.tag in _BLOCKS)
    return blocks >= 2 or cell.find(".//table") is not None or words >= _LONG


def _drop_columns(row: lxml.html.HtmlElement) -> None:
    """Drop the cells beside one with prose that hold none themselves."""
    cells = [one for one in row if one.tag in ("td", "th")]
    if len(cells) < 2 or not any(_is_prose(cell) for cell in cells):
        return
    for cell in cells:
        if not _is_prose(cell):
            cell.drop_tree()


def _is_prose(cell: lxml.html.HtmlElement) -> bool:
    """Whether a cell has a line of running text, of more than links."""
    linked = sum(len(_text(link)) for link in cell.iter("a"))
    return len(_text(cell).split()) >= _PROSE and linked < len(_text(cell)) / 2


def _own(table: lxml.html.HtmlElement, name: str) -> list[lxml.html.HtmlElement]:
    """The parts of a table that are not of one within it."""
    return [one for one in table.iter(name) if next(one.iterancestors("table")) is table]


def _text(element: lxml.html.HtmlElement) -> str:
    return " ".join(" ".join(str(part) for part in element.itertext()).split())
