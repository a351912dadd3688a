"""What GOV.UK's Search API and Content API say, as entries and texts. Pure.

https://docs.publishing.service.gov.uk/repos/search-api/using-the-search-api.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from crawler.errors import NotAFeed, Unreadable
from crawler.listings.listing import Listing
from crawler.tenders.ocds import decoded, many, prose, record, records, words
from crawler.text.dates import parse_date
from storage.model import FetchedEntry, FetchedPage, PageText

COUNT = 100
_DEFAULTS = {
    "order": "-public_timestamp",  # without it the most popular come first
    "fields": "title,description,link,public_timestamp,format",
    "count": str(COUNT),
}
_ENDED = re.compile(
    r"\b(this )?(feed|email alert|subscription)s? (has |have |was )?(been )?"
    r"(ended|closed|retired|discontinued)\b",
    re.IGNORECASE,
)


def is_search(url: str) -> bool:
    """Whether an address is one of the Search API, and no Atom feed."""
    return urlsplit(url).path.endswith("search.json")


def search_address(declared: str, *, start: int = 0) -> str:
    """The address to ask: what was declared, with what has to be set, newest first."""
    parts = urlsplit(declared)
    asked = [pair for pair in parse_qsl(parts.query) if pair[0] != "start"]
    given = {name for name, _ in asked}
    asked += [(name, value) for name, value in _DEFAULTS.items() if name not in given]
    if start:
        asked.append(("start", str(start)))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(asked), ""))


def read_results(
    declared: str, page: FetchedPage, *, source_key: str, since: datetime | None
) -> Listing:
    """The results of a page, and the next page while there may be news on it.

    Raises:
        NotAFeed: it is no page of results, with the field that is missing.
    """
    said = _object(page.body)
    results, total = said.get("results"), said.get("total")
    if not isinstance(results, list):
        raise NotAFeed("no answer of the Search API: it has no list of results")
    if type(total) is not int:
        raise NotAFeed("no answer of the Search API: it has no total")
    damage: list[str] = []
    entries = []
    for one in map(record, results):
        needed = ("title", "link", "public_timestamp")
        if missing := [name for name in needed if not words(one.get(name))]:
            damage.append(f"a result has no {', '.join(missing)}")
        if words(one.get("link")):
            entries.append(_entry(one, page, source_key))
    start = int(dict(parse_qsl(urlsplit(page.requested_url).query)).get("start", "0"))
    following = start + len(results)
    dates = [entry.published_at for entry in entries if entry.published_at is not None]
    unread = since is not None and bool(dates) and min(dates) >= since
    more = (search_address(declared, start=following),) if unread and following < total else ()
    return Listing(
        entries=tuple(entries),
        more=more,
        degraded="; ".join(dict.fromkeys(damage)) or None,
        covered_until=page.fetched_at,
    )


def living(entries: Sequence[FetchedEntry]) -> tuple[tuple[FetchedEntry, ...], str | None]:
    """The entries that are news, and what a retired feed says of its end."""
    last = [entry for entry in entries if _ENDED.search(entry.title)]
    said = next((f"{words(one.title)}: {words(one.summary)}" for one in last), None)
    return tuple(entry for entry in entries if entry not in last), said


def content_address(page: str) -> str:
    """Where the Content API tells what stands on a page."""
    parts = urlsplit(page)
    path = f"/api/content{parts.path}"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def read_content(page: FetchedPage) -> PageText:
    """The text of a content item.

    Raises:
        Unreadable: it holds no text of its own; its page may.
    """
    try:
        said = _object(page.body)
    except NotAFeed as error:
        raise Unreadable(str(error)) from error
    details = record(said.get("details"))
    texts = [_html(details.get("body"))]
    for part in records(details.get("parts")):
        texts += [words(part.get("title")), _html(part.get("body"))]
    text = "\n".join(one for one in texts if one)
    if not text:
        raise Unreadable("the content item has no details.body")
    withdrawn = _html(record(said.get("withdrawn_notice")).get("explanation"))
    if withdrawn:
        text = f"Withdrawn: {withdrawn}\n{text}"
    raw = words(said.get("public_updated_at")) or None
    return PageText(
        title=words(said.get("title")) or None,
        published_raw=raw,
        published_at=parse_date(raw),
        authors=(),
        language=words(said.get("locale")) or None,
        canonical_url=None,
        summary=words(said.get("description")),
        text=text,
        comments="",
    )


def _html(value: object) -> str:
    """HTML by itself, or beside its source as [{content_type, content}]."""
    if isinstance(value, str):
        return prose(value)
    told = [one for one in records(many(value)) if one.get("content_type") == "text/html"]
    return "\n".join(prose(one.get("content")) for one in told)


def _entry(one: Mapping[str, Any], page: FetchedPage, source_key: str) -> FetchedEntry:
    link = words(one.get("link"))
    raw = words(one.get("public_timestamp")) or None
    form = words(one.get("format"))
    url = urljoin(page.final_url, link)
    parts, here = urlsplit(url), urlsplit(page.final_url)
    return FetchedEntry(
        source_key=source_key,
        url=url,
        # the API writes paths for its own pages and whole addresses for others
        guid=parts.path if parts.netloc == here.netloc else link,
        title=words(one.get("title")),
        summary=words(one.get("description")),
        content="",
        authors=(),
        published_raw=raw,
        published_at=parse_date(raw),
        updated_at=parse_date(raw),
        language=None,
        fetched_at=page.fetched_at,
        tags=(form,) if form else (),
    )


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(decoded(body))
    except (ValueError, RecursionError) as error:
        raise NotAFeed(f"no JSON that can be read: {error}") from error
    if not isinstance(said, dict):
        raise NotAFeed("JSON, but no object")
    return said
