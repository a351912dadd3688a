"""Reads the items and licences for the document of a briefing."""

from __future__ import annotations

from alerts.messages.briefing import BriefingDocument
from storage.model import Briefing
from storage.store import Unit
from supplierwatch.desk.page import DeskSource, PageRequest, read_number
from supplierwatch.exports.briefings import build_document


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


def read_briefing(request: PageRequest) -> tuple[Briefing, BriefingDocument] | None:
    """Return the briefing that the path names, and its document; None where the user has none."""
    number = read_number(request.path["number"]) or 0
    with request.source.store.reading() as unit:
        found = unit.briefings.get(number, request.user.user_id)
        if found is None:
            return None
        document = read_document(
            unit, request.source, found, author=request.user.name, home=request.home
        )
    return found, document
