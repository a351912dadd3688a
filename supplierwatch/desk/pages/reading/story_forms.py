"""The forms about one story, on a page of their own: lists fetch it on demand."""

from __future__ import annotations

from storage.model import Role
from supplierwatch.desk.page import Page, PageRequest, PageResponse, not_found, read_number
from supplierwatch.desk.pages.reading.item import find_suppliers
from supplierwatch.desk.pages.reading.marks import read_back
from supplierwatch.desk.reading.mark_choices import read_choices
from supplierwatch.desk.reading.story_marks import NOTHING, read_marks
from supplierwatch.formatting.translation import gettext as _


def show_story_forms(request: PageRequest) -> PageResponse:
    """Show the forms about a story; they redirect back to the page that `back` names."""
    number = read_number(request.path["number"])
    with request.source.store.reading() as unit:
        known = unit.items.get(number) if number is not None else None
        if known is None:
            return not_found(_("There is no article of this number."))
        found = unit.mention_pages.of_stories([known.story_id], limit=100)
        marks = read_marks(unit, request.user, [known.story_id]).get(known.story_id, NOTHING)
        choices = read_choices(unit, request)
    return PageResponse(
        template="reading/say.html",
        values={
            "item": known,
            "marks": marks,
            "choices": choices,
            "watches": list(dict.fromkeys(each.match.watch_key for each, _item in found)),
            "suppliers": find_suppliers(request, known),
            "back": read_back(request),
        },
    )


PAGES = (Page(path="/item/{number}/say", handler=show_story_forms, role=Role.READER),)
