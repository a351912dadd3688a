"""Links that several entries share are judged by the key that storage compares."""

from __future__ import annotations

import pytest

from crawler.listings.entries import make_distinct
from tests.support.builders import an_entry

HERE = "https://ward-ledger.example/feed"


def distinct(
    *links: str, titles: tuple[str, ...] = ("Wards reopen", "Halcyon named")
) -> list[bool]:
    entries = [
        an_entry(url=link, guid=None, title=title)
        for link, title in zip(links, titles, strict=True)
    ]
    made = make_distinct(entries, HERE)
    assert len({entry.guid for entry in made if entry.url_is_shared}) == sum(
        entry.url_is_shared for entry in made
    )
    return [entry.url_is_shared for entry in made]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/share?utm_content=1", "/share?utm_content=2"),
        ("/go?fbclid=a", "http://www.ward-ledger.example/go?fbclid=b"),
        ("/latest#comments", "/latest#respond"),
        ("/latest#xtor=RSS-1", "/latest#xtor=RSS-2"),
        ("/latest", "/latest/"),
        ("/share?a=1&b=2", "/share?b=2&a=1"),
        ("/latest?sessionid=1", "/latest?sessionid=2"),
        ("/pack.pdf#page=1", "/pack.pdf#page=2"),
    ],
)
def test_links_with_one_key_are_shared_however_they_are_written(one: str, other: str) -> None:
    assert distinct(one, other) == [True, True]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/live#a1", "/live#a2"),
        ("/app#!/news/1", "/app#!/news/2"),
        ("/go?url=https://a.example/1", "/go?url=https://a.example/2"),
        ("/p?id=%E8", "/p?id=%E9"),
        ("/p?12345", "/p?12346"),
        ("/a%2Fb", "/a/b"),
    ],
)
def test_links_with_keys_of_their_own_are_not(one: str, other: str) -> None:
    assert distinct(one, other) == [False, False]
