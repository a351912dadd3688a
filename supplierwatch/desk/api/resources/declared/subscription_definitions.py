"""The definitions of subscriptions in subscriptions.toml."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from config.editing.subscription_draft import (
    TEXTS,
    SubscriptionDraft,
)
from storage.model import Role
from supplierwatch.desk.api.json_bodies import Body
from supplierwatch.desk.api.schemas import FLAG, TEXT, many, record
from supplierwatch.desk.api.table_definitions import TableDefinitions
from supplierwatch.desk.editing.table_kinds import SUBSCRIPTIONS

MAX_LISTED = 1_000
FLAGS = ("send_empty", "edits")

Text = Annotated[str, Field(max_length=200)]
Name = Annotated[str, Field(min_length=1, max_length=320)]


class SubscriptionBody(Body):
    """Who gets what, and when; an empty text stands for the default."""

    to: Annotated[
        list[Name],
        Field(min_length=1, max_length=MAX_LISTED, description="Addresses, or channel:KEY."),
    ]
    watches: Annotated[
        list[Name], Field(min_length=1, max_length=MAX_LISTED, description="Keys, or * for all.")
    ]
    cadence: Annotated[Text, Field(min_length=1, description="Such as `daily at 07:30`.")]
    timezone: Annotated[Text, Field(description="Such as Europe/London.")] = ""
    quiet_hours: Annotated[Text, Field(description="Such as 20:00-07:00.")] = ""
    bank_holidays: Annotated[Text, Field(description="Of which region digests skip them.")] = ""
    unusual: Annotated[Text, Field(description="How far above the usual is told.")] = ""
    send_empty: Annotated[bool, Field(description="Also without anything new.")] = False
    edits: Annotated[bool, Field(description="Whether edited articles are told.")] = True


class NewSubscriptionBody(SubscriptionBody):
    """A subscription with its key."""

    key: Annotated[str, Field(min_length=1, max_length=64, description="Its name in files.")]


def draft_of(body: SubscriptionBody, key: str) -> SubscriptionDraft:
    """Return the draft of a body."""
    return SubscriptionDraft(
        key=key,
        to=tuple(each.strip() for each in body.to),
        watches=tuple(each.strip() for each in body.watches),
        **{name: getattr(body, name).strip() for name in TEXTS},
        **{name: getattr(body, name) for name in FLAGS},
    )


def describe(draft: SubscriptionDraft) -> dict[str, Any]:
    """Return a subscription as subscriptions.toml has it."""
    return {
        "key": draft.key,
        "to": list(draft.to),
        "watches": list(draft.watches),
        **{name: getattr(draft, name) for name in (*TEXTS, *FLAGS)},
    }


ENDPOINTS = TableDefinitions(
    kind=SUBSCRIPTIONS,
    path="/subscriptions",
    stays="what was sent stays recorded",
    example="morning",
    draft_of=draft_of,
    describe=describe,
    document=record(
        key=TEXT,
        to=many(TEXT),
        watches=many(TEXT),
        **dict.fromkeys(TEXTS, TEXT),
        **dict.fromkeys(FLAGS, FLAG),
    ),
    body=SubscriptionBody,
    new_body=NewSubscriptionBody,
    is_in_force=lambda wired, key: any(each.key == key for each in wired.catalog.subscriptions),
    reader=Role.EDITOR,
).endpoints()
