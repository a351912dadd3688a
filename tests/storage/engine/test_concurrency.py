"""Several processes and threads at work on one database: each thing is done once."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from storage.model import New, Role, TextState
from storage.store import Store, Unit, open_store
from storage.tables import desk_user
from tests.support.builders import (
    NOW,
    a_listed_article,
    a_match,
    a_message_to_send,
    a_source,
    a_subscription,
    a_watch_text,
    an_article,
)

LEASE = timedelta(hours=1)

# claims until there is nothing left, and prints what it got
CLAIMS = """
import sys
from datetime import UTC, datetime, timedelta
from storage.store import open_store

url, what, owner = sys.argv[1:]
now = datetime(2026, 11, 24, 7, tzinfo=UTC)
store = open_store(url, migrate=False)
print("ready", flush=True)
sys.stdin.readline()
while True:
    with store.transaction() as unit:
        if what == "outbox":
            message = unit.outbox.claim(now, owner=owner, lease=timedelta(hours=1))
            got = [] if message is None else [message.notification.delivery_key]
        elif what == "sources":
            states = unit.sources.claim_due(now, limit=3, owner=owner, lease=timedelta(hours=1))
            got = [state.key for state in states]
        else:
            got = [str(item_id) for item_id in unit.items.pending(now=now, limit=5)]
            for item_id in got:
                unit.mentions.record(int(item_id), (), matched_revision=1, audience={}, now=now)
    if not got:
        break
    print(*got, sep="\\n", flush=True)
store.close()
"""


def in_processes(url: str, what: str, workers: int = 3) -> list[list[str]]:
    """What each worker got, all let go at the same moment."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIMS, url, what, f"worker-{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(workers)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=120)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0] * workers
    return outputs


def all_at_once(*tasks: Callable[[], object]) -> None:
    """Run tasks in threads that begin together; what one raises is raised."""
    gate = threading.Barrier(len(tasks))
    raised: list[BaseException] = []

    def run(task: Callable[[], object]) -> None:
        gate.wait()
        try:
            task()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]


@pytest.mark.slow
def test_each_message_is_claimed_by_one_process(store: Store) -> None:
    with store.transaction() as unit:
        for number in range(90):
            unit.outbox.enqueue(a_message_to_send(f"m{number}"), NOW)

    claimed = Counter(key for output in in_processes(store.url, "outbox") for key in output)

    assert claimed == Counter(f"m{number}" for number in range(90))


@pytest.mark.slow
def test_each_source_is_claimed_by_one_process(store: Store) -> None:
    with store.transaction() as unit:
        unit.sources.declare([a_source(f"s{number}") for number in range(60)], NOW)

    claimed = Counter(key for output in in_processes(store.url, "sources") for key in output)

    assert claimed == Counter(f"s{number}" for number in range(60))


@pytest.mark.slow
def test_each_item_is_matched_by_one_process(store: Store) -> None:
    with store.transaction() as unit:
        ids = [unit.items.put(an_article(), now=NOW, baseline=False).item_id for _ in range(90)]

    matched = Counter(key for output in in_processes(store.url, "items") for key in output)

    assert matched == Counter(str(item_id) for item_id in ids)


def test_two_crawls_that_meet_the_same_articles_store_each_once(store: Store) -> None:
    articles = [an_article() for _ in range(40)]
    new: list[int] = []

    def crawl(source: str) -> None:
        for article in articles:
            with store.transaction() as unit:
                stored = unit.items.put(article, now=NOW, baseline=False)
            if stored.decision == New():
                new.append(stored.item_id)

    all_at_once(*(lambda: crawl("a") for _ in range(3)))

    assert len(new) == len(set(new)) == 40
    with store.reading() as unit:
        assert unit.items.count() == 40


def test_one_message_is_written_by_one_of_many(store: Store) -> None:
    wrote: list[bool] = []

    def write() -> None:
        with store.transaction() as unit:
            wrote.append(unit.outbox.enqueue(a_message_to_send("digest"), NOW))

    all_at_once(*(write for _ in range(4)))

    assert sorted(wrote) == [False, False, False, True]


def test_one_of_two_cuts_tells(store: Store) -> None:
    with store.transaction() as unit:
        unit.watches.declare([a_watch_text()], NOW - LEASE)
        [me] = unit.subscribers.declare([a_subscription()], NOW)
        for _ in range(5):
            item_id = unit.items.put(an_article(), now=NOW, baseline=False).item_id
            unit.mentions.record(
                item_id,
                [a_match(item_id)],
                matched_revision=1,
                audience={"halcyon": [me.subscriber_id]},
                now=NOW,
            )
    with store.reading() as unit:
        pending = unit.tellings.pending([me.subscriber_id])
    cuts: list[bool] = []

    def cut(key: str) -> None:
        with store.transaction() as unit:
            cuts.append(
                unit.tellings.cut(
                    [me.subscriber_id],
                    notification=a_message_to_send(key),
                    tellings=pending,
                    next_at={},
                    local_date={},
                    now=NOW,
                )
            )

    all_at_once(lambda: cut("one"), lambda: cut("two"), lambda: cut("three"))

    assert sorted(cuts) == [False, False, True]
    with store.reading() as unit:
        assert len(unit.outbox.list()) == 1
        assert unit.tellings.count_pending() == {}


def test_two_services_that_start_at_once_declare_the_same(store: Store) -> None:
    def declare() -> None:
        with store.transaction() as unit:
            unit.sources.declare([a_source(key) for key in "abc"], NOW)
            unit.watches.declare([a_watch_text(key) for key in "abc"], NOW)
            unit.subscribers.declare([a_subscription("daily", "a@x.example", "b@x.example")], NOW)
            unit.notices.raise_("started", "twice", NOW)

    all_at_once(*(declare for _ in range(4)))

    with store.reading() as unit:
        assert [state.key for state in unit.sources.all()] == ["a", "b", "c"]
        assert {v.version for v in unit.watches.current().values()} == {1}
        assert len(unit.subscribers.all()) == 2


def test_matching_and_absorbing_at_once_neither_lose_a_mention_nor_lock_up(store: Store) -> None:
    """Listed rows are absorbed by their pages while a matcher is at them."""
    known = [an_article() for _ in range(25)]
    listed = [a_listed_article() for _ in known]
    with store.transaction() as unit:
        unit.watches.declare([a_watch_text()], NOW - LEASE)
        for article in known:
            item_id = unit.items.put(article, now=NOW, baseline=False).item_id
            unit.mentions.record(item_id, (), matched_revision=1, audience={}, now=NOW)
        rows = [unit.items.put(article, now=NOW, baseline=False).item_id for article in listed]
    mentioned: set[int] = set()

    def match() -> None:
        for _ in range(60):
            with store.transaction() as unit:
                for item in unit.items.get_many(unit.items.pending(now=NOW, limit=4)):
                    found = a_match(item.item_id)
                    unit.mentions.record(
                        item.item_id, [found], matched_revision=1, audience={}, now=NOW
                    )
                    if item.text_state is TextState.LISTED:
                        mentioned.add(item.item_id)

    def crawl() -> None:
        for article, page, row in zip(known, listed, rows, strict=True):
            with store.transaction() as unit:
                text = replace(article, url=page.url, guid=page.guid)
                unit.items.put(text, now=NOW, baseline=False, expected=row)

    all_at_once(match, crawl)

    with store.reading() as unit:
        left = {item.item_id for item in unit.items.newest(limit=999)}
        assert mentioned <= left, "an item with a mention was deleted"
        absorbed = set(rows) - left
        assert not absorbed & mentioned
        assert len(left) == 50 - len(absorbed)


def test_an_exception_that_somebody_keeps_locks_no_later_transaction(sqlite_store: Store) -> None:
    """It keeps the query that was half read, and with it an old state of the database."""
    kept: list[Exception] = []
    for key in ("a", "b", "c"):
        with sqlite_store.transaction() as unit:
            unit.users.add(key, Role.READER, NOW)
    with sqlite_store.transaction() as unit:
        unit.users._db.execute(text("UPDATE desk_user SET role = 'rubbish' WHERE name = 'a'"))

    try:
        with sqlite_store.reading() as unit:
            _read_half(unit)
    except ValueError as error:
        kept.append(error)
    other = open_store(sqlite_store.url, migrate=False)
    with other.transaction() as unit:
        unit.users.add("d", Role.READER, NOW)
    other.close()
    with sqlite_store.transaction() as unit:
        unit.users.add("e", Role.READER, NOW)
    assert kept


def _read_half(unit: Unit) -> tuple[Role, ...]:
    found = unit.users._db.execute(select(desk_user).order_by(desk_user.c.name))
    return tuple(Role(row.role) for row in found)
