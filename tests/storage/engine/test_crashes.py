"""Killed in the middle, or failed at any statement: all of a unit is there, or nothing of it."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from storage.engine.backup import verify
from storage.errors import DatabaseUnusable
from storage.model import TextState
from storage.store import Store, Unit
from storage.tables import item, mention, outbox, pending_match, pending_telling, told
from tests import ROOT
from tests.support.builders import (
    NOW,
    a_listed_article,
    a_match,
    a_message_to_send,
    a_subscription,
    a_watch_text,
    an_article,
)
from tests.support.services import eventually
from tests.support.sizes import size

KILLS = size(12, 4)

WRITES = """
import sys
from datetime import UTC, datetime
from itertools import count
from storage.store import open_store
from tests.support.builders import a_match, a_message_to_send, an_article

url, first = sys.argv[1], int(sys.argv[2])
now = datetime(2026, 11, 24, 7, tzinfo=UTC)
store = open_store(url, migrate=False)
print("ready", flush=True)
for number in count(first):
    with store.transaction() as unit:
        for part in range(3):
            url = f"https://ward-ledger.example/{number}-{part}"
            words = " ".join(f"w{number}p{part}n{n}" for n in range(80))
            article = an_article(url=url, guid=url, title=url, summary=words, body=words)
            unit.items.put(article, now=now, baseline=False)
    with store.transaction() as unit:
        me = [s.subscriber_id for s in unit.subscribers.all()]
        for found in unit.items.get_many(unit.items.pending(now=now, limit=3)):
            unit.mentions.record(
                found.item_id,
                [a_match(found.item_id)],
                matched_revision=1,
                audience={"halcyon": me},
                now=now,
            )
    with store.transaction() as unit:
        unit.tellings.cut(
            me,
            notification=a_message_to_send(f"m{number}"),
            tellings=unit.tellings.pending(me),
            next_at={},
            local_date={},
            now=now,
        )
"""


def numbers(unit: Unit) -> dict[str, int]:
    db = unit.items._db
    tables = (item, mention, outbox, pending_match, pending_telling, told)
    return {
        table.name: int(db.scalar(select(func.count()).select_from(table)) or 0) for table in tables
    }


def assert_whole(unit: Unit) -> None:
    """Each item waits to be matched or is; each mention waits to be told or is, by a message."""
    db = unit.items._db
    marked = set(db.scalars(select(pending_match.c.item_id)))
    mentioned = set(db.scalars(select(mention.c.item_id)))
    assert marked | mentioned == set(db.scalars(select(item.c.id)))
    assert not marked & mentioned
    waiting = set(db.scalars(select(pending_telling.c.mention_id)))
    is_told = list(db.scalars(select(told.c.mention_id)))
    assert waiting | set(is_told) == set(db.scalars(select(mention.c.id)))
    assert not waiting & set(is_told)
    assert len(is_told) == len(set(is_told))
    messages = set(db.scalars(select(outbox.c.id)))
    assert set(db.scalars(select(told.c.outbox_id))) <= messages


def prepare(store: Store) -> int:
    with store.transaction() as unit:
        unit.watches.declare([a_watch_text()], NOW)
        [me] = unit.subscribers.declare([a_subscription()], NOW)
    return me.subscriber_id


def items_in(store: Store) -> int:
    with store.reading() as unit:
        return numbers(unit)["item"]


@pytest.mark.slow
@pytest.mark.sized
def test_a_writer_that_is_killed_leaves_whole_units(store: Store) -> None:
    prepare(store)
    chance = random.Random(20261124)
    seen = 0
    for round_ in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", WRITES, store.url, str(round_ * 1_000_000)],
            stdout=subprocess.PIPE,
            cwd=ROOT,
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
            if round_ % 2:  # not before something was written, however busy the machine is
                assert eventually(lambda: items_in(store) > seen)  # noqa: B023 - called at once
            time.sleep(chance.uniform(0.0, 0.12))
            writer.kill()
        with store.reading() as unit:
            counted = numbers(unit)
            assert counted["item"] % 3 == 0
            assert_whole(unit)
            assert counted["item"] >= seen
            seen = counted["item"]
    assert seen > KILLS
    if store.url.startswith("sqlite"):
        verify(Path(store.url.removeprefix("sqlite:///")))


@contextmanager
def failing(store: Store, at: int) -> Iterator[None]:
    """The n-th statement from here on fails."""
    left = at

    def fail(*said: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise OperationalError("no more", {}, Exception("the disk is gone"))

    event.listen(store._engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(store._engine, "before_cursor_execute", fail)


LISTED = a_listed_article()
KNOWN = an_article()


def put_page(unit: Unit, me: int) -> None:
    row = unit.items.find_url(str(LISTED.url))
    assert row is not None
    page = replace(an_article(), url=LISTED.url, guid=LISTED.guid)
    unit.items.put(page, now=NOW, baseline=False, expected=row.item_id)


def absorb(unit: Unit, me: int) -> None:
    row = unit.items.find_url(str(LISTED.url))
    assert row is not None
    page = replace(KNOWN, url=LISTED.url, guid=LISTED.guid)
    unit.items.put(page, now=NOW, baseline=False, expected=row.item_id)


def match(unit: Unit, me: int) -> None:
    for found in unit.items.get_many(unit.items.pending(now=NOW, limit=9)):
        unit.mentions.record(
            found.item_id,
            [a_match(found.item_id)],
            matched_revision=1,
            audience={"halcyon": [me]},
            now=NOW,
        )


def tell(unit: Unit, me: int) -> None:
    unit.tellings.cut(
        [me],
        notification=a_message_to_send(),
        tellings=unit.tellings.pending([me]),
        next_at={},
        local_date={},
        now=NOW,
    )


@pytest.mark.parametrize(
    "work", [put_page, absorb, match, tell], ids=lambda work: work.__name__.replace("_", " ")
)
def test_whatever_statement_fails_nothing_has_changed(
    work: Callable[[Unit, int], None], store: Store
) -> None:
    me = prepare(store)
    with store.transaction() as unit:
        unit.items.put(KNOWN, now=NOW, baseline=False)
        if work is tell:
            match(unit, me)
        unit.items.put(LISTED, now=NOW, baseline=False)
    with store.reading() as unit:
        before = numbers(unit)
        text_before = unit.items.newest(limit=9)
    fails_at, finished = 0, False
    while not finished:
        fails_at += 1
        assert fails_at < 300
        try:
            with failing(store, fails_at), store.transaction() as unit:
                work(unit, me)
            finished = True
        except DatabaseUnusable:
            with store.reading() as unit:
                assert numbers(unit) == before, f"after failing at statement {fails_at}"
                assert unit.items.newest(limit=9) == text_before
        assert store.connections_in_use() == 0

    assert fails_at > 3
    with store.reading() as unit:
        assert_whole(unit)
        assert (numbers(unit), unit.items.newest(limit=9)) != (before, text_before)


def test_a_listing_whose_crawl_died_is_matched_by_its_title_in_the_end(store: Store) -> None:
    with store.transaction() as unit:
        unit.items.put(
            LISTED,
            now=NOW,
            baseline=False,
            ready_at=NOW + timedelta(minutes=10),
            page_due_at=NOW,
        )

    with store.reading() as unit:
        assert unit.items.pending(now=NOW, limit=9) == ()
        [found] = unit.items.get_many(unit.items.pending(now=NOW + timedelta(minutes=10), limit=9))
        assert found.text_state is TextState.LISTED
        assert len(unit.pages.due(LISTED.source_key, now=NOW, limit=9)) == 1
