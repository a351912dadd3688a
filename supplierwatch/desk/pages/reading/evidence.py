"""Evidence of an article or a story as a file: texts, hashes, headers, times, chained.

Each export is recorded, so that the next one is chained to it: only a form makes one.
"""

from __future__ import annotations

from collections.abc import Sequence

from storage.model import Role
from supplierwatch.desk.page import Page, PageRequest, PageResponse, not_found, read_number
from supplierwatch.desk.reading.evidence_packs import EvidenceTooLarge, make_evidence
from supplierwatch.exports.evidence import ConcurrentExport
from supplierwatch.formatting.translation import gettext as _


def of_item(request: PageRequest) -> PageResponse:
    """Return the evidence of one article."""
    number = read_number(request.path["number"])
    with request.source.store.reading() as unit:
        known = unit.items.get(number) if number is not None else None
    if known is None:
        return not_found(_("There is no article of this number."))
    return download_evidence(request, [known.item_id], f"evidence-{known.item_id}.zip")


def of_story(request: PageRequest) -> PageResponse:
    """Return the evidence of all articles of a story."""
    number = read_number(request.path["number"])
    with request.source.store.reading() as unit:
        known = unit.items.get(number) if number is not None else None
        if known is None:
            return not_found(_("There is no story of this number."))
        ids = unit.stories.members([known.story_id])[known.story_id]
    return download_evidence(request, ids, f"evidence-story-{known.story_id}.zip")


def download_evidence(request: PageRequest, item_ids: Sequence[int], name: str) -> PageResponse:
    """Return evidence as a download, or the page that says why there is none."""
    back = request.values.get("back", "/")
    try:
        return PageResponse(download=make_evidence(request.source, item_ids, name))
    except EvidenceTooLarge as error:
        why = _("This evidence is too large to download: %(cause)s.", cause=error)
    except ConcurrentExport:
        why = _("Other evidence was exported at the same moment. Try again.")
    values = {"why": why, "back": back if back.startswith("/") else "/"}
    return PageResponse(template="reading/mark-refused.html", status=409, values=values)


PAGES = (
    Page(path="/item/{number}/evidence", handler=of_item, role=Role.EDITOR, method="POST"),
    Page(path="/story/{number}/evidence", handler=of_story, role=Role.EDITOR, method="POST"),
)
