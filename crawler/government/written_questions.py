"""Written questions of Parliament as entries and texts. Pure.

https://questions-statements-api.parliament.uk: its list cuts questions and answers off, so that
each is fetched by itself. An answer belongs to the item of its question.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.errors import NotAFeed, Unreadable
from crawler.listings.listing import Listing
from crawler.tenders.ocds import decoded, many, prose, record, words
from crawler.text.dates import parse_date
from storage.model import FetchedEntry, FetchedPage, PageText

TAKE = 100
_BASELINE = timedelta(days=7)
_OVERLAP = timedelta(days=3)  # questions and answers appear after the day that they bear
_WINDOWS = ("tabledWhenFrom", "answeredWhenFrom")
_PLACE = ("skip", "take", "expandMember")
_KNOWN = frozenset(
    ("searchTerm", "tabledWhenFrom", "tabledWhenTo", "answered", "answeredWhenFrom",
     "answeredWhenTo", "answeringBodies", "house", "uin", "askingMemberId", "answeringMemberId",
     "questionStatus", "includeWithdrawn", "members", "correctedWhenFrom", "correctedWhenTo",
     "skip", "take", "expandMember")
)  # fmt: skip
_SHOWN = "https://questions-statements.parliament.uk/written-questions/detail"


def first_address(search: str, *, since: datetime | None, now: datetime) -> str:
    """The first page of the questions that were tabled lately."""
    begin = now - _BASELINE if since is None else since - _OVERLAP
    return _address(search, "tabledWhenFrom", f"{begin:%Y-%m-%d}", 0)


def read_list(search: str, page: FetchedPage, *, source_key: str) -> Listing:
    """The questions of a page of a list, and the addresses of what follows.

    Raises:
        NotAFeed: it is no list of questions, with the field that is missing.
    """
    said = _object(page.body)
    for name in ("results", "totalResults"):
        if name not in said:
            raise NotAFeed(f"no list of written questions: it has no {name}")
    results, total = many(said["results"]), said["totalResults"]
    if not isinstance(said["results"], list) or type(total) is not int:
        raise NotAFeed("no list of written questions: results or totalResults is of another type")
    wanted = set(parse_qs(urlsplit(search).query).get("answeringBodies", []))
    damage: list[str] = []
    entries = []
    for one in results:
        value = record(record(one).get("value"))
        body = words(value.get("answeringBodyId"))
        missing = [
            name for name in ("id", "uin", "dateTabled", "questionText") if not value.get(name)
        ]
        if wanted and not body:
            missing.append("answeringBodyId")
        if missing:
            damage.append(f"a question has no {', '.join(missing)}")
        if not words(value.get("id")) or (wanted and body and body not in wanted):
            continue
        entries.append(_entry(value, source_key, page.fetched_at))
    asked = dict(parse_qsl(urlsplit(page.requested_url).query))
    skip = int(asked.get("skip", "0")) + len(results)
    window = next((name for name in _WINDOWS if name in asked), None)
    more = []
    if window is not None and skip < total and results:
        more.append(_address(search, window, asked[window], skip))
    elif skip < total:
        damage.append(f"totalResults says {total}, and nothing comes after {skip}")
    if window == "tabledWhenFrom" and asked.get("skip") == "0":
        more.append(_address(search, "answeredWhenFrom", asked[window], 0))
    return Listing(
        entries=tuple(entries),
        more=tuple(more),
        degraded="; ".join(dict.fromkeys(damage)) or None,
        covered_until=page.fetched_at,
        note=_ignored(search),
    )


def detail_address(search: str, entry: FetchedEntry) -> str | None:
    """Where the API tells all of a question."""
    parts = urlsplit(search)
    if entry.guid is None:
        return None
    path = f"{parts.path.rstrip('/')}/{entry.guid.rpartition(':')[2]}"
    return urlunsplit((parts.scheme, parts.netloc, path, "expandMember=true", ""))


def read_question(page: FetchedPage) -> PageText:
    """A question with its answer, as one text.

    Raises:
        Unreadable: it is no question, with the field that is missing.
    """
    try:
        said = _object(page.body)
    except NotAFeed as error:
        raise Unreadable(str(error)) from error
    value = record(said.get("value", said))
    question = prose(value.get("questionText"))
    if not question:
        raise Unreadable("no written question: it has no questionText")
    answer = prose(value.get("answerText"))
    if value.get("dateAnswered") and not answer:
        raise Unreadable("the question has a dateAnswered and no answerText")
    tabled, answered = _day(value.get("dateTabled")), _day(value.get("dateAnswered"))
    asker, minister = _member(value, "askingMember"), _member(value, "answeringMember")
    body = words(value.get("answeringBodyName"))
    lines = [_line("Question", words(value.get("uin")), asker, tabled, value.get("house"))]
    lines += [question]
    lines += [f"To: {body}"] if body else []
    lines += [f"Status: {status}" for status in _statuses(value)]
    if answer:
        lines += [_line("Answer", minister, answered), answer]
    elif due := _day(value.get("dateForAnswer")):
        lines += [f"Answer due: {due}"]
    lines += [
        f"Attachment: {title}"
        for one in many(value.get("attachments"))
        if (title := words(record(one).get("title")))
    ]
    raw = _newest(value)
    return PageText(
        title=_title(value),
        published_raw=raw,
        published_at=parse_date(raw),
        authors=tuple(name for name in (asker,) if name),
        language="en",
        canonical_url=None,
        summary="",
        text="\n".join(lines),
        comments="",
    )


def one_per_question(listing: Listing) -> tuple[FetchedEntry, ...]:
    """Each question once, as it was said last, though both lists hold it."""
    newest: dict[str | None, FetchedEntry] = {}
    for entry in listing.entries:
        before = newest.get(entry.guid)
        if before is None or (entry.published_raw or "") >= (before.published_raw or ""):
            newest[entry.guid] = entry
    return tuple(newest.values())


def _entry(value: Mapping[str, Any], source_key: str, fetched_at: datetime) -> FetchedEntry:
    raw = _newest(value)
    said = [prose(value.get("questionText")), prose(value.get("answerText"))]
    uin, day = words(value.get("uin")), _day(value.get("dateTabled"))
    return FetchedEntry(
        source_key=source_key,
        url=f"{_SHOWN}/{day}/{uin}" if uin and day else None,
        guid=f"question:{words(value.get('id'))}",
        title=_title(value),
        summary="\n".join([part for part in said if part] + list(_statuses(value))),
        content="",
        authors=tuple(name for name in (_member(value, "askingMember"),) if name),
        published_raw=raw,
        published_at=parse_date(raw),
        updated_at=None,
        language="en",
        fetched_at=fetched_at,
        kind="question",
    )


def _title(value: Mapping[str, Any]) -> str:
    named = f"Written question {words(value.get('uin'))}"
    said = (named, words(value.get("answeringBodyName")))
    return words(value.get("heading")) or ": ".join(part for part in said if part)


def _newest(value: Mapping[str, Any]) -> str | None:
    """The date of the latest thing that happened to a question."""
    for name in ("dateAnswerCorrected", "dateAnswered", "dateTabled"):
        if said := words(value.get(name)):
            return said
    return None


def _statuses(value: Mapping[str, Any]) -> tuple[str, ...]:
    marks = {
        "withdrawn": value.get("isWithdrawn"),
        "holding answer": value.get("answerIsHolding"),
        "corrected answer": value.get("answerIsCorrection") or value.get("dateAnswerCorrected"),
    }
    return tuple(name for name, marked in marks.items() if marked)


def _member(value: Mapping[str, Any], name: str) -> str:
    return words(record(value.get(name)).get("name"))


def _line(label: str, *parts: object) -> str:
    told = [part for part in map(words, parts) if part]
    return f"{label}: {', '.join(told)}" if told else f"{label}:"


def _day(value: object) -> str:
    return words(value)[:10]


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(decoded(body))
    except (ValueError, RecursionError) as error:
        raise NotAFeed(f"no JSON that can be read: {error}") from error
    if not isinstance(said, dict):
        raise NotAFeed("JSON, but no object")
    return said


def _ignored(search: str) -> str | None:
    unknown = sorted({name for name, _ in parse_qsl(urlsplit(search).query)} - _KNOWN)
    return f"the API ignores what it does not know: {', '.join(unknown)}" if unknown else None


def _address(search: str, window: str, day: str, skip: int) -> str:
    parts = urlsplit(search)
    ours = {window: day, "expandMember": "true", "take": str(TAKE), "skip": str(skip)}
    dropped = {*_WINDOWS, *_PLACE}
    kept = [pair for pair in parse_qsl(parts.query) if pair[0] not in dropped]
    query = urlencode([*kept, *ours.items()])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
