"""Questions that are asked all the time are answered from an index, however large the archive."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from storage.store import Store, Unit, open_store
from storage.text_index.full_text_query import Word
from tests.support.builders import (
    NOW,
    a_listed_article,
    a_match,
    a_message_to_send,
    a_subscription,
    a_watch_text,
    an_article,
    an_entry,
)

ARTICLE = an_article()
# read whole: as many rows as there are sources, subscribers or stopped channels; what people muted
# or put into briefings, and what a part of a query gave; what was stored in the last seconds; the
# first items with the same words; and what is not read whole at all: the rows of a full-text index
# for some words
SMALL = (
    *("SCAN source", "SCAN subscriber", "SCAN pause", "SCAN watch_version"),
    *("SCAN desk_mute", "SCAN briefing_entry", "SCAN anon_"),
    *("SCAN index_state", "SCAN pending_index", "SCAN first_with_"),
    *("SCAN item_words VIRTUAL TABLE INDEX 192:", "SCAN item_words VIRTUAL TABLE INDEX 32:M"),
)
LEASE = timedelta(minutes=5)

QUESTIONS: dict[str, Callable[[Unit], Any]] = {
    "put": lambda unit: unit.items.put(ARTICLE, now=NOW, baseline=False),
    "put a page": lambda unit: unit.items.put(ARTICLE, now=NOW, baseline=False, expected=3),
    "known_entries": lambda unit: unit.items.known_entries("ward-ledger", [an_entry()]),
    "pages_due": lambda unit: unit.pages.due("ward-ledger", now=NOW, limit=50),
    "page_failed": lambda unit: unit.pages.record_failure(
        3, reason="http-403", now=NOW, retry_at=None
    ),
    "pending items": lambda unit: unit.items.pending(now=NOW, limit=20),
    "newest": lambda unit: unit.items.newest(limit=20, before=(NOW, 9), since=NOW - LEASE),
    "find_url": lambda unit: unit.items.find_url(str(ARTICLE.url)),
    "find_guid": lambda unit: unit.items.find_guid("ward-ledger", "x"),
    "claim sources": lambda unit: unit.sources.claim_due(NOW, limit=5, owner="r", lease=LEASE),
    "record": lambda unit: unit.mentions.record(
        3, [a_match(3)], matched_revision=1, audience={"halcyon": [1]}, now=NOW
    ),
    "judgements kept": lambda unit: unit.judgements.kept("halcyon", 100),
    "judgements unwanted": lambda unit: unit.judgements.unwanted("halcyon", NOW, 100),
    "muted sources": lambda unit: unit.judgements.muted_sources("halcyon", NOW),
    "pending tellings": lambda unit: unit.tellings.pending([1]),
    "told_to": lambda unit: unit.tellings.told_to(1),
    "cut": lambda unit: unit.tellings.cut(
        [1],
        notification=a_message_to_send(),
        tellings=unit.tellings.pending([1]),
        next_at={},
        local_date={},
        now=NOW,
    ),
    "claim a message": lambda unit: unit.outbox.claim(NOW, owner="w", lease=LEASE),
    "items in a span": lambda unit: unit.items.count(since=NOW - LEASE, until=NOW),
    "coverage": lambda unit: unit.coverage(NOW - LEASE, NOW),
    "candidates": lambda unit: unit.fulltext.candidates(Word("nhs"), limit=20, before=30),
    "best candidates": lambda unit: unit.fulltext.rank(Word("nhs"), limit=20),
    "index coverage": lambda unit: unit.fulltext.coverage(),
    "index": lambda unit: unit.fulltext.put(
        unit.fulltext.next_batch(5), [(number, "nhs") for number in range(30, 35)]
    ),
    "items since": lambda unit: unit.fulltext.lowest_since(NOW - LEASE),
    "source keys": lambda unit: unit.fulltext.source_keys(),
    "mentions in a span": lambda unit: unit.mentions.count("halcyon", NOW - LEASE, NOW),
}


@pytest.fixture(scope="module")
def filled_file(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("filled") / "watch.db"
    shutil.copyfile(migrated_sqlite, file)
    with (
        closing(open_store(f"sqlite:///{file}", migrate=False)) as store,
        store.transaction() as unit,
    ):
        unit.watches.declare([a_watch_text()], NOW - LEASE)
        unit.subscribers.declare([a_subscription()], NOW)
        for number in range(40):
            article = a_listed_article() if number % 2 else an_article()
            item_id = unit.items.put(article, now=NOW, baseline=False, page_due_at=NOW).item_id
            if number > 5:
                unit.mentions.record(
                    item_id,
                    [a_match(item_id)],
                    matched_revision=1,
                    audience={"halcyon": [1]},
                    now=NOW,
                )
            unit.outbox.enqueue(a_message_to_send(f"old:{number}"), NOW)
    return file


@pytest.fixture
def filled(filled_file: Path, tmp_path: Path, opened: Callable[[str], Store]) -> Store:
    file = tmp_path / "watch.db"
    shutil.copyfile(filled_file, file)
    return opened(f"sqlite:///{file}")


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_table_is_read_whole(name: str, filled: Store) -> None:
    asked: list[tuple[str, Any]] = []

    def remember(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    with filled.transaction() as unit:
        event.listen(unit.items._db, "before_cursor_execute", remember)
        QUESTIONS[name](unit)
        event.remove(unit.items._db, "before_cursor_execute", remember)
        plans = {
            statement: [
                row[3]
                for row in unit.items._db.exec_driver_sql(
                    f"EXPLAIN QUERY PLAN {statement}",
                    tuple(parameters[0] if isinstance(parameters, list) else parameters),
                )
            ]
            for statement, parameters in asked
        }

    assert asked
    for statement, steps in plans.items():
        whole = [step for step in steps if step.startswith("SCAN") and not step.startswith(SMALL)]
        assert not whole, f"{statement}\n{steps}"
