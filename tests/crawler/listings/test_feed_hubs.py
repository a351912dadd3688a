"""The hub of a feed: by links in RSS, Atom and JSON Feed, and by the header of the answer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.listings.feed_hubs import find_hub
from crawler.listings.feeds import parse_feed
from storage.model import Hub

URL = "https://outlet.example/feed"
HUB = Hub(url="https://hub.example/", topic=URL)
ATOM = "http://www.w3.org/2005/Atom"
RSS = (
    f'<rss version="2.0" xmlns:a="{ATOM}"><channel><title>Outlet</title>'
    '<a:link rel="hub" href="https://hub.example/"/><a:link rel="self" href="/feed"/>'
    "<item><title>One</title><link>https://outlet.example/1</link></item></channel></rss>"
)
FEED = (
    f'<feed xmlns="{ATOM}"><title>Outlet</title><link rel="hub" href="https://hub.example/"/>'
    '<link rel="self" href="https://outlet.example/feed"/><entry><id>1</id><title>One</title>'
    "</entry></feed>"
)
JSON = (
    '{"version": "https://jsonfeed.org/version/1.1", "title": "Outlet", "items": [],'
    ' "feed_url": "https://outlet.example/feed",'
    ' "hubs": [{"type": "rssCloud", "url": "https://cloud.example/"},'
    ' {"type": "WebSub", "url": "https://hub.example/"}]}'
)


@pytest.mark.parametrize("body", [RSS, FEED, JSON])
def test_each_format_names_its_hub(body: str) -> None:
    feed = parse_feed(
        body.encode(),
        source_key="outlet",
        url=URL,
        content_type=None,
        fetched_at=datetime(2026, 6, 1, tzinfo=UTC),
    )
    assert find_hub(feed.links, {}, URL) == HUB


@pytest.mark.parametrize(
    "header",
    [
        '<https://hub.example/>; rel="hub"',
        "<https://hub.example/>; rel=hub",
        '<https://hub.example/>; title="a, b"; rel="hub"',
        '</style.css>; rel=preload, <https://hub.example/>; REL="first hub", </feed>; rel="self"',
    ],
)
def test_the_header_names_it_too(header: str) -> None:
    assert find_hub((), {"link": header}, URL) == HUB


def test_the_header_goes_before_the_feed() -> None:
    links = (("hub", "https://other.example/"), ("self", "https://outlet.example/all"))
    found = find_hub(links, {"link": "<https://hub.example/>; rel=hub"}, URL)
    assert found == Hub(url="https://hub.example/", topic="https://outlet.example/all")


@pytest.mark.parametrize(
    "links",
    [
        (),
        (("self", URL),),
        (("hub", ""),),
        (("hub", "javascript:alert(1)"),),
        (("hub", "https://[half/"),),
        (("hub", "https://hub.example/" + "x" * 3_000),),
    ],
)
def test_what_is_no_address_is_no_hub(links: tuple[tuple[str, str], ...]) -> None:
    assert find_hub(links, {}, URL) is None


def test_a_copy_of_a_feed_does_not_subscribe_to_the_original() -> None:
    links = (("hub", "https://hub.example/"), ("self", "https://elsewhere.example/feed"))
    assert find_hub(links, {}, URL) == HUB


def test_a_hostile_header_is_cut() -> None:
    assert find_hub((), {"link": "<" * 50_000 + ';rel="' * 50_000}, URL) is None
