"""Parts of feeds with very many entries."""

from __future__ import annotations

import pytest

from crawler.listings.feed_parts import split_feed
from crawler.listings.feeds import parse_feed
from tests.support.builders import NOW
from tests.support.site import Entry, feed


def titles(body: bytes) -> list[str]:
    read = parse_feed(
        body, source_key="a", url="http://a.example/f", content_type=None, fetched_at=NOW
    )
    assert read.degraded is None
    return [entry.title for entry in read.entries]


def a_feed(count: int) -> bytes:
    numbers = map(str, range(count))
    return feed([Entry(title=f"Notice {n}", link=f"http://a.example/{n}", guid=n) for n in numbers])


@pytest.mark.parametrize("count", [0, 1, 7, 20, 21, 40, 41])
def test_the_parts_of_a_feed_have_each_entry_once_and_in_order(count: int) -> None:
    body, seen, start = a_feed(count), [], 0
    for _ in range(10):
        part, rest = split_feed(body, start=start, count=20)
        seen += titles(part)
        if rest is None:
            break
        start = rest
    assert seen == [f"Notice {n}" for n in range(count)]


def test_a_feed_that_fits_comes_back_as_it_is() -> None:
    body = a_feed(20)
    assert split_feed(body, start=0, count=20) == (body, None)


def test_atom_entries_with_a_prefix_are_told_apart() -> None:
    entries = "".join(
        f"<a:entry><a:id>{n}</a:id><a:title>Notice {n}</a:title></a:entry>" for n in range(5)
    )
    body = f'<a:feed xmlns:a="http://www.w3.org/2005/Atom">{entries}</a:feed>'.encode()
    part, rest = split_feed(body, start=2, count=2)
    assert (titles(part), rest) == (["Notice 2", "Notice 3"], 4)


def test_a_feed_that_has_become_shorter_is_begun_anew() -> None:
    part, _ = split_feed(a_feed(5), start=90, count=3)
    assert titles(part) == ["Notice 0", "Notice 1", "Notice 2"]
