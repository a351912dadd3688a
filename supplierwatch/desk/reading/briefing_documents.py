"""Reads what the document of a briefing is made of."""

from __future__ import annotations

from storage.model import Briefing
from storage.store import Unit
from supplierwatch.desk.page import DeskSource
from supplierwatch.exports.briefings import BriefingDocument, build_document


def read_document(
    unit: Unit, source: DeskSource, briefing: Briefing, *, author: str, home: str
) -> BriefingDocument:
    """Return a briefing as it is shown, with the licences of the configuration in force."""
    ids = [entry.item_id for entry in briefing.entries]
    wired = source.wired
    return build_document(
        briefing,
        {item.item_id: item for item in unit.items.get_many(ids)},
        {
            item_id: [
                span for mention in unit.mentions.of_item(item_id) for span in mention.match.spans
            ]
            for item_id in ids
        },
        author=author,
        outlets=wired.source_names,
        licensed=frozenset(s.key for s in wired.catalog.sources if s.licence == "full-text"),
        home=home,
    )
