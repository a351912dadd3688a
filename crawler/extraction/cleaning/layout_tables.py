"""Replaces layout tables by div elements, so that an article in a cell is extracted.

Old sites, and e-mails published on the web, use tables for layout. An extractor mistakes such a
table for data and joins each row to one line, menu and adverts included. Data tables stay.
"""

from __future__ import annotations

import lxml.html

_MIN_PROSE_WORDS = 40  # of a cell; figures and names have fewer
_MIN_PLAIN_WORDS = 120  # of a cell without paragraphs; shorter ones may be notes in a data table
_PARTS = ("table", "tbody", "thead", "tfoot", "tr", "td", "th")
_BLOCKS = frozenset(
    ("p", "h1", "h2", "h3", "div", "article", "section", "table", "ul", "blockquote")
)


def unfold_layout_tables(
    document: lxml.html.HtmlElement, removed: list[lxml.html.HtmlElement] | None = None
) -> int:
    """Replace layout tables of `document` by div elements, in place; return their number.

    In a row with prose, cells without prose are removed: they are columns beside the article. They
    are appended to `removed`.
    """
    found = [table for table in document.iter("table") if _is_layout(table)]
    for table in found:
        for row in list(_list_own_parts(table, "tr")):
            dropped = _drop_columns(row)
            if removed is not None:
                removed += dropped
        for part in [table, *(one for name in _PARTS[1:] for one in _list_own_parts(table, name))]:
            part.tag = "div"
    return len(found)


def _is_layout(table: lxml.html.HtmlElement) -> bool:
    if (table.get("role") or "").lower() in ("presentation", "none"):
        return True
    cells = [*_list_own_parts(table, "td"), *_list_own_parts(table, "th")]
    return any(_has_article(cell) for cell in cells)


def _has_article(cell: lxml.html.HtmlElement) -> bool:
    words = len(_get_text(cell).split())
    if words < _MIN_PROSE_WORDS:
        return False
    blocks = sum(1 for one in cell if one.tag in _BLOCKS)
    return blocks >= 2 or cell.find(".//table") is not None or words >= _MIN_PLAIN_WORDS


def _drop_columns(row: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    """Remove the cells without prose from a row that has a cell with prose; return them."""
    cells = [one for one in row if one.tag in ("td", "th")]
    if len(cells) < 2 or not any(_is_prose(cell) for cell in cells):
        return []
    columns = [cell for cell in cells if not _is_prose(cell)]
    for cell in columns:
        cell.drop_tree()
    return columns


def _is_prose(cell: lxml.html.HtmlElement) -> bool:
    """Return whether a cell has enough words, and less than half of its text is links."""
    linked = sum(len(_get_text(link)) for link in cell.iter("a"))
    return len(_get_text(cell).split()) >= _MIN_PROSE_WORDS and linked < len(_get_text(cell)) / 2


def _list_own_parts(table: lxml.html.HtmlElement, name: str) -> list[lxml.html.HtmlElement]:
    """Return the elements `name` of a table, without those of nested tables."""
    return [one for one in table.iter(name) if next(one.iterancestors("table")) is table]


def _get_text(element: lxml.html.HtmlElement) -> str:
    return " ".join(" ".join(element.itertext()).split())
