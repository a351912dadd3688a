"""The suppliers: names, volume against the usual, share of voice."""

from __future__ import annotations

from storage.model import Role
from supplierwatch.desk.page import Page, Shown, Visit
from supplierwatch.desk.reading.supplier_volumes import VOLUMES, WEEKS


def suppliers(visit: Visit) -> Shown:
    """List the suppliers, those with the most stories of the last 30 days first."""
    rows = sorted(VOLUMES.read(visit.source, visit.now), key=lambda row: (-row.month, row.key))
    most = max((count for row in rows for count in row.weeks), default=0)
    return Shown(
        template="suppliers/suppliers.html", values={"rows": rows, "most": most, "n_weeks": WEEKS}
    )


PAGES = (Page(path="/suppliers", answer=suppliers, role=Role.READER, nav="Suppliers", order=2),)
