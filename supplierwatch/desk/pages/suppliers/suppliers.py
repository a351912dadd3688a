"""The suppliers: names, volume against the usual, share of voice."""

from __future__ import annotations

from storage.model import Role
from supplierwatch.desk.page import Page, PageRequest, PageResponse
from supplierwatch.desk.reading.supplier_volumes import VOLUMES, WEEKS
from supplierwatch.formatting.translation import mark_text


def suppliers(request: PageRequest) -> PageResponse:
    """List the suppliers, those with the most stories of the last 30 days first."""
    rows = sorted(VOLUMES.read(request.source, request.now), key=lambda row: (-row.month, row.key))
    most = max((count for row in rows for count in row.weeks), default=0)
    return PageResponse(
        template="suppliers/suppliers.html", values={"rows": rows, "most": most, "n_weeks": WEEKS}
    )


PAGES = (
    Page(
        path="/suppliers", handler=suppliers, role=Role.READER, nav=mark_text("Suppliers"), order=2
    ),
)
