"""Reads the scripted stories of the history from the TOML files beside it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any, cast

from storage.model import ItemKind

FILES = ("stories.toml", "public_record.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeText:
    """What an outlet publishes: headline and paragraphs, one to a line."""

    title: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeStory:
    """A story of the history: who publishes it first, who copies it, and its text after an edit.

    `minute`: minutes after the beginning of the history. `copies`: (source, minutes later).
    `edit`: (minutes later, the text from then on). `asides`: (rule, text) that was cut from its
    page. `buyer`, `value` (pounds) and `deadline_in` (days) are those of a notice.
    """

    slug: str
    minute: int
    source: str
    text: MadeText
    author: str
    teaser: str
    kind: ItemKind = "news"
    language: str = "en"
    copies: tuple[tuple[str, int], ...] = ()
    edit: tuple[int, MadeText] | None = None
    asides: tuple[tuple[str, str], ...] = ()
    buyer: str = ""
    value: float | None = None
    deadline_in: int = 0


def load_stories(days: int) -> tuple[MadeStory, ...]:
    """Read the scripted stories of a history of `days` days."""
    folder = resources.files("supplierwatch.demo.history")
    tables = [tomllib.loads((folder / name).read_text(encoding="utf-8")) for name in FILES]
    return tuple(_parse_story(story, days) for table in tables for story in table["story"])


def _parse_story(table: dict[str, Any], days: int) -> MadeStory:
    edit = table.get("edit")
    return MadeStory(
        slug=table["slug"],
        minute=((days - table["day"]) * 24 + table["hour"]) * 60,
        source=table["source"],
        text=_parse_text(table),
        author=table["author"],
        teaser=table["teaser"],
        kind=cast("ItemKind", table.get("kind", "news")),
        language=table.get("language", "en"),
        copies=tuple((source, hours * 60) for source, hours in table.get("copies", ())),
        edit=None if edit is None else (edit["hours"] * 60, _parse_text(edit)),
        asides=tuple((rule, text) for rule, text in table.get("asides", ())),
        buyer=table.get("buyer", ""),
        value=table.get("value"),
        deadline_in=table.get("deadline_in", 0),
    )


def _parse_text(table: dict[str, Any]) -> MadeText:
    paragraphs = (" ".join(part.split()) for part in table["body"].strip().split("\n\n"))
    return MadeText(title=table["title"], body="\n".join(paragraphs))
