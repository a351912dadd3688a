"""When the entries of feeds were published."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from crawler.listings.feeds import read_feed
from storage.model import FetchedEntry

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def rss(*dates: str, language: str = "en-gb", tag: str = "pubDate") -> bytes:
    items = "".join(
        f"<item><title>Fenmoor {n}</title><link>https://ledger.test/{n}</link><{tag}>{date}</{tag}></item>"
        for n, date in enumerate(dates)
    )
    return (
        f'<rss version="2.0"><channel><title>Ledger</title><language>{language}</language>'
        f"{items}</channel></rss>"
    ).encode()


def atom(*dates: str) -> bytes:
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Ledger</title><entry><id>1</id>'
        f"<title>Fenmoor</title>{''.join(dates)}</entry></feed>"
    ).encode()


def read(body: bytes) -> tuple[FetchedEntry, ...]:
    return read_feed(body, source_key="ledger", content_type=None, fetched_at=NOW).entries


def dates(body: bytes) -> list[datetime | None]:
    return [entry.published_at for entry in read(body)]


@pytest.mark.parametrize(
    "written",
    [
        "Mon, 01 Jan 0001 00:00:00 +0000",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "0",
        "1969-12-31T23:00:00-01:00",
        "Sun, 29 Nov 2026 12:00:01 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "yesterday",
        "2026/13/29 15:07:41",
    ],
)
def test_a_date_that_cannot_be_is_none_and_kept_as_written(written: str) -> None:
    (entry,) = read(rss(written))
    assert (entry.published_at, entry.published_raw) == (None, written)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Thu, 02 Jul 2026 09:30:00 BST", datetime(2026, 7, 2, 8, 30, tzinfo=UTC)),
        ("Thu, 02 Jul 2026 9:30 PM", datetime(2026, 7, 2, 21, 30, tzinfo=UTC)),
        ("2026/6/29 15:07:41", datetime(2026, 6, 29, 15, 7, 41, tzinfo=UTC)),
        ("Thu,02 Jul 2026 09:30:00 GMT", datetime(2026, 7, 2, 9, 30, tzinfo=UTC)),
        ("1782984600", datetime(2026, 7, 2, 9, 30, tzinfo=UTC)),
        ("20260702T093000Z", datetime(2026, 7, 2, 9, 30, tzinfo=UTC)),
    ],
)
def test_our_reading_comes_before_the_librarys(written: str, meant: datetime) -> None:
    assert dates(rss(written)) == [meant]
    assert dates(rss(written, tag="dc:date")) in ([meant], [None])  # an undeclared prefix


def test_the_feeds_language_orders_its_numbers() -> None:
    july, august = datetime(2026, 7, 8, tzinfo=UTC), datetime(2026, 8, 7, tzinfo=UTC)
    assert dates(rss("07/08/2026", language="en-us")) == [july]
    assert dates(rss("07/08/2026")) == [august]
    assert dates(rss("07/08/2026", "07/25/2026"))[0] == july  # the other entry shows it


def test_an_update_is_not_the_publication() -> None:
    published, updated = (
        f"<{name}>2026-03-0{day}T09:30:00Z</{name}>"
        for name, day in (("published", 2), ("updated", 4))
    )
    (both,) = read(atom(updated, published))
    assert (both.published_at, both.updated_at) == (
        datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        datetime(2026, 3, 4, 9, 30, tzinfo=UTC),
    )
    (wrong,) = read(atom(updated, "<published>0001-01-01T00:00:00Z</published>"))
    assert (wrong.published_at, wrong.published_raw) == (None, "0001-01-01T00:00:00Z")
    (alone,) = read(atom(updated))  # all that the entry says
    assert alone.published_at == datetime(2026, 3, 4, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-07-02T10:30:00+01:00", datetime(2026, 7, 2, 9, 30, tzinfo=UTC)),
        (1782984600, datetime(2026, 7, 2, 9, 30, tzinfo=UTC)),
        (1782984600000, datetime(2026, 7, 2, 9, 30, tzinfo=UTC)),
        (0, None),
        (True, None),
        ("0001-01-01T00:00:00Z", None),
        ("2099-01-01T00:00:00Z", None),
    ],
)
def test_the_dates_of_a_json_feed(written: object, meant: datetime | None) -> None:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Ledger",
        "items": [{"id": "1", "title": "Fenmoor", "date_published": written}],
    }
    assert dates(json.dumps(feed).encode()) == [meant]
