"""Makes evidence of some items as a zip file to download, within bounds."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from alerts.digest.findings import members_of
from supplierwatch.desk.page import DeskSource, Download
from supplierwatch.exports.evidence import ConcurrentExport, write_evidence
from supplierwatch.exports.mentions import explain_mentions
from supplierwatch.formatting.translation import format_number
from supplierwatch.formatting.translation import gettext as _

MAX_ITEMS = 500
MAX_MENTIONS = 2_000
MAX_BYTES = 64 * 1024 * 1024
TRIES = 3  # where other exports are made at the same time


class EvidenceTooLarge(Exception):
    """Raised for evidence that is too large to download."""


def make_evidence(source: DeskSource, item_ids: Sequence[int], name: str) -> Download:
    """Return the evidence of items, with all mentions of them, and record the export.

    Raises:
        EvidenceTooLarge: there are more than `MAX_ITEMS` items, or `MAX_BYTES`.
        ConcurrentExport: other exports were made at the same time; try again.
    """
    if len(item_ids) > MAX_ITEMS:
        raise EvidenceTooLarge(
            _(
                "%(n)s items: %(most)s are the most at once",
                n=format_number(len(item_ids)),
                most=MAX_ITEMS,
            )
        )
    context = source.context
    with source.store.reading() as unit:
        items = unit.items.get_many(item_ids)
        found = unit.mention_pages.of_items([item.item_id for item in items], limit=MAX_MENTIONS)
        copies = members_of(unit, items)
    mentions = list(explain_mentions(found, context, copies))
    for attempt in range(TRIES):
        with tempfile.TemporaryDirectory(prefix="evidence-") as folder:
            target = Path(folder) / "evidence.zip"
            try:
                write_evidence(
                    source.store,
                    mentions,
                    target,
                    source.clock(),
                    also=[item.item_id for item in items],
                )
            except ConcurrentExport:
                if attempt == TRIES - 1:
                    raise
                continue
            if target.stat().st_size > MAX_BYTES:
                raise EvidenceTooLarge(
                    f"{target.stat().st_size:,} bytes: {MAX_BYTES:,} are the most; "
                    "`supplierwatch export --evidence` writes more"
                )
            return Download(name=name, media_type="application/zip", body=target.read_bytes())
    raise AssertionError("the last try returns or raises")
