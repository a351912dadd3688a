"""The plain callables that scorers and benchmarks use."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timezone
from typing import Any

from alerts.query import Document, WatchIndex, compile_query
from crawler.errors import NotAFeed, Unreadable
from crawler.extraction.page import extract as read_page
from crawler.extraction.page import learn
from crawler.extraction.recurring.site_memory import SiteMemory
from crawler.listings.entries import absolute
from crawler.listings.feeds import read_feed
from crawler.text.dates import read_date
from crawler.text.plain_text import one_line
from storage.archive.stories import text_of
from storage.model import FetchedEntry, FetchedPage
from storage.rules.events.grouping import EventGrouping
from storage.rules.shingles import Grouping


def extract(
    page: bytes,
    url: str,
    *,
    site: SiteMemory | Iterable[bytes] | None = None,
    entry: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Title, date (ISO), authors, text and comments of a page; an unreadable one is empty.

    Args:
        page: the bytes as they came.
        url: its address.
        site: what is known of the host: a memory, as `site_of` makes it, or pages of the host.
        entry: what the feed said: title, summary.
    """
    now = datetime.now(UTC)
    fetched = _make_page(page, url, now)
    if site is not None and not isinstance(site, SiteMemory):
        site = site_of(site)
    try:
        text = read_page(
            fetched, entry=None if entry is None else _entry(entry, url, now), site=site
        )
    except Unreadable as error:
        return {"text": "", "unreadable": error.reason}
    return {
        "title": text.title,
        "date": date_as_shown(text.published_at, text.published_raw),
        "authors": list(text.authors),
        "text": text.text,
        "comments": text.comments,
    }


def date_as_shown(at: datetime | None, raw: str | None) -> str | None:
    """The moment in UTC; with the publisher's own offset where that makes it another day."""
    if at is None:
        return None
    written = read_date(raw)
    if written is not None and written.offset and written.at == at:
        own = at.astimezone(timezone(written.offset))
        if own.date() != at.date():
            return own.isoformat()
    return at.isoformat()


def site_of(pages: Iterable[bytes]) -> SiteMemory:
    """What is known of a host of which these pages were seen."""
    memory, now = SiteMemory(), datetime.now(UTC)
    for number, page in enumerate(pages):
        url = f"https://host.example/{number}"
        with suppress(Unreadable):
            learn(_make_page(page, url, now), entry=None, site=memory)
    return memory


def _make_page(page: bytes, url: str, now: datetime) -> FetchedPage:
    return FetchedPage(
        requested_url=url,
        final_url=url,
        status=200,
        content_type=None,
        body=page,
        etag=None,
        last_modified=None,
        fetched_at=now,
    )


def _entry(said: dict[str, Any], url: str, now: datetime) -> FetchedEntry:
    return FetchedEntry(
        source_key="bench",
        url=url,
        guid=None,
        title=str(said.get("title") or ""),
        summary=str(said.get("summary") or ""),
        content=str(said.get("content") or ""),
        authors=(),
        published_raw=None,
        published_at=None,
        updated_at=None,
        language=None,
        fetched_at=now,
    )


def parse_feed(body: bytes, url: str) -> dict[str, Any]:
    """The entries of a feed: title, link, date (ISO); none where it is no feed."""
    try:
        feed = read_feed(body, source_key="bench", content_type=None, fetched_at=datetime.now(UTC))
    except NotAFeed:
        return {"entries": []}
    return {
        "entries": [
            {
                "title": _title(entry.title),
                "link": absolute(entry.url, url) if url else entry.url,
                "date": None if entry.published_at is None else entry.published_at.isoformat(),
            }
            for entry in feed.entries
        ]
    }


def _title(title: str) -> str:
    """A title in the form of feedparser, which keeps references (`&#8217;`).

    One that has "<" or ">" as characters is given as it reads: else they would be escaped.
    """
    shown = one_line(title)
    return shown if "<" in shown or ">" in shown else title


def group(docs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put documents into stories, as the service would if they came in this order.

    Args:
        docs: each with "id" and "title" or "text" or both.

    Returns:
        for each document its "id" and the "cluster" that it is in.
    """
    stories = Grouping()
    numbers = [stories.add(text_of(d.get("title") or "", "", d.get("text") or "")) for d in docs]
    return [
        {"id": doc["id"], "cluster": stories.story(number)}
        for doc, number in zip(docs, numbers, strict=True)
    ]


def events(docs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put reports into events, as the service would if they came one at a time.

    They come in order of time where each has one, and else in the order given.

    Args:
        docs: each with "id" and "title" or "text" or both, and "ts_ms" (milliseconds since 1970)
            or "published" (ISO) where known.

    Returns:
        for each document its "id" and the "cluster" that it is in.
    """
    grouping = EventGrouping()
    timed = [(_hours(doc), doc) for doc in docs]
    if all(at is not None for at, _ in timed):
        timed.sort(key=lambda each: (each[0] or 0.0, str(each[1]["id"])))
    numbers = {
        doc["id"]: grouping.add(doc.get("title") or "", doc.get("text") or "", at)
        for at, doc in timed
    }
    return [{"id": doc["id"], "cluster": grouping.event(numbers[doc["id"]])} for doc in docs]


def _hours(doc: dict[str, Any]) -> float | None:
    if (milliseconds := doc.get("ts_ms")) is not None:
        return float(milliseconds) / 3_600_000
    if published := doc.get("published"):
        return datetime.fromisoformat(published).timestamp() / 3600
    return None


def match(queries: list[str], docs: list[dict[str, Any]]) -> list[set[int]]:
    """For each document, which queries match, by position.

    A document has title and body, and optionally the other fields of `alerts.query.Document`.
    """
    index = WatchIndex({str(n): compile_query(query) for n, query in enumerate(queries)})
    return [{int(hit.key) for hit in index.match(Document(**one))} for one in docs]
