"""The mentions: what the watches found, of the newest items first."""

from __future__ import annotations

from storage.mentions.mention_pages import MentionRange, PagePosition
from storage.model import Role
from supplierwatch.desk.api.cursors import PositionCursor, position_cursor
from supplierwatch.desk.api.endpoint import Answer, ApiRequest, Endpoint
from supplierwatch.desk.api.parameters import (
    Moment,
    Parameter,
    Words,
    cursor_parameter,
    limit_parameter,
)
from supplierwatch.desk.api.schemas import (
    COUNT,
    FLAG,
    INTEGER,
    ITEM,
    MOMENT,
    STORY,
    TEXT,
    WHY,
    many,
    perhaps,
    record,
)
from supplierwatch.exports.mentions import read_mentions
from supplierwatch.exports.tables import mention_json

MOST = 100
MENTION = record(
    mention=INTEGER,
    watch=TEXT,
    watch_version=COUNT,
    found_at=MOMENT,
    baseline=FLAG,
    suppliers=many(TEXT),
    also_in=many(TEXT),
    story=INTEGER,
    event=perhaps(INTEGER),
    carried=perhaps(STORY),
    item=ITEM,
    why=WHY,
)


def mentions(request: ApiRequest) -> Answer:
    """List a page of mentions."""
    values, limit = request.values, request.values["limit"]
    found = list(
        read_mentions(
            request.source.store,
            request.source.context,
            MentionRange(
                watches=values["watch"] or None, since=values["since"], until=values["until"]
            ),
            limit=limit + 1,
            before=values["cursor"],
        )
    )
    page, following = found[:limit], None
    if len(found) > limit:
        last = page[-1]
        following = position_cursor(PagePosition(last.item.first_seen_at, last.mention.mention_id))
    document = {"mentions": [mention_json(each) for each in page], "next": following}
    return Answer(document=document, following=following)


ENDPOINTS = (
    Endpoint(
        name="mentions",
        path="/mentions",
        handler=mentions,
        role=Role.READER,
        summary="What the watches found, of the newest items first",
        parameters=(
            Parameter(
                name="watch",
                kind=Words(most=64),
                what="Key of a watch, also of one that is no longer declared.",
                example=["halcyon-trusts"],
                several=True,
            ),
            Parameter(
                name="since",
                kind=Moment(),
                what="Only of items first seen then or later.",
                example="2026-11-23T07:30:00Z",
            ),
            Parameter(
                name="until",
                kind=Moment(),
                what="Only of items first seen before.",
                example="2026-11-30",
            ),
            limit_parameter(default=50, most=MOST),
            cursor_parameter(PositionCursor(), "NjM5MTAwMDAwMDAwMDAwMDAuMTc"),
        ),
        schema=record(mentions=many(MENTION, most=MOST), next=perhaps(TEXT)),
    ),
)
