"""Bodies and documents of the definition of a watch."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from config.editing.watch_draft import WatchDraft, read_watch
from config.errors import EditRefused
from supplierwatch.desk.api.json_bodies import Body, bad_field
from supplierwatch.desk.api.problem_details import ApiProblem
from supplierwatch.desk.api.schemas import FLAG, TEXT, many, perhaps, record
from supplierwatch.desk.editing.file_edits import ConfigText

MAX_QUERY = 20_000  # characters
MAX_KEYWORDS = 1_000
DEFINITION = record(
    key=TEXT,
    label=TEXT,
    query=perhaps(TEXT),
    keywords=many(TEXT),
    exact=FLAG,
    every_outlet=FLAG,
    events=FLAG,
    summaries=FLAG,
    asides=FLAG,
)


class WatchBody(Body):
    """What a watch looks for: either a query or keywords, and its settings."""

    label: Annotated[str, Field(max_length=200, description="Its name on pages.")] = ""
    query: Annotated[
        str | None, Field(max_length=MAX_QUERY, description="In the watch language.")
    ] = None
    keywords: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=200)]],
        Field(max_length=MAX_KEYWORDS, description="Instead of a query."),
    ] = []  # noqa: RUF012 (pydantic copies it)
    exact: Annotated[bool, Field(description="Keywords as they are written.")] = False
    every_outlet: Annotated[bool, Field(description="Report each outlet of a story.")] = False
    events: Annotated[bool, Field(description="Report stories of one event as one.")] = False
    summaries: Annotated[bool, Field(description="Summarise the reports of an event.")] = True
    asides: Annotated[bool, Field(description="Name matches in text cut from pages.")] = True


class NewWatchBody(WatchBody):
    """A watch with its key."""

    key: Annotated[str, Field(min_length=1, max_length=64, description="Its name in files.")]


def draft_of(body: WatchBody, key: str) -> WatchDraft:
    """Return the draft of a body.

    Raises:
        ApiProblem: 422 unless it has either a query or keywords.
    """
    query = "\n".join((body.query or "").splitlines()).strip()
    keywords = tuple(each.strip() for each in body.keywords if each.strip())
    if bool(query) == bool(keywords):
        raise bad_field("query", "write either a query or keywords")
    if body.exact and not keywords:
        raise bad_field("exact", "it is for keywords alone")
    return WatchDraft(
        key=key,
        label=body.label.strip(),
        query=query,
        keywords=keywords,
        exact=body.exact,
        every_outlet=body.every_outlet,
        events=body.events,
        summaries=body.summaries,
        asides=body.asides,
    )


def definition_json(draft: WatchDraft) -> dict[str, Any]:
    """Return a watch as watches.toml has it."""
    return {
        "key": draft.key,
        "label": draft.label,
        "query": draft.query or None,
        "keywords": list(draft.keywords),
        "exact": draft.exact,
        "every_outlet": draft.every_outlet,
        "events": draft.events,
        "summaries": draft.summaries,
        "asides": draft.asides,
    }


def is_declared(file: ConfigText, key: str) -> bool:
    """Return whether the file has a watch of this key.

    Raises:
        ApiProblem: 409 where the file is not of a form that can be read.
    """
    return _read(file, key) is not None


def _read(file: ConfigText, key: str) -> WatchDraft | None:
    try:
        return read_watch(file.content, key)
    except EditRefused as error:
        raise ApiProblem(409, f"{error}.") from error
