"""The forms about one story, on a page of their own: lists fetch it when they are asked for."""

from __future__ import annotations

from storage.model import Role
from supplierwatch.desk.page import Page, Shown, Visit, missing, read_number
from supplierwatch.desk.pages.reading.item import suppliers_in
from supplierwatch.desk.pages.reading.marks import back_of
from supplierwatch.desk.reading.mark_choices import read_choices
from supplierwatch.desk.reading.story_marks import NOTHING, read_marks


def say(visit: Visit) -> Shown:
    """Show the forms about a story; they lead back to the page that `back` names."""
    number = read_number(visit.path["number"])
    with visit.source.store.reading() as unit:
        known = unit.items.get(number) if number is not None else None
        if known is None:
            return missing("There is no article of this number.")
        found = unit.mention_pages.of_stories([known.story_id], limit=100)
        marks = read_marks(unit, visit.user, [known.story_id]).get(known.story_id, NOTHING)
        choices = read_choices(unit, visit)
    return Shown(
        template="reading/say.html",
        values={
            "item": known,
            "marks": marks,
            "choices": choices,
            "watches": list(dict.fromkeys(each.match.watch_key for each, _ in found)),
            "suppliers": suppliers_in(visit, known),
            "back": back_of(visit),
        },
    )


PAGES = (Page(path="/item/{number}/say", answer=say, role=Role.READER),)
