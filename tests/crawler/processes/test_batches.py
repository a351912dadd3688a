"""Grouping due sources into batches."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crawler.jobs.batches import host_of, make_batches
from tests.support.crawls import a_source


def test_sources_of_one_host_stay_together() -> None:
    sources = [
        a_source("a1", "https://a.example/1"),
        a_source("b1", "https://b.example/1"),
        a_source("a2", "http://A.example:8080/2"),
        a_source("c1", "https://c.example/1"),
    ]
    made = make_batches(sources, size=2)
    assert [[s.key for s in batch] for batch in made] == [["a1", "a2"], ["b1", "c1"]]


def test_a_host_with_more_sources_than_a_batch_holds_makes_a_larger_batch() -> None:
    sources = [a_source(f"s{n}", f"https://one.example/{n}") for n in range(5)]
    assert [len(batch) for batch in make_batches(sources, size=2)] == [5]


def test_the_most_overdue_host_comes_first() -> None:
    sources = [a_source(key, f"https://{key}.example/") for key in ("late", "later", "latest")]
    assert [b[0].key for b in make_batches(sources, size=1)] == ["late", "later", "latest"]


def test_a_broken_address_has_no_host() -> None:
    assert host_of("http://[broken/") == ""


@given(st.lists(st.integers(0, 8), max_size=40), st.integers(1, 10))
def test_every_source_is_in_one_batch_and_every_host_too(hosts: list[int], size: int) -> None:
    sources = [a_source(f"s{n}", f"https://h{host}.example/") for n, host in enumerate(hosts)]
    made = make_batches(sources, size=size)
    assert sorted(s.key for batch in made for s in batch) == sorted(s.key for s in sources)
    for host in set(hosts):
        held = [b for b in made if any(host_of(s.url) == f"h{host}.example" for s in b)]
        assert len(held) == 1
