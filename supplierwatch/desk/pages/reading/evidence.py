"""Evidence of an article or a story as a file: texts, hashes, headers, times, chained.

Each export is recorded, so that the next one is chained to it: only a form makes one.
"""

from __future__ import annotations

from collections.abc import Sequence

from storage.model import Role
from supplierwatch.desk.page import Page, Shown, Visit, missing, read_number
from supplierwatch.desk.reading.evidence_packs import EvidenceTooLarge, make_evidence
from supplierwatch.exports.evidence import ConcurrentExport


def of_item(visit: Visit) -> Shown:
    """Return the evidence of one article."""
    number = read_number(visit.path["number"])
    with visit.source.store.reading() as unit:
        known = unit.items.get(number) if number is not None else None
    if known is None:
        return missing("There is no article of this number.")
    return download_evidence(visit, [known.item_id], f"evidence-{known.item_id}.zip")


def of_story(visit: Visit) -> Shown:
    """Return the evidence of all articles of a story."""
    number = read_number(visit.path["number"])
    with visit.source.store.reading() as unit:
        known = unit.items.get(number) if number is not None else None
        if known is None:
            return missing("There is no story of this number.")
        ids = unit.stories.members([known.story_id])[known.story_id]
    return download_evidence(visit, ids, f"evidence-story-{known.story_id}.zip")


def download_evidence(visit: Visit, item_ids: Sequence[int], name: str) -> Shown:
    """Return evidence as a download, or the page that says why there is none."""
    back = visit.values.get("back", "/")
    try:
        return Shown(download=make_evidence(visit.source, item_ids, name))
    except EvidenceTooLarge as error:
        why = f"This evidence is too large to download: {error}."
    except ConcurrentExport:
        why = "Other evidence was exported at the same moment. Try again."
    values = {"why": why, "back": back if back.startswith("/") else "/"}
    return Shown(template="reading/mark-refused.html", status=409, values=values)


PAGES = (
    Page(path="/item/{number}/evidence", answer=of_item, role=Role.EDITOR, method="POST"),
    Page(path="/story/{number}/evidence", answer=of_story, role=Role.EDITOR, method="POST"),
)
