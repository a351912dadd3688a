"""Builders of the values that walk: each makes a valid one, and takes the fields that matter.

Outlets and suppliers are fictional. Numbers that make values distinct are counted, never random.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any

from config.model import Cadence, Source, Subscription, Supplier, Watch, Where
from storage.model import (
    Article,
    CrawlReport,
    FetchedEntry,
    KnownItem,
    Match,
    Notification,
    Span,
    StoredItem,
    TextState,
)
from storage.rules.dedupe import address_keys
from storage.rules.identity import content_hash, entry_hash
from storage.telling.watches import WatchText

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
HERE = Where(file="config/test.toml", line=1)
OUTLET = "ward-ledger"

_OF_THE_ARTICLE = (
    *("source_key", "kind", "url", "title", "authors", "published_at", "published_raw"),
    *("language", "summary", "body", "comments", "pages", "text_state", "thin_reason"),
    "content_hash",
)

_numbers = count(1)


def a_text(about: str = "Halcyon Health", *, number: int = 1, words: int = 60) -> str:
    """A body that is long enough to be known again; `number` makes it another text."""
    opening = f"The trust said in case {number} that {about} had delivered the record system late."
    filler = [f"w{number}x{position}" for position in range(max(0, words - len(opening.split())))]
    return f"{opening} {' '.join(filler)}".strip()


def an_article(**changes: Any) -> Article:
    """A full news article; hashes follow from its words unless they are named."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "source_key": OUTLET,
        "kind": "news",
        "url": f"https://{OUTLET}.example/news/{number}",
        "alias_urls": (),
        "guid": f"{OUTLET}-{number}",
        "title": f"Halcyon roll-out paused at trust {number}",
        "authors": ("Ruth Amery",),
        "published_at": NOW - timedelta(hours=2, minutes=7, seconds=number % 60),
        "published_raw": f"Tue, 24 Nov 2026 04:53:{number % 60:02} GMT",
        "language": "en",
        "summary": f"Staff of trust {number} have been told that the move is on hold for now.",
        "body": a_text(number=number),
        "comments": "",
        "text_state": TextState.FULL,
        "thin_reason": None,
        "fetched_at": NOW,
    }
    values |= changes
    if values["text_state"] is not TextState.FULL and "body" not in changes:
        values["body"] = ""
    full = values["text_state"] is TextState.FULL
    values.setdefault(
        "content_hash", content_hash(values["title"], values["body"]) if full else None
    )
    values.setdefault(
        "entry_hash", entry_hash(values["title"], values["summary"], values["published_raw"])
    )
    return Article(**values)


def a_listed_article(**changes: Any) -> Article:
    """What a listing says of an article whose page is still to come."""
    return an_article(text_state=TextState.LISTED, **changes)


def an_entry(**changes: Any) -> FetchedEntry:
    """An entry of a feed."""
    number = next(_numbers)
    values: dict[str, Any] = {
        "source_key": OUTLET,
        "url": f"https://{OUTLET}.example/news/{number}",
        "guid": f"{OUTLET}-{number}",
        "title": f"Halcyon roll-out paused at trust {number}",
        "summary": f"Staff of trust {number} have been told that the move is on hold for now.",
        "content": "",
        "authors": ("Ruth Amery",),
        "published_raw": f"Tue, 24 Nov 2026 04:53:{number % 60:02} GMT",
        "published_at": NOW - timedelta(hours=2, minutes=7),
        "updated_at": None,
        "language": "en",
        "fetched_at": NOW,
    }
    return FetchedEntry(**(values | changes))


def an_entry_of(article: Article, **changes: Any) -> FetchedEntry:
    """The listing's entry that an article came from."""
    values = {
        "source_key": article.source_key,
        "url": article.url,
        "guid": article.guid,
        "title": article.title,
        "summary": article.summary,
        "published_raw": article.published_raw,
        "published_at": article.published_at,
    }
    return an_entry(**(values | changes))


def a_known_item(article: Article, *, item_id: int = 1, **changes: Any) -> KnownItem:
    """What a decision is told of an article that was stored."""
    guids = frozenset({(article.source_key, article.guid)} if article.guid else set())
    values: dict[str, Any] = {
        "item_id": item_id,
        "source_key": article.source_key,
        "url_keys": address_keys(article),
        "urls": tuple(url for url in (article.url, *article.alias_urls) if url),
        "guids": guids,
        "title": article.title,
        "summary": article.summary,
        "text_state": article.text_state,
        "content_hash": article.content_hash,
        "entry_hash": article.entry_hash,
        "has_mentions": False,
        "revision": 1,
        "published_at": article.published_at,
    }
    return KnownItem(**(values | changes))


def a_stored_item(**changes: Any) -> StoredItem:
    """An item of the archive that no database has seen."""
    number = next(_numbers)
    article = an_article()
    values: dict[str, Any] = {name: getattr(article, name) for name in _OF_THE_ARTICLE}
    values |= {
        "item_id": number,
        "first_seen_at": NOW,
        "revised_at": None,
        "revision": 1,
        "baseline": False,
        "story_id": number,
        "carriers": (),
    }
    return StoredItem(**(values | changes))


def a_match(
    item_id: int, watch: str = "halcyon", *, version: int = 1, revision: int = 1, **changes: Any
) -> Match:
    """A watch found in an item's title."""
    values: dict[str, Any] = {"spans": (Span("title", 0, 7),)}
    return Match(
        watch_key=watch,
        watch_version=version,
        item_id=item_id,
        revision=revision,
        **(values | changes),
    )


def a_watch_text(key: str = "halcyon", query: str = "halcyon", was: str | None = None) -> WatchText:
    """A watch as it is declared to storage."""
    return WatchText(key=key, query=query, fingerprint=f"print of {query}", was=was)


def a_message_to_send(key: str = "digest:1:2026-11-24", **changes: Any) -> Notification:
    """A message that is ready to go; its bytes are no real mail."""
    values: dict[str, Any] = {
        "kind": "digest",
        "channel": "email",
        "recipient": "comms@trust.example",
        "subject": "Two new",
        "message_id": f"<{key}@watch.example>",
        "raw": b"Subject: Two new\r\n\r\n\x00\xff is kept as it is\r\n",
    }
    return Notification(delivery_key=key, **(values | changes))


def a_report(source_key: str = OUTLET, run_id: str = "run-1", **changes: Any) -> CrawlReport:
    """A poll that went well."""
    values: dict[str, Any] = {
        "started_at": NOW,
        "finished_at": NOW + timedelta(seconds=5),
        "outcome": "ok",
        "http_status": 200,
        "listed": 3,
        "new": 3,
    }
    return CrawlReport(source_key=source_key, run_id=run_id, **(values | changes))


def a_source(key: str = OUTLET, **changes: Any) -> Source:
    """A source as sources.toml declares it."""
    values: dict[str, Any] = {
        "kind": "feed",
        "url": f"https://{key}.example/feed/",
        "name": key.replace("-", " ").title(),
        "every": timedelta(minutes=15),
        "min_every": timedelta(minutes=5),
        "max_every": timedelta(hours=24),
        "enabled": True,
        "confidence": "verified",
        "item_kind": "news",
        "language": None,
        "verify_tls": True,
        "where": HERE,
    }
    return Source(key=key, **(values | changes))


def a_watch(key: str = "halcyon", query: str = "@halcyon", **changes: Any) -> Watch:
    """A watch as watches.toml declares it."""
    values: dict[str, Any] = {"label": key, "was": None, "where": HERE}
    return Watch(key=key, query=query, **(values | changes))


def a_supplier(key: str = "halcyon", *names: str, **changes: Any) -> Supplier:
    """A supplier as suppliers.toml declares it."""
    values: dict[str, Any] = {"query": None, "where": HERE}
    return Supplier(key=key, names=names or (key.title(),), **(values | changes))


def a_subscription(key: str = "daily", *to: str, **changes: Any) -> Subscription:
    """A daily digest at half past seven in London."""
    values: dict[str, Any] = {
        "watches": ("halcyon",),
        "cadence": Cadence(kind="daily", at=time(7, 30), text="daily at 07:30"),
        "timezone": "Europe/London",
        "quiet_hours": None,
        "send_empty": False,
        "where": HERE,
    }
    return Subscription(key=key, to=to or ("comms@trust.example",), **(values | changes))
