"""The definitions of sources in sources.toml."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from config.editing.source_draft import (
    SELECTORS,
    TEXTS,
    SourceDraft,
)
from supplierwatch.desk.api.json_bodies import Body
from supplierwatch.desk.api.schemas import FLAG, TEXT, record
from supplierwatch.desk.api.table_definitions import TableDefinitions
from supplierwatch.desk.editing.table_kinds import SOURCES

MAX_ADDRESS = 2_000  # characters
MAX_SELECTOR = 500
FLAGS = ("enabled", "relook", "verify_tls")

Text = Annotated[str, Field(max_length=200)]
Selector = Annotated[str, Field(max_length=MAX_SELECTOR)]


class SelectorsBody(Body):
    """CSS selectors of a listing page, for the kind `page`."""

    entry: Selector = ""
    link: Selector = ""
    title: Selector = ""
    date: Selector = ""
    summary: Selector = ""
    article: Selector = ""


class SourceBody(Body):
    """A source; an empty text stands for the default. Credentials are set in files alone."""

    kind: Annotated[str, Field(min_length=1, max_length=40, description="feed, sitemap, page ...")]
    url: Annotated[str, Field(min_length=1, max_length=MAX_ADDRESS, description="What is polled.")]
    name: Annotated[Text, Field(description="Its name in messages.")] = ""
    every: Annotated[Text, Field(description="A fixed interval, such as 30m.")] = ""
    min_every: Annotated[Text, Field(description="The shortest interval.")] = ""
    max_every: Annotated[Text, Field(description="The longest interval.")] = ""
    item_kind: Annotated[Text, Field(description="The kind of its items; empty for news.")] = ""
    language: Annotated[Text, Field(description="Of its texts, such as en.")] = ""
    press_of: Annotated[Text, Field(description="The supplier whose press releases it has.")] = ""
    max_age: Annotated[Text, Field(description="From which age an item is old.")] = ""
    enabled: Annotated[bool, Field(description="Whether it is polled.")] = True
    relook: Annotated[bool, Field(description="Whether recent pages are rechecked.")] = True
    verify_tls: Annotated[bool, Field(description="Whether certificates are checked.")] = True
    select: SelectorsBody = SelectorsBody()


class NewSourceBody(SourceBody):
    """A source with its key."""

    key: Annotated[str, Field(min_length=1, max_length=64, description="Its name in files.")]


def draft_of(body: SourceBody, key: str) -> SourceDraft:
    """Return the draft of a body."""
    return SourceDraft(
        key=key,
        kind=body.kind.strip(),
        url=body.url.strip(),
        texts={name: getattr(body, name).strip() for name in TEXTS},
        select={name: getattr(body.select, name).strip() for name in SELECTORS},
        **{name: getattr(body, name) for name in FLAGS},
    )


def describe(draft: SourceDraft) -> dict[str, Any]:
    """Return a source as sources.toml has it."""
    return {
        "key": draft.key,
        "kind": draft.kind,
        "url": draft.url,
        **{name: draft.texts.get(name, "") for name in TEXTS},
        **{name: getattr(draft, name) for name in FLAGS},
        "select": {name: draft.select.get(name, "") for name in SELECTORS},
    }


ENDPOINTS = TableDefinitions(
    kind=SOURCES,
    path="/sources",
    stays="its items stay",
    example="ward-ledger",
    draft_of=draft_of,
    describe=describe,
    document=record(
        key=TEXT,
        kind=TEXT,
        url=TEXT,
        **dict.fromkeys(TEXTS, TEXT),
        **dict.fromkeys(FLAGS, FLAG),
        select=record(**dict.fromkeys(SELECTORS, TEXT)),
    ),
    body=SourceBody,
    new_body=NewSourceBody,
    is_in_force=lambda wired, key: any(each.key == key for each in wired.catalog.sources),
).endpoints()
