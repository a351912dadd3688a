"""One article: its text with the hits marked, its versions, and the verdict of each watch."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.digest.findings import stories_of
from alerts.query import Document
from alerts.text.sanitize import fragment, web_link
from alerts.text.sentences import Segment, mark
from storage.model import Role, Span, StoredItem
from storage.rules.aside_rules import rule_in_words
from storage.store import Unit
from supplierwatch.desk.page import Page, PageRequest, PageResponse, not_found, read_number
from supplierwatch.desk.reading.event_changes import read_former_events
from supplierwatch.desk.reading.mark_choices import read_choices
from supplierwatch.desk.reading.story_marks import NOTHING, find_unread, read_marks
from supplierwatch.desk.reading.version_diffs import MAX_VERSIONS, diff_versions
from supplierwatch.exports.account import read_item_account
from supplierwatch.formatting.account_words import held_words, verdict_words
from supplierwatch.formatting.hits import mark_title
from supplierwatch.formatting.translation import gettext as _
from supplierwatch.wiring import newsrooms

MAX_PARAGRAPHS = 2_000
MAX_CHARACTERS = 200_000  # of a text that are shown
MAX_ASIDES = 40
MAX_ASIDE = 600  # characters of a text that was cut from the page
_MARKED = ("told", "pending", "baseline", "untold", "waiting", "earlier")


def item(request: PageRequest) -> PageResponse:
    """Show an article by its number; `watch` names a watch that is explained clause by clause."""
    number = read_number(request.path["number"])
    wired, user = request.source.wired, request.user
    asked = request.values.get("watch", "")
    with request.source.store.reading() as unit:
        known = unit.items.get(number) if number is not None else None
        if known is None:
            return not_found(_("There is no article of this number."))
        # others than those found are explained on demand
        chosen = asked if asked in wired.queries else ""
        explained = [chosen] if chosen else []
        account = read_item_account(unit, wired, known, explained, now=request.now, with_found=True)
        story = stories_of(unit, [known], newsrooms(wired)).get(known.story_id)
        members = {} if story is None else _read_members(unit, known)
        marks = read_marks(unit, user, [known.story_id]).get(known.story_id, NOTHING)
        readings = unit.read_states.of_stories(user.user_id, [known.story_id])
        mentions = [(each, known) for each in unit.mentions.of_item(known.item_id)]
        history = unit.marks.history(known.story_id, user_id=user.user_id)
        captures = unit.captures.list_without_bodies(known.item_id)
        by_links = unit.reader_requests.dismissed_by_links([known.story_id])
        choices = read_choices(unit, request)
        former_events = read_former_events(unit, known)
    spans = [span for watch in account.watches if watch.verdict in _MARKED for span in watch.spans]
    found = [w for w in account.watches if w.verdict != "no"]
    own = None if story is None else story.of(known.item_id)
    return PageResponse(
        template="reading/item.html",
        values={
            "item": known,
            "names": request.source.context.names,
            "title": mark_title(known, spans),
            "link": web_link(known.url),
            "paragraphs": paragraphs(known.body, _spans_of("body", spans)),
            "cut": len(known.body) > MAX_CHARACTERS,
            "summary": paragraphs(known.summary, _spans_of("summary", spans)),
            "comments": paragraphs(known.comments, _spans_of("comments", spans)),
            "asides": [
                (rule_in_words(block.rule, block.detail), fragment(block.text[:MAX_ASIDE]))
                for block in known.asides[:MAX_ASIDES]
            ],
            "state": held_words(known),
            "found": found,
            "former": account.former_watches,
            "failures": account.failures,
            "explained": next((w for w in account.watches if w.key == chosen), None),
            "chosen": chosen,
            "verdicts": {w.key: verdict_words(w.verdict, known) for w in account.watches},
            "versions": diff_versions(known, account.revisions),
            "revisions": len(account.revisions) + 1,
            "most_versions": MAX_VERSIONS,
            "story": story,
            "own": own,
            "members": members,
            "event": account.event,
            "event_summary": account.event_summary,
            "former_events": former_events,
            "marks": marks,
            "is_unread": known.story_id in find_unread(mentions, readings, user),
            "mention_keys": [mention.match.watch_key for mention, _item in mentions],
            "history": history,
            "by_links": by_links,
            "captures": captures,
            "choices": choices,
            "may_see_messages": user.role.includes(Role.OPERATOR),
            "back": f"/item/{known.item_id}",
            "suppliers": find_suppliers(request, known),
        },
    )


def paragraphs(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[Segment, ...]]:
    """Return the paragraphs of a text as segments with the hits marked, within bounds."""
    made: list[tuple[Segment, ...]] = []
    at = 0
    for part in text[:MAX_CHARACTERS].split("\n"):
        if part.strip():
            made.append(mark(text, spans, at, at + len(part)))
        at += len(part) + 1
        if len(made) >= MAX_PARAGRAPHS:
            break
    return made


def _read_members(unit: Unit, known: StoredItem) -> dict[int, StoredItem]:
    ids = unit.stories.members([known.story_id]).get(known.story_id, ())
    return {each.item_id: each for each in unit.items.get_many(ids)}


def find_suppliers(request: PageRequest, known: StoredItem) -> list[tuple[str, str]]:
    """Return key and name of the suppliers that an article names."""
    context = request.source.context
    document = Document.of(known, source_name=context.names.source(known.source_key))
    return [(hit.key, context.supplier_names[hit.key]) for hit in context.suppliers.match(document)]


def _spans_of(field: str, spans: Sequence[Span]) -> list[tuple[int, int]]:
    return sorted({(span.start, span.end) for span in spans if span.field == field})


PAGES = (Page(path="/item/{number}", handler=item, role=Role.READER),)
