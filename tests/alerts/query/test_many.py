"""Thousands of watches over many items: the cost grows with the items, hardly with the watches."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random

import pytest

from alerts.query import Document, WatchIndex, compile_query

pytestmark = pytest.mark.slow
SEED = 20261124
WORDS = [f"word{number}" for number in range(4_000)]


def watches(count: int) -> WatchIndex:
    random = Random(SEED)
    texts = [
        f'"firm{number} {random.choice(WORDS)}" OR (name{number} AND {random.choice(WORDS)})'
        for number in range(count)
    ]
    return WatchIndex({str(at): compile_query(each) for at, each in enumerate(texts)})


def documents(count: int) -> list[Document]:
    random = Random(SEED + 1)
    return [
        Document(title=f"Title {at}", body=" ".join(random.choices(WORDS, k=200)))
        for at in range(count)
    ]


def cost(work: Callable[[], None]) -> float:
    """The processor time of this thread, the least of three."""
    spent = []
    for _ in range(3):
        began = time.thread_time()
        work()
        spent.append(time.thread_time() - began)
    return min(spent)


def match_all(index: WatchIndex, items: list[Document]) -> Callable[[], None]:
    def work() -> None:
        for item in items:
            index.match(item)

    return work


@pytest.mark.long
def test_five_thousand_watches_cost_little_more_than_half_as_many() -> None:
    items = documents(40)
    few, many = watches(2_500), watches(5_000)

    assert cost(match_all(many, items)) < 1.7 * cost(match_all(few, items))


def test_twice_the_items_cost_twice_as_much() -> None:
    index, items = watches(5_000), documents(100)

    assert cost(match_all(index, items)) < 2.6 * cost(match_all(index, items[:50]))


def test_a_watch_is_cheaper_among_others_than_alone() -> None:
    """The peer: the same queries, each asked by itself, as if there were no index."""
    items = documents(1)
    index = watches(5_000)
    alone = list(index._compiled)

    def one_by_one() -> None:
        for item in items:
            for query in alone:
                query.matches(item)

    assert cost(match_all(index, items)) < 0.05 * cost(one_by_one)
