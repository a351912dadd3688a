"""Measures what storing an article takes, in processor time: listed, with its page, and alone.

`python -m bench.storing` stores generated articles of about 450 words in a SQLite file: as the
entries of a listing (100 a transaction), then with the text of their pages (those that are read
together in one transaction), and into another file each in a transaction of its own. The least of
three rounds is printed.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Sequence

from crawler.polling.page_reader import PAGES_TO_COMPARE
from storage.model import Article, TextState
from storage.rules.identity import content_hash
from storage.store import Store, open_store
from tests.support.builders import NOW, a_source, an_article

WORDS = [f"word{number}" for number in range(300)]
LISTED_AT_ONCE = 100


def make_article(number: int, *, full: bool) -> Article:
    """Make an article as listed, or with its text."""
    title = f"Trust {number} reviews its records again"
    body = " ".join(random.Random(number).choices(WORDS, k=450)) if full else ""
    return an_article(
        guid=f"g{number}",
        url=f"https://ward-ledger.example/{number}.html",
        title=title,
        body=body,
        text_state=TextState.FULL if full else TextState.LISTED,
        content_hash=content_hash(title, body),
    )


def put(store: Store, articles: Sequence[Article], expected: Sequence[int | None]) -> list[int]:
    """Store articles in one transaction; return their ids."""
    with (
        store.transaction() as unit,
        unit.items.batch(expected=[each for each in expected if each is not None]),
    ):
        return [
            unit.items.put(article, now=NOW, baseline=False, expected=item_id).item_id
            for article, item_id in zip(articles, expected, strict=True)
        ]


def measure(items: int) -> dict[str, float]:
    """Return the processor milliseconds an item of each way of storing."""
    listed = [make_article(number, full=False) for number in range(items)]
    full = [make_article(number, full=True) for number in range(items)]
    ids: list[int] = []

    def store_listed(store: Store) -> None:
        for at in range(0, items, LISTED_AT_ONCE):
            part = listed[at : at + LISTED_AT_ONCE]
            ids.extend(put(store, part, [None] * len(part)))

    def store_pages(store: Store) -> None:
        for at in range(0, items, PAGES_TO_COMPARE):
            end = at + PAGES_TO_COMPARE
            put(store, full[at:end], ids[at:end])

    def store_alone(store: Store) -> None:
        for article in full:
            put(store, [article], [None])

    with tempfile.TemporaryDirectory() as folder:
        found = {}
        for name, ways in (
            ("together", {"listed": store_listed, "page": store_pages}),
            ("alone", {"alone": store_alone}),
        ):
            store = open_store(f"sqlite:///{folder}/{name}.db")
            with store.transaction() as unit:
                unit.sources.declare([a_source()], NOW)
            for way, work in ways.items():
                found[way] = 1000 * timed(lambda work=work, store=store: work(store)) / items
            store.close()
        return found


def timed(work: Callable[[], object]) -> float:
    """Return the processor seconds that `work` takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Print the figures."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--items", type=int, default=200)
    items = ask.parse_args().items
    rounds = [measure(items) for _ in range(3)]
    for way in rounds[0]:
        print(f"{way:<8}{min(each[way] for each in rounds):6.2f} ms an item")


if __name__ == "__main__":
    main()
