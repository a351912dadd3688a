"""One story: which outlets carry it, which was first, and what only one of them has."""

from __future__ import annotations

from alerts.digest.events.event_summaries import summarise_items
from alerts.digest.findings import build_entries, members_of
from alerts.digest.syndication import story_facts
from storage.model import Role
from supplierwatch.desk.page import Page, PageRequest, PageResponse, not_found, read_number
from supplierwatch.desk.reading.event_changes import read_former_events
from supplierwatch.desk.reading.mark_choices import read_choices
from supplierwatch.desk.reading.story_marks import NOTHING, find_unread, read_marks
from supplierwatch.desk.reading.story_origins import describe_first, describe_release
from supplierwatch.exports.account import read_event
from supplierwatch.formatting.translation import gettext as _

MAX_MENTIONS = 200


def story(request: PageRequest) -> PageResponse:
    """Show a story by its number; redirect to the article of a story with only one."""
    number = read_number(request.path["number"])
    context, user = request.source.context, request.user
    with request.source.store.reading() as unit:
        known = unit.items.get(number) if number is not None else None
        if known is None:
            return not_found(_("There is no story of this number."))
        if known.story_id != known.item_id:  # it was joined with an older one
            return PageResponse(redirect=f"/story/{known.story_id}")
        members = members_of(unit, [known]).get(known.story_id, ())
        facts = story_facts(members, context.names.press)
        if facts is None:
            return PageResponse(redirect=f"/item/{known.item_id}")
        found = unit.mention_pages.of_stories([known.story_id], limit=MAX_MENTIONS)
        entries = build_entries(unit, found, context, {known.story_id: members})
        marks = read_marks(unit, user, [known.story_id]).get(known.story_id, NOTHING)
        readings = unit.read_states.of_stories(user.user_id, [known.story_id])
        history = unit.marks.history(known.story_id, user_id=user.user_id)
        by_links = unit.reader_requests.dismissed_by_links([known.story_id])
        choices = read_choices(unit, request)
        event, former_events = read_event(unit, known.item_id), read_former_events(unit, known)
        reports = [known, *(other for other, _link in event)]
        event_summary = summarise_items(unit, reports, context.names)
    watches: dict[int, dict[str, None]] = {}
    for mention, item in found:
        watches.setdefault(item.item_id, {})[mention.match.watch_key] = None
    return PageResponse(
        template="reading/story.html",
        values={
            "story": facts,
            "items": {item.item_id: item for item in members},
            "names": context.names,
            "entry": entries[0] if entries else None,
            "lead": known,
            "event": event,
            "event_summary": event_summary,
            "former_events": former_events,
            # called by the template, which knows the user's time zone
            "describe_origin": lambda: describe_first(facts, context.names.source),
            "releases": {
                each.item_id: describe_release(facts, each) for each in facts.outlet_items
            },
            "watches": {item_id: list(keys) for item_id, keys in watches.items()},
            "mention_keys": list(dict.fromkeys(m.match.watch_key for m, _item in found)),
            "marks": marks,
            "is_unread": known.story_id in find_unread(found, readings, user),
            "history": history,
            "by_links": by_links,
            "choices": choices,
            "suppliers": [],
            "back": f"/story/{known.story_id}",
        },
    )


PAGES = (Page(path="/story/{number}", handler=story, role=Role.READER),)
