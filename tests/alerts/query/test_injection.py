"""Queries that a database or an index would read as more than words (S-19), on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect

from alerts.query import Document, compile_query
from alerts.query.index.archive_words import words_of
from alerts.query.model.query_errors import QueryError
from alerts.search.archive_search import Order, SearchRequest, search_archive
from storage.store import Store
from tests.support.builders import NOW, a_match, a_source, a_watch_text, an_article

HOSTILE = {
    "near": '" OR 1 NEAR(',
    "star": "*",
    "nul": "halcyon\x00trust",
    "quote": "halcyon' OR '1'='1",
    "double-quote": 'halcyon" OR "1"="1',
    "backslash": "halcyon\\",
    "backslash-quote": "halcyon\\' OR 1=1 --",
    "comment": "halcyon -- trust",
    "block-comment": "halcyon /* trust */",
    "statement": "halcyon'; DROP TABLE item; --",
    "smart-quotes": "“halcyon” OR ‘1’=‘1’",
    "full-width-quotes": "＂halcyon＂ OR ＇1＇",
    "modifier-apostrophe": "halcyonʼ OR ʼ1",
    "like": "hal%yon _rust",
    "tsquery-and": "halcyon & trust",
    "tsquery-or": "halcyon | trust",
    "tsquery-not": "!halcyon",
    "tsquery-row": "halcyon <-> trust",
    "tsquery-prefix": "halc:*",
    "tsquery-weight": "halcyon:AB",
    "fts-column": "words : halcyon",
    "fts-columns": "{words} : halcyon",
    "fts-minus-column": "-words : halcyon",
    "fts-start": "^halcyon",
    "fts-plus": "halcyon + trust",
    "fts-near": "NEAR(halcyon trust, 2)",
    "bracket": "((((((((halcyon",
    "bind": ":text_query",
    "bind-question-mark": "? halcyon",
    "percent-s": "%s %(text_query)s halcyon",
    "dollar": "$1 halcyon $$ trust $$",
    "everything-word": "_all",
    "label": "_site:ward-ledger.example",
    "surrogate": "hal\ud800cyon",
    "unicode-blanks": "halcyon\u2028trust\u00a0x",
    "line-breaks": "halcyon\r\n\ntrust",
    "ten-thousand": " OR ".join(f"term{number}" for number in range(10_000)),
    "ten-thousand-quotes": "'" * 10_000,
    "ten-thousand-stars": "hal* " * 10_000,
}
TEXTS = (
    "Halcyon and the trust",
    "nothing of it at all",
    "trust alone here",
    *(f"{text[:200]} beside halcyon" for text in HOSTILE.values()),
)
QUERIES = [
    *HOSTILE.values(),
    *(f'"{text}"' for text in HOSTILE.values()),
    *(f'{field}:"{text}"' for text in list(HOSTILE.values())[:28] for field in ("source", "url")),
    *(f'raw:"{text}"' for text in list(HOSTILE.values())[:28]),
    *(f"halcyon AND {text}" for text in HOSTILE.values()),
]


def storable(text: str) -> str:
    """A text as the pipeline stores it: no NUL, no half characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


@pytest.fixture
def archive(store: Store) -> Store:
    """An item for each text, all of them in the index."""
    for number, text in enumerate(TEXTS):
        said = storable(text)
        article = an_article(
            source_key=f"outlet-{number}",
            url=f"https://outlet.example/{number}",
            title=said,
            summary="",
            body=f"{said} n{number}",
        )
        with store.transaction() as unit:
            unit.items.put(article, now=NOW, baseline=False)
    with store.transaction() as unit:
        batch = unit.fulltext.next_batch(1000)
        items = unit.items.get_many(batch.items)
        unit.fulltext.put(
            batch,
            [
                (one.item_id, words_of(Document.of(one, source_name=one.source_key)))
                for one in items
            ],
        )
    return store


@pytest.mark.slow
def test_a_query_finds_what_the_matcher_finds_and_breaks_nothing(archive: Store) -> None:
    names = {f"outlet-{number}": f"Outlet {text[:40]}" for number, text in enumerate(TEXTS)}
    with archive.reading() as unit:
        everything = unit.items.newest(limit=1000)
    tables = sorted(inspect(archive._engine).get_table_names())
    understood = 0
    for text in QUERIES:
        try:
            query = compile_query(text)
        except QueryError:
            continue  # refused by name; the tests of errors say how
        understood += 1
        meant = {
            item.item_id
            for item in everything
            if query.matches(Document.of(item, source_name=names[item.source_key]))
        }
        orders: tuple[Order, ...] = ("date", "relevance")
        for order in orders:
            looked = search_archive(
                archive, query, names, SearchRequest(limit=1000, seconds=600, order=order)
            )
            assert {hit.item.item_id for hit in looked.hits} == meant, text[:80]
    assert understood > 60
    assert sorted(inspect(archive._engine).get_table_names()) == tables
    with archive.reading() as unit:
        assert unit.items.newest(limit=1000) == everything


@pytest.mark.slow
def test_keys_and_identifiers_are_values_wherever_they_are_asked_for(store: Store) -> None:
    """Source keys, watch keys, identifiers and addresses come back as they went in."""
    keys = [storable(text)[:200] for text in HOSTILE.values()]
    made = {}
    for number, key in enumerate(keys):
        url = f"https://outlet.example/{number}?{key[:60]}"
        with store.transaction() as unit:
            unit.sources.declare([a_source(key)], NOW)
            put = unit.items.put(
                an_article(source_key=key, guid=f"{key}{number}", url=url), now=NOW, baseline=False
            )
            unit.watches.declare([a_watch_text(key, "halcyon")], NOW)
            unit.mentions.record(
                put.item_id,
                [a_match(put.item_id, key)],
                matched_revision=1,
                audience={},
                now=NOW,
            )
            made[key] = (number, url, put.item_id)
    with store.reading() as unit:
        assert unit.items.count() == len(keys)
        for key, (number, url, item_id) in made.items():
            assert unit.sources.get(key) is not None
            for found in (unit.items.find_url(url), unit.items.find_guid(key, f"{key}{number}")):
                assert found is not None
                assert (found.item_id, found.source_key) == (item_id, key)
            assert [one.item_id for _, one in unit.mentions.newest([key], 10)] == [item_id]
            assert unit.watches.versions(key)
        for wide in ("' OR '1'='1", "%", "_", "*", "\\", '"'):
            if wide not in keys:
                assert unit.mentions.newest([wide], 10) == ()
                assert unit.items.find_url(wide) is None
