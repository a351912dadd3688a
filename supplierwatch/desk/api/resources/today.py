"""Today: the stories of a span of time, or those that carry a mark, as the page has them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from alerts.digest.entry import Entry
from alerts.messages.headings import section_name
from storage.model import Role
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.json_bodies import Body
from supplierwatch.desk.api.parameters import LARGEST, Number, OneOf, Parameter, Words
from supplierwatch.desk.api.problem_details import bad_parameter
from supplierwatch.desk.api.resources.marks import MARK
from supplierwatch.desk.api.schemas import (
    COUNT,
    FLAG,
    INTEGER,
    MOMENT,
    TEXT,
    many,
    one_of,
    perhaps,
    record,
)
from supplierwatch.desk.api.writing import writing
from supplierwatch.desk.reading.mark_requests import MAX_TAG
from supplierwatch.desk.reading.stories_read import mark_all_read
from supplierwatch.desk.reading.today_stories import (
    MOST,
    SHOWS,
    TodayFilter,
    TodayStories,
    gather_today,
)
from supplierwatch.formatting.times import iso
from supplierwatch.json_documents.marks import mark_json

MAX_DAYS = 30


class ReadBody(Body):
    """Up to where the user has read."""

    newest: Annotated[int, Field(ge=0, le=LARGEST, description="As `newest` of Today.")]


PARTS = ("new", "edited", "older", "irrelevant", "muted")
STORY = record(
    story=INTEGER,
    item=INTEGER,
    event=perhaps(INTEGER),
    part=one_of(*PARTS),
    section=perhaps(TEXT),
    title=TEXT,
    outlet=TEXT,
    also=many(TEXT),
    url=perhaps(TEXT),
    at=MOMENT,
    watches=many(TEXT),
    sentence=perhaps(TEXT),
    changes=perhaps(TEXT),
    unread=FLAG,
    starred=FLAG,
    marks=many(MARK),
)


def today(request: ApiRequest) -> Answer:
    """Return the stories of Today."""
    values = request.values
    show, tag = values["show"], values["tag"] or ""
    if (show == "tag") != bool(tag):
        raise bad_parameter("tag", "give it together with show=tag")
    since = request.now - timedelta(days=values["days"])
    filters = TodayFilter(since=since, now=request.now, show=show, tag=tag)
    with request.source.store.reading() as unit:
        stories = gather_today(unit, request.source.context, request.user, filters)
    return Answer(
        document={
            "since": iso(since),
            "newest": stories.newest,
            "complete": not stories.cut,
            "stories": [
                _story_json(stories, part, section, entry)
                for part, section, entry in _list_entries(stories)
            ],
        }
    )


def mark_read(request: ApiRequest) -> Answer:
    """Mark everything up to a mention as read, for the calling user; later finds stay unread."""
    with writing(request) as written:
        newest = mark_all_read(written.unit, request.user, request.body.newest, request.now)
        return written.finish(Answer(document={"newest": newest}), audited=False)


def _list_entries(stories: TodayStories) -> Iterator[tuple[str, str | None, Entry]]:
    for section in stories.digest.sections:
        for entry in section.entries:
            yield "new", section_name(section) or None, entry
    for entry in stories.digest.changes:
        yield "edited", None, entry
    for entry in stories.digest.older:
        yield "older", None, entry
    for entry in stories.irrelevant:
        yield "irrelevant", None, entry
    for muted in stories.muted:
        yield "muted", None, muted.entry


def _story_json(
    stories: TodayStories, part: str, section: str | None, entry: Entry
) -> dict[str, Any]:
    marks = stories.marks_of(entry)
    assigned = () if marks.assignment is None else (marks.assignment,)
    excerpt = entry.excerpt
    return {
        "story": stories.items[entry.item_id].story_id,
        "item": entry.item_id,
        "event": stories.events.get(entry.item_id),
        "part": part,
        "section": section,
        "title": entry.headline,
        "outlet": entry.outlet,
        "also": [one.outlet for one in entry.also],
        "url": entry.link,
        "at": iso(entry.when),
        "watches": list(entry.watches),
        "sentence": None if excerpt is None else "".join(s.text for s in excerpt.segments),
        "changes": None if entry.change is None else entry.change.said,
        "unread": stories.is_unread(entry),
        "starred": marks.starred,
        "marks": [
            mark_json(mark) for mark in (*assigned, *marks.tags, *marks.notes, *marks.irrelevant)
        ],
    }


ENDPOINTS = (
    Endpoint(
        name="today",
        path="/today",
        handler=today,
        role=Role.READER,
        summary="The stories of Today, in the order of a digest",
        parameters=(
            Parameter(
                name="days",
                kind=Number(least=1, most=MAX_DAYS),
                what="Of how many days; what is chosen by a mark is of any time.",
                example=2,
                default=2,
            ),
            Parameter(
                name="show",
                kind=OneOf(words=SHOWS),
                what="All, or those that are unread, have a star or a tag, or are assigned to one.",
                example="unread",
                default="all",
            ),
            Parameter(
                name="tag", kind=Words(most=MAX_TAG), what="The tag of show=tag.", example="board"
            ),
        ),
        schema=record(
            since=MOMENT, newest=INTEGER, complete=FLAG, stories=many(STORY, most=3 * MOST)
        ),
    ),
    Endpoint(
        name="today-read",
        path="/today/read",
        method="POST",
        handler=mark_read,
        role=Role.READER,
        summary="Mark all that Today shows as read, for the calling user",
        body=ReadBody,
        schema=record(newest=COUNT),
        changes=True,
    ),
)
