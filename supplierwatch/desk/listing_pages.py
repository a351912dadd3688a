"""Pages of a long list, by number: for lists that are in memory and do not shift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from supplierwatch.desk.page import PageRequest, read_number

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage(Generic[Row]):
    """A page of a list; numbers begin with 1."""

    rows: Sequence[Row]
    number: int
    pages: int
    total: int


def cut_page(request: PageRequest, rows: Sequence[Row], *, size: int) -> ListPage[Row]:
    """Return the page that `page` of the query string names, the last one beyond the end."""
    pages = max(1, -(-len(rows) // size))
    number = min(max(1, read_number(request.values.get("page", ""), 6) or 1), pages)
    begin = (number - 1) * size
    return ListPage(rows=rows[begin : begin + size], number=number, pages=pages, total=len(rows))
