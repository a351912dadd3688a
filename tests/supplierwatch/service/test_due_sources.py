"""Which sources share a batch, and which batches may be started. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from pkgutil import iter_modules

import crawler.kinds
from config.model import Source
from crawler.spider_base.spider_classes import spider_class
from supplierwatch.service.due_sources import SLOW_KINDS, DueSources, build_batches
from tests.support.crawls import a_source


def keys(batches: Sequence[Sequence[Source]]) -> list[list[str]]:
    return [[source.key for source in batch] for batch in batches]


def due(*sources: Source, suspects: Sequence[str] = (), slow: Sequence[str] = ()) -> DueSources:
    return DueSources(sources=sources, suspects=frozenset(suspects), slow=frozenset(slow))


def on_host(key: str) -> Source:
    return a_source(key, f"https://{key}.example/")


def test_the_kinds_that_wait_between_requests_are_known_as_slow() -> None:
    kinds = {module.name for module in iter_modules(crawler.kinds.__path__)}
    assert {kind for kind in kinds if spider_class(kind).min_delay} == SLOW_KINDS


def test_a_batch_of_other_sources_has_no_slow_one() -> None:
    found = due(*map(on_host, ("a", "slow", "b", "slower", "c")), slow=["slow", "slower"])
    assert keys(build_batches(found)) == [["a", "b", "c"], ["slow", "slower"]]


def test_the_batch_whose_source_has_waited_longest_is_first() -> None:
    found = due(*map(on_host, ("slow", "a", "b")), slow=["slow"])
    assert keys(build_batches(found)) == [["slow"], ["a", "b"]]


def test_batches_that_may_last_have_so_much_room() -> None:
    sources = map(on_host, ("slow", "suspect", "a", "slower"))
    found = due(*sources, suspects=["suspect"], slow=["slow", "slower"])
    every = [["slow"], ["suspect"], ["a"], ["slower"]]
    assert keys(build_batches(found, size=1)) == every
    assert keys(build_batches(found, size=1, slow_room=2)) == every[:3]
    assert keys(build_batches(found, size=1, slow_room=0)) == [["a"]]
    assert keys(build_batches(found, size=1, slow_room=-1)) == [["a"]]
