"""JSON Schemas of the documents: every field is always there, and no other."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
INTEGER: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
MOMENT: Schema = {"type": "string", "format": "date-time"}


def record(**fields: Schema) -> Schema:
    """Return the schema of an object that has exactly these fields."""
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def many(of: Schema, *, most: int | None = None) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": of} | ({} if most is None else {"maxItems": most})


def table(of: Schema) -> Schema:
    """Return the schema of an object whose keys are names."""
    return {"type": "object", "additionalProperties": of}


def perhaps(of: Schema) -> Schema:
    """Return the schema of a value or null."""
    return {"anyOf": [of, {"type": "null"}]}


def one_of(*words: str) -> Schema:
    """Return the schema of one of some words."""
    return {"type": "string", "enum": list(words)}


NOTICE = record(
    buyers=many(TEXT),
    suppliers=many(TEXT),
    value=perhaps(NUMBER),
    currency=perhaps(TEXT),
    deadline=perhaps(MOMENT),
    starts_on=perhaps({"type": "string", "format": "date"}),
    ends_on=perhaps({"type": "string", "format": "date"}),
    facts=table(TEXT),
)
SPAN = record(field=TEXT, start=COUNT, end=COUNT)
WHY = record(
    words=many(TEXT),
    sentence=perhaps(TEXT),
    sentence_field=perhaps(TEXT),
    pages=many(INTEGER),
    aside_rules=many(TEXT),
    spans=many(SPAN),
)
STORY = record(
    outlets=many(
        record(
            item=INTEGER,
            source=TEXT,
            url=perhaps(TEXT),
            at=MOMENT,
            at_is=one_of("published", "seen"),
            supplier=perhaps(TEXT),
            copy=FLAG,
            release_share=perhaps(NUMBER),
            own=many(TEXT),
            own_count=COUNT,
        )
    ),
    copies=COUNT,
    release_of=many(TEXT),
)
ITEM = record(
    id=INTEGER,
    url=perhaps(TEXT),
    title=TEXT,
    source=TEXT,
    source_name=TEXT,
    kind=TEXT,
    authors=many(TEXT),
    language=perhaps(TEXT),
    published_at=perhaps(MOMENT),
    first_seen_at=MOMENT,
    text=TEXT,
    thin_reason=perhaps(TEXT),
    revision=COUNT,
    baseline=FLAG,
    notice=perhaps(NOTICE),
)
FAILED_TASK = record(
    task=TEXT,
    subject=TEXT,
    what=TEXT,
    attempts=COUNT,
    cause=perhaps(TEXT),
    since=perhaps(MOMENT),
    last_at=perhaps(MOMENT),
    next_at=perhaps(MOMENT),
    set_aside_at=perhaps(MOMENT),
)
PROBLEM: Schema = {
    "type": "object",
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": INTEGER,
        "detail": TEXT,
        "errors": many(
            {"anyOf": [record(parameter=TEXT, message=TEXT), record(pointer=TEXT, message=TEXT)]}
        ),
        "column": INTEGER,
        "caret": TEXT,
        "hint": TEXT,
        "toml": TEXT,  # what to paste where the configuration cannot be written
    },
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": False,
}


def extended(base: Schema, **fields: Schema) -> Schema:
    """Return the schema of an object that has further fields."""
    return record(**(base["properties"] | fields))
