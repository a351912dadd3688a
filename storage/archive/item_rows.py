"""Converts between item rows and values. No queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any, get_args

from sqlalchemy import Row

from storage.engine.column_types import clean
from storage.model import (
    Article,
    AsideBlock,
    Carrier,
    FetchedEntry,
    ItemKind,
    ProcurementNotice,
    StoredItem,
    TextState,
)

ITEM_KINDS: tuple[ItemKind, ...] = get_args(ItemKind)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # replaces a date that cannot be decoded


def clean_article(article: Article) -> Article:
    """Remove characters that a database refuses from the texts of an article."""
    return replace(
        article,
        guid=None if article.guid is None else clean(article.guid),
        title=clean(article.title),
        summary=clean(article.summary),
        body=clean(article.body),
        comments=clean(article.comments),
        authors=tuple(clean(name) for name in article.authors),
        pages=tuple(clean(page) for page in article.pages),
        asides=tuple(replace(block, text=clean(block.text)) for block in article.asides),
        page_title=None if article.page_title is None else clean(article.page_title),
        published_raw=None if article.published_raw is None else clean(article.published_raw),
    )


def text_values(article: Article) -> dict[str, Any]:
    """Return the columns that change with an item's text."""
    return {
        "title": article.title,
        "authors": list(article.authors),
        "published_at": article.published_at,
        "published_raw": article.published_raw,
        "language": article.language,
        "summary": article.summary,
        "body": article.body,
        "comments": article.comments,
        "pages": list(article.pages),
        "asides": asides_json(article.asides),
        "notice": None if article.notice is None else notice_json(article.notice),
        "text_state": article.text_state.value,
        "thin_reason": article.thin_reason,
        "content_hash": article.content_hash,
        "fetched_at": article.fetched_at,
        "etag": article.etag,
        "last_modified": article.last_modified,
        "page_title": article.page_title,
        "retracted_at": None,
    }


def stored_item(row: Row[Any], carriers: Sequence[Row[Any]]) -> StoredItem:
    """Convert an item row and its carrier rows.

    Raises:
        ValueError: a column has a value of the wrong type.
    """
    _check_columns(row)
    return StoredItem(
        item_id=row.id,
        source_key=row.source_key,
        kind=row.kind,
        url=row.url,
        title=row.title,
        authors=tuple(row.authors),
        published_at=row.published_at,
        published_raw=row.published_raw,
        language=row.language,
        summary=row.summary,
        body=row.body,
        comments=row.comments,
        pages=tuple(row.pages),
        asides=asides_of(row.asides),
        text_state=TextState(row.text_state),
        thin_reason=row.thin_reason,
        content_hash=row.content_hash,
        first_seen_at=row.first_seen_at,
        revised_at=row.revised_at,
        revision=row.revision,
        baseline=row.baseline,
        story_id=row.story_id,
        notice=None if row.notice is None else notice_of(row.notice),
        retracted_at=row.retracted_at,
        pruned_at=row.pruned_at,
        carriers=tuple(
            Carrier(source_key=c.source_key, url=c.url, guid=c.guid, first_seen_at=c.first_seen_at)
            for c in carriers
        ),
    )


def make_placeholder(values: Mapping[str, Any], item_id: int, why: str) -> StoredItem:
    """Make a placeholder for a damaged row from the columns that can be decoded.

    Args:
        values: column -> value, None where it cannot be decoded.
        item_id: id of the row.
        why: its `thin_reason`.
    """
    kinds = [each for each in ITEM_KINDS if each == values.get("kind")]
    story_id = values.get("story_id")
    return StoredItem(
        item_id=item_id,
        source_key=_text_or(values.get("source_key"), ""),
        kind=kinds[0] if kinds else "news",
        url=_text_or(values.get("url"), "") or None,
        title=_text_or(values.get("title"), ""),
        authors=(),
        published_at=None,
        published_raw=None,
        language=None,
        summary="",
        body="",
        comments="",
        pages=(),
        text_state=TextState.THIN,
        thin_reason=why,
        content_hash=None,
        first_seen_at=values.get("first_seen_at") or EPOCH,
        revised_at=None,
        revision=1,
        baseline=False,
        story_id=story_id if isinstance(story_id, int) else item_id,
        carriers=(),
    )


def _text_or(value: object, default: str) -> str:
    return value if isinstance(value, str) else default


def _check_columns(row: Row[Any]) -> None:
    """Check the types of columns: SQLite does not enforce them."""
    if row.kind not in ITEM_KINDS:
        raise ValueError(f"kind is {row.kind!r}")
    for name in ("title", "summary", "body", "comments", "source_key"):
        if not isinstance(row._mapping[name], str):
            raise ValueError(f"{name} is not text")
    for name in ("authors", "pages"):
        value = row._mapping[name]
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise ValueError(f"{name} is not a list of texts")
    for name in ("revision", "story_id"):
        if not isinstance(row._mapping[name], int):
            raise ValueError(f"{name} is not a number")


def entry_of(row: Row[Any], carriers: Sequence[Row[Any]]) -> FetchedEntry:
    """Rebuild the entry of a stored item, as far as fetching its page needs it."""
    own = [c for c in carriers if c.source_key == row.source_key] or list(carriers)
    url = next((c.url for c in own if c.url), row.url)
    return FetchedEntry(
        source_key=row.source_key,
        url=url,
        guid=next((c.guid for c in own if c.guid), None),
        title=row.title,
        summary=row.summary,
        content="",
        authors=tuple(row.authors),
        published_raw=row.published_raw,
        published_at=row.published_at,
        updated_at=None,
        language=row.language,
        fetched_at=row.fetched_at,
        kind=row.kind,
    )


def asides_json(asides: Sequence[AsideBlock]) -> list[list[Any]]:
    """Convert blocks to JSON types: [rule, detail, tells, text] for each."""
    return [[block.rule, block.detail, block.tells, block.text] for block in asides]


def asides_of(values: object) -> tuple[AsideBlock, ...]:
    """Convert the JSON of `asides_json` back to blocks.

    Raises:
        ValueError: it is something else.
    """
    if not isinstance(values, list):
        raise ValueError("asides is not a list")
    blocks = []
    for value in values:
        match value:
            case [str(rule), str(detail), bool(tells), str(text)]:
                blocks.append(AsideBlock(rule=rule, detail=detail, tells=tells, text=text))
            case _:
                raise ValueError("asides is not a list of blocks")
    return tuple(blocks)


def notice_json(notice: ProcurementNotice) -> dict[str, Any]:
    """Convert a notice to JSON types, dates in ISO 8601."""
    values = asdict(notice)
    for name in ("deadline", "starts_on", "ends_on"):
        values[name] = None if values[name] is None else values[name].isoformat()
    return values


def notice_of(values: Mapping[str, Any]) -> ProcurementNotice:
    """Convert the JSON of `notice_json` back to a notice."""
    deadline, starts, ends = (values[name] for name in ("deadline", "starts_on", "ends_on"))
    return ProcurementNotice(
        buyers=tuple(values["buyers"]),
        suppliers=tuple(values["suppliers"]),
        value=values["value"],
        currency=values["currency"],
        deadline=None if deadline is None else datetime.fromisoformat(deadline),
        starts_on=None if starts is None else date.fromisoformat(starts),
        ends_on=None if ends is None else date.fromisoformat(ends),
        facts=tuple((name, value) for name, value in values["facts"]),
    )
