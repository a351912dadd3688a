"""Turns an item and its earlier texts into the events of a thread. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from itertools import pairwise

from alerts.digest.changes import change_between, describe_change
from alerts.text.notice_summary import summarise_notice
from alerts.text.sanitize import line, shorten
from alerts.text.sentences import best_excerpt
from alerts.threads.model import EventKind, ThreadEvent
from alerts.threads.stages import NoticeText, notice_versions
from storage.model import FieldName, ItemRevision, Span, StoredItem

MAX_VERSIONS = 20  # of an item, the newest
MAX_COMPARED = 60_000  # characters of texts that are compared word by word
_KINDS: dict[str, EventKind] = {
    "news": "press",
    "release": "press",
    "tender": "notice",
    "question": "question",
    "hansard": "hansard",
    "boardpaper": "boardpaper",
}
_KIND_TEXTS = {"news": "article", "release": "press release", "hansard": "said in Parliament"}
_FIELDS: tuple[FieldName, ...] = ("body", "summary")
# lines of `crawler.government.written_questions`
_TABLED = re.compile(r"^Question: [^\n]{0,300}?(\d{4}-\d\d-\d\d)", re.MULTILINE)
_ANSWERED = re.compile(r"^Answer: [^\n]{0,300}?(\d{4}-\d\d-\d\d)$", re.MULTILINE)


def events_of(
    item: StoredItem, earlier: Sequence[ItemRevision], spans: Sequence[Span]
) -> tuple[ThreadEvent, ...]:
    """Return what happened in an item, oldest first.

    Args:
        item: the item.
        earlier: its earlier texts, oldest first.
        spans: where its newest text names the supplier.
    """
    earlier = earlier[-MAX_VERSIONS:]
    if item.kind == "tender":
        found = list(_notice_events(item, earlier))
    elif item.kind == "question":
        found = list(_question_events(item, spans))
    else:
        found = [_first_event(item, spans), *_edit_events(item, earlier)]
    if item.retracted_at is not None:
        what = "withdrawn: its page is gone"
        found.append(_make_event(item, "withdrawal", item.retracted_at, what, ""))
    return tuple(sorted(found, key=lambda each: each.at))


def _first_event(item: StoredItem, spans: Sequence[Span]) -> ThreadEvent:
    at = item.published_at or item.first_seen_at
    what = _KIND_TEXTS.get(item.kind, "board paper")
    return _make_event(item, _KINDS[item.kind], at, what, _find_sentence(item, spans))


def _notice_events(item: StoredItem, earlier: Sequence[ItemRevision]) -> Iterator[ThreadEvent]:
    versions = notice_versions(item, earlier)
    for version in versions:
        is_newest = version is versions[-1]
        said = summarise_notice(item) if is_newest else ""
        said = said or " · ".join(f"{name}: {value}" for name, value in version.fields)
        yield ThreadEvent(
            kind="notice",
            at=version.at,
            what=_describe_notice(version),
            title=line(version.title, 200),
            text=shorten(said, 400),
            item_id=item.item_id,
            source_key=item.source_key,
            url=item.url,
            stage=version.stage,
        )


def _describe_notice(version: NoticeText) -> str:
    return version.words if version.stage is None else f"{version.stage} ({version.words})"


def _question_events(item: StoredItem, spans: Sequence[Span]) -> Iterator[ThreadEvent]:
    asked, answered = _TABLED.search(item.body), _ANSWERED.search(item.body)
    seen = item.published_at or item.first_seen_at
    question, _, answer = item.body.partition("\nAnswer:")
    at = _read_day(asked) or seen
    lines = question.split("\n")
    text = lines[1] if asked is not None and len(lines) > 1 else _find_sentence(item, spans)
    yield _make_event(item, "question", at, "question tabled", shorten(line(text), 320))
    if answer or answered:
        said = " ".join(answer.split("\n")[1:4])
        when = max(_read_day(answered) or seen, at)
        yield _make_event(item, "question", when, "question answered", shorten(line(said), 320))


def _edit_events(item: StoredItem, earlier: Sequence[ItemRevision]) -> Iterator[ThreadEvent]:
    versions: list[ItemRevision | StoredItem] = [*earlier, item]
    for before, after in pairwise(versions):
        if not isinstance(before, ItemRevision):
            continue
        at = after.fetched_at if isinstance(after, ItemRevision) else item.revised_at
        if at is None or len(before.body) + len(after.body) > MAX_COMPARED:
            continue
        change = change_between(before, after)
        said = "; ".join(f"{label}: {text}" for label, text in describe_change(change)[1:4])
        yield _make_event(item, "edit", at, f"edited: {change.said}", shorten(line(said), 400))


def _make_event(
    item: StoredItem, kind: EventKind, at: datetime, what: str, text: str
) -> ThreadEvent:
    return ThreadEvent(
        kind=kind,
        at=at,
        what=what,
        title=line(item.title, 200) or "(no title)",
        text=text,
        item_id=item.item_id,
        source_key=item.source_key,
        url=item.url,
    )


def _find_sentence(item: StoredItem, spans: Sequence[Span]) -> str:
    for field in _FIELDS:
        text = item.body if field == "body" else item.summary
        excerpt = best_excerpt(field, text, spans)
        if excerpt is not None:
            return "".join(segment.text for segment in excerpt.segments).strip()
    return line(item.summary, 240)


def _read_day(found: re.Match[str] | None) -> datetime | None:
    if found is None:
        return None
    try:
        return datetime.combine(datetime.fromisoformat(found[1]).date(), time(0), UTC)
    except ValueError:
        return None
