"""Parses written questions of Parliament to entries and texts. Pure.

https://questions-statements-api.parliament.uk: its list truncates questions and answers, so each
question is fetched separately. An answer is part of the item of its question.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.errors import NotAFeed, Unreadable
from crawler.government.api_json import parse_object
from crawler.listings.listing import Listing
from crawler.tenders.ocds import array, prose, record, words
from crawler.text.dates import parse_published
from storage.model import FetchedEntry, FetchedPage, PageText

TAKE = 100
_BASELINE = timedelta(days=7)
_OVERLAP = timedelta(days=3)  # questions and answers appear some days after their date
_WINDOWS = ("tabledWhenFrom", "answeredWhenFrom")
_PAGING = ("skip", "take", "expandMember")
_KNOWN_PARAMETERS = frozenset(
    ("searchTerm", "tabledWhenFrom", "tabledWhenTo", "answered", "answeredWhenFrom",
     "answeredWhenTo", "answeringBodies", "house", "uin", "askingMemberId", "answeringMemberId",
     "questionStatus", "includeWithdrawn", "members", "correctedWhenFrom", "correctedWhenTo",
     "skip", "take", "expandMember")
)  # fmt: skip
_PUBLIC_PAGE = "https://questions-statements.parliament.uk/written-questions/detail"


def first_address(search: str, *, since: datetime | None, now: datetime) -> str:
    """Return the URL of the first page of questions tabled since the last poll, or in 7 days."""
    begin = now - _BASELINE if since is None else since - _OVERLAP
    return _build_address(search, "tabledWhenFrom", f"{begin:%Y-%m-%d}", 0)


def read_list(search: str, page: FetchedPage, *, source_key: str) -> Listing:
    """Parse a page of the list of questions; add the pages that follow.

    Raises:
        NotAFeed: it is not a list of questions; the message names the missing field.
    """
    answer = parse_object(page.body)
    for name in ("results", "totalResults"):
        if name not in answer:
            raise NotAFeed(f"not a list of written questions: it has no {name}")
    results, total = array(answer["results"]), answer["totalResults"]
    if not isinstance(answer["results"], list) or type(total) is not int:
        raise NotAFeed("not a list of written questions: results or totalResults has another type")
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
        entries.append(_build_entry(value, source_key, page.fetched_at))
    parameters = dict(parse_qsl(urlsplit(page.requested_url).query))
    skip = int(parameters.get("skip", "0")) + len(results)
    window = next((name for name in _WINDOWS if name in parameters), None)
    more = []
    if window is not None and skip < total and results:
        more.append(_build_address(search, window, parameters[window], skip))
    elif skip < total:
        damage.append(f"totalResults is {total}, but there are no results after {skip}")
    if window == "tabledWhenFrom" and parameters.get("skip") == "0":
        more.append(_build_address(search, "answeredWhenFrom", parameters[window], 0))
    return Listing(
        entries=tuple(entries),
        more=tuple(more),
        degraded="; ".join(dict.fromkeys(damage)) or None,
        covered_until=page.fetched_at,
        note=_describe_unknown_parameters(search),
    )


def detail_address(search: str, entry: FetchedEntry) -> str | None:
    """Return the API's URL of a whole question; None for an entry without guid."""
    parts = urlsplit(search)
    if entry.guid is None:
        return None
    path = f"{parts.path.rstrip('/')}/{entry.guid.rpartition(':')[2]}"
    return urlunsplit((parts.scheme, parts.netloc, path, "expandMember=true", ""))


def read_question(page: FetchedPage) -> PageText:
    """Parse a question and its answer to one text.

    Raises:
        Unreadable: it is not a question; the message names the missing field.
    """
    try:
        document = parse_object(page.body)
    except NotAFeed as error:
        raise Unreadable(str(error)) from error
    value = record(document.get("value", document))
    question = prose(value.get("questionText"))
    if not question:
        raise Unreadable("not a written question: it has no questionText")
    answer = prose(value.get("answerText"))
    if value.get("dateAnswered") and not answer:
        raise Unreadable("the question has a dateAnswered, but no answerText")
    tabled, answered = _get_day(value.get("dateTabled")), _get_day(value.get("dateAnswered"))
    asker, minister = _get_member(value, "askingMember"), _get_member(value, "answeringMember")
    body = words(value.get("answeringBodyName"))
    lines = [_build_line("Question", words(value.get("uin")), asker, tabled, value.get("house"))]
    lines += [question]
    lines += [f"To: {body}"] if body else []
    lines += [f"Status: {status}" for status in _list_statuses(value)]
    if answer:
        lines += [_build_line("Answer", minister, answered), answer]
    elif due := _get_day(value.get("dateForAnswer")):
        lines += [f"Answer due: {due}"]
    lines += [
        f"Attachment: {title}"
        for one in array(value.get("attachments"))
        if (title := words(record(one).get("title")))
    ]
    raw = _get_latest_date(value)
    return PageText(
        title=_build_title(value),
        published_raw=raw,
        published_at=parse_published(raw, now=page.fetched_at),
        authors=tuple(name for name in (asker,) if name),
        language="en",
        canonical_url=None,
        summary="",
        text="\n".join(lines),
        comments="",
    )


def merge_by_question(listing: Listing) -> tuple[FetchedEntry, ...]:
    """Merge the entries of each question, which both lists may contain, to the newest one."""
    newest: dict[str | None, FetchedEntry] = {}
    for entry in listing.entries:
        before = newest.get(entry.guid)
        if before is None or (entry.published_raw or "") >= (before.published_raw or ""):
            newest[entry.guid] = entry
    return tuple(newest.values())


def _build_entry(value: Mapping[str, Any], source_key: str, fetched_at: datetime) -> FetchedEntry:
    raw = _get_latest_date(value)
    texts = [prose(value.get("questionText")), prose(value.get("answerText"))]
    uin, day = words(value.get("uin")), _get_day(value.get("dateTabled"))
    return FetchedEntry(
        source_key=source_key,
        url=f"{_PUBLIC_PAGE}/{day}/{uin}" if uin and day else None,
        guid=f"question:{words(value.get('id'))}",
        title=_build_title(value),
        summary="\n".join([part for part in texts if part] + list(_list_statuses(value))),
        content="",
        authors=tuple(name for name in (_get_member(value, "askingMember"),) if name),
        published_raw=raw,
        published_at=parse_published(raw, now=fetched_at),
        updated_at=None,
        language="en",
        fetched_at=fetched_at,
        kind="question",
    )


def _build_title(value: Mapping[str, Any]) -> str:
    named = f"Written question {words(value.get('uin'))}"
    parts = (named, words(value.get("answeringBodyName")))
    return words(value.get("heading")) or ": ".join(part for part in parts if part)


def _get_latest_date(value: Mapping[str, Any]) -> str | None:
    """Return the date of correction, else of the answer, else of tabling."""
    for name in ("dateAnswerCorrected", "dateAnswered", "dateTabled"):
        if date := words(value.get(name)):
            return date
    return None


def _list_statuses(value: Mapping[str, Any]) -> tuple[str, ...]:
    marks = {
        "withdrawn": value.get("isWithdrawn"),
        "holding answer": value.get("answerIsHolding"),
        "corrected answer": value.get("answerIsCorrection") or value.get("dateAnswerCorrected"),
    }
    return tuple(name for name, marked in marks.items() if marked)


def _get_member(value: Mapping[str, Any], name: str) -> str:
    return words(record(value.get(name)).get("name"))


def _build_line(label: str, *parts: object) -> str:
    filled = [part for part in map(words, parts) if part]
    return f"{label}: {', '.join(filled)}" if filled else f"{label}:"


def _get_day(value: object) -> str:
    return words(value)[:10]


def _describe_unknown_parameters(search: str) -> str | None:
    unknown = sorted({name for name, _ in parse_qsl(urlsplit(search).query)} - _KNOWN_PARAMETERS)
    return f"the API ignores unknown parameters: {', '.join(unknown)}" if unknown else None


def _build_address(search: str, window: str, day: str, skip: int) -> str:
    parts = urlsplit(search)
    ours = {window: day, "expandMember": "true", "take": str(TAKE), "skip": str(skip)}
    dropped = {*_WINDOWS, *_PAGING}
    kept = [pair for pair in parse_qsl(parts.query) if pair[0] not in dropped]
    query = urlencode([*kept, *ours.items()])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
