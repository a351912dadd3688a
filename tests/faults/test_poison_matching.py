"""Items that cannot be matched or indexed, and rows that are damaged, cost only themselves."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from alerts import matching
from alerts.dispatch import bounded_composition, welcome
from alerts.query import Document, compile_query
from alerts.search import index_filing as filing
from alerts.search.archive_search import SearchRequest, search_archive
from alerts.search.index_filing import index_pending
from alerts.time_limit import TimeLimit
from config.model import Cadence
from storage.store import Store
from supplierwatch.health.quarantine_mail import report_quarantined, retry_quarantined
from tests.faults.test_poison import (
    BRIEF,
    HOUR,
    MINUTE,
    OTHER,
    Poison,
    both,
    notices,
    poison_grouping,
    poison_matching,
    quarantined,
    raises,
    text_of,
    waiting,
)
from tests.support.clock import Clock
from tests.support.desk import READER, Desk, a_subscription

pytestmark = pytest.mark.one_database


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 24, 7, 0, tzinfo=UTC))


@pytest.fixture(autouse=True)
def _short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_composition, "LIMIT", BRIEF)
    monkeypatch.setattr(bounded_composition, "TRIAL_LIMIT", BRIEF)
    for module in (matching, filing, welcome):
        # 25 items take half a second on PostgreSQL where the machine is busy
        monkeypatch.setattr(module, "LIMIT", TimeLimit(processor=1.0, elapsed=300.0))


@both
@pytest.mark.parametrize("stage", [poison_matching, poison_grouping], ids=lambda s: s.__name__)
def test_an_item_that_cannot_be_matched_is_set_aside_after_three_tries(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch, stage: Any, poison: Poison
) -> None:
    desk = Desk(store, clock, a_subscription())
    for number in range(3):
        desk.publish(f"Halcyon {number}")
    desk.publish("Poison of Halcyon")
    for number in range(3, 30):
        desk.publish(f"Halcyon {number}")
    tries = 0

    def count() -> None:
        nonlocal tries
        tries += 1
        poison()

    with monkeypatch.context() as patch:
        stage(patch, count)
        assert desk.match() == 30, "all others are matched in the same pass"
        assert "item 4 cannot be matched" in notices(store)
        assert "https://ward-ledger.example/poison-of-halcyon" in notices(store)
        for pause in (1, 5, 15, 60, 600):
            clock.advance(pause * MINUTE)
            assert desk.match() == 0
    assert tries == 3
    assert quarantined(store) == {("match", "4"): True}
    with store.transaction() as unit:
        retry_quarantined(unit, clock(), "match", "4")
    assert desk.match() == 1
    assert quarantined(store) == {}
    assert notices(store) == ""
    desk.tell()
    assert waiting(store) == {}


def test_a_chunk_that_took_the_process_with_it_is_matched_one_by_one(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The process is gone."""

    def kill() -> None:
        raise Killed

    desk = Desk(store, clock, a_subscription())
    for title in ("Halcyon one", "Poison of Halcyon", "Halcyon two"):
        desk.publish(title)
    with monkeypatch.context() as patch:
        poison_matching(patch, kill)
        with pytest.raises(Killed):
            desk.match()
        assert quarantined(store) == {("match-chunk", "1-3"): False}
        desk.publish("Halcyon three")
        deaths = 0
        for _ in range(8):
            try:
                desk.match()
            except Killed:
                deaths += 1
            clock.advance(15 * MINUTE)
        assert deaths == 3
    assert quarantined(store) == {("match", "2"): True}
    desk.tell()
    said = " ".join(text_of(m) for m in desk.deliver())
    for title in ("Halcyon one", "Halcyon two", "Halcyon three"):
        assert title in said
    with store.transaction() as unit:
        retry_quarantined(unit, clock(), "match")
    assert desk.match() == 1


def test_a_new_text_of_an_item_that_was_set_aside_is_matched(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Poison of Halcyon", name="it")
    with monkeypatch.context() as patch:
        poison_matching(patch, raises)
        for pause in (0, 1, 5):
            clock.advance(pause * MINUTE)
            desk.match()
    assert quarantined(store) == {("match", "1"): True}
    clock.advance(HOUR)
    desk.publish("Halcyon, mended", name="it")

    assert desk.match() == 1
    assert quarantined(store) == {}


def test_an_item_that_cannot_be_matched_keeps_nobody_from_being_welcomed(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Poison of Halcyon", baseline=True)
    desk.poll()
    poison_matching(monkeypatch, raises)
    desk.match()

    assert desk.welcome() == 1


@both
def test_a_welcome_that_cannot_be_made_keeps_nobody_elses(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch, poison: Poison
) -> None:
    desk = Desk(store, clock, a_subscription(to=(READER, OTHER)))
    desk.poll()
    real = welcome.render_welcome

    def render_welcome(value: Any) -> Any:
        if value.recipient == READER:
            poison()
        return real(value)

    with monkeypatch.context() as patch:
        patch.setattr(welcome, "render_welcome", render_welcome)
        assert desk.welcome() == 1
        for pause in (1, 5, 15, 60):
            clock.advance(pause * MINUTE)
            assert desk.welcome() == 0
    assert quarantined(store) == {("welcome", READER): True}
    with store.transaction() as unit:
        retry_quarantined(unit, clock())
    assert desk.welcome() == 1


@both
def test_an_item_that_cannot_be_filed_is_found_all_the_same(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch, poison: Poison
) -> None:
    desk = Desk(store, clock, a_subscription())
    for title in ("Halcyon", "Poison", "Corvid"):
        desk.publish(title)
    real = filing.words_of

    def words_of(document: Document) -> str:
        if document.title == "Poison":
            poison()
        return real(document)

    monkeypatch.setattr(filing, "words_of", words_of)
    while index_pending(store):
        pass
    with store.reading() as unit:
        assert unit.fulltext.coverage().is_complete
    assert quarantined(store) == {("index", "2"): True}
    for word, item_id in (("poison", 2), ("corvid", 3)):
        looked = search_archive(
            store, compile_query(word), {}, SearchRequest(limit=9, seconds=300.0)
        )
        assert [hit.item.item_id for hit in looked.hits] == [item_id]


def test_the_operator_is_told_once_of_what_is_set_aside_and_how_to_try_it_again(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Poison of Halcyon")
    poison_matching(monkeypatch, raises)
    for pause in (0, 1, 5):
        clock.advance(pause * MINUTE)
        desk.match()
        sent = report_quarantined(store, desk.context, clock())
        assert sent == (pause == 5)
    assert report_quarantined(store, desk.context, clock()) == 0

    [message] = desk.deliver()
    assert message.notification.recipient == "it@trust.example"
    assert "item 1 cannot be matched" in message.notification.subject
    assert "supplierwatch quarantine retry match '1'" in text_of(message)


@pytest.mark.parametrize(
    "damage",
    [
        "authors = '{'",
        "pages = '[1]'",
        "text_state = 'rubbish'",
        "kind = 'rubbish'",
        "notice = '{\"buyers\": 3}'",
    ],
)
def test_an_item_whose_row_is_damaged_after_it_was_found_is_told_by_headline(
    store: Store, clock: Clock, damage: str
) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Broken Halcyon")
    desk.publish("Halcyon is well")
    desk.match()
    with store.transaction() as unit:
        unit.items._db.execute(text(f"UPDATE item SET {damage} WHERE id = 1"))

    [message] = desk.tick()

    said = text_of(message)
    assert "Broken Halcyon" in said
    assert "https://ward-ledger.example/broken-halcyon" in said
    assert "https://ward-ledger.example/halcyon-is-well" in said
    assert waiting(store) == {}
    assert "row 1 of the table item cannot be read" in notices(store)


@pytest.mark.parametrize("damage", ["authors = '{'", "kind = 'rubbish'"])
def test_an_item_whose_row_is_damaged_before_it_is_matched_is_set_aside(
    store: Store, clock: Clock, damage: str
) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Broken Halcyon")
    desk.publish("Halcyon is well")
    with store.transaction() as unit:
        unit.items._db.execute(text(f"UPDATE item SET {damage} WHERE id = 1"))

    assert [m.notification.subject for m in desk.tick()] == ["Halcyon Health: Halcyon is well"]
    for pause in (1, 5, 15):
        desk.tick(pause * MINUTE)
    assert quarantined(store) == {("match", "1"): True}
    assert "item 1 cannot be matched" in notices(store)


SQLITE_DAMAGE = [
    ("item", "first_seen_at = 'rubbish'"),
    ("item", "title = CAST(x'ff' AS TEXT)"),
    ("item", "body = x'ff00'"),
    ("item", "revision = 'many'"),
    ("item", "asides = '['"),
    ("carrier", "first_seen_at = 'x'"),
    ("mention", "spans = '['"),
    ("mention", "revision = 'many'"),
    ("mention", "created_at = 'x'"),
    ("pending_telling", "created_at = 'x'"),
    ("subscriber", "next_at = 'x'"),
    ("subscriber", "last_cut_at = 'x'"),
    ("subscriber", "last_cut_date = 'x'"),
    ("subscriber", "activated_at = 'x'"),
    ("watch_version", "active_since = 'x'"),
    ("event_report", "features = '['"),
    ("event_report", "event_id = 'x'"),
]


@pytest.mark.parametrize("subject", ["many", "9" * 30, "9" * 5000, "\u00b2"], ids=range(4))
@pytest.mark.parametrize("set_aside", [True, False], ids=["set-aside", "waiting"])
def test_failed_work_on_no_item_keeps_no_item_from_being_matched(
    sqlite_store: Store, clock: Clock, subject: str, set_aside: bool
) -> None:
    desk = Desk(sqlite_store, clock, a_subscription())
    with sqlite_store.transaction() as unit:
        unit.quarantine.suspect("match", "1", clock())
        changes = {"subject": subject, "at": "2026-11-23 07:00:00.000000" if set_aside else None}
        unit.items._db.execute(
            text("UPDATE quarantine SET subject = :subject, quarantined_at = :at"), changes
        )
    for number in range(3):
        desk.publish(f"Halcyon {number}")
        assert desk.match() == 1
        clock.advance(HOUR)
    assert all(quarantined(sqlite_store).values()), "it is tried three times"


@pytest.mark.parametrize("item_id", ["99", "9223372036854775807"])
def test_marks_of_items_that_do_not_exist_are_deleted_and_the_pass_ends(
    sqlite_store: Store, clock: Clock, item_id: str
) -> None:
    desk = Desk(sqlite_store, clock, a_subscription())
    desk.publish("Halcyon goes on")
    path = sqlite_store.url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as database, database:  # without foreign keys
        database.execute(f"INSERT INTO pending_match VALUES ({item_id}, '2026-11-23 07:00:00')")
        database.execute(f"INSERT INTO pending_index VALUES ({item_id})")
    assert desk.match() == 1
    while index_pending(sqlite_store):
        assert [*quarantined(sqlite_store)] == []
    with closing(sqlite3.connect(path)) as database:
        for table in ("pending_match", "pending_index"):
            assert database.execute(f"SELECT * FROM {table}").fetchall() == []


@pytest.mark.parametrize(("table", "damage"), SQLITE_DAMAGE, ids=lambda value: str(value)[:24])
def test_a_damaged_row_keeps_nothing_from_anybody(
    sqlite_store: Store, clock: Clock, table: str, damage: str
) -> None:
    """SQLite keeps what is written into a column, whatever its type; the service starts anew."""
    daily = Cadence(kind="daily", at=datetime(2026, 1, 1, 7, 30, tzinfo=UTC).time(), text="daily")
    subscriptions = (a_subscription("now", to=(READER, OTHER)), a_subscription("daily", daily))
    desk = Desk(sqlite_store, clock, *subscriptions)
    desk.tick()
    desk.publish("Broken Halcyon")
    desk.publish("Halcyon is well")
    desk.match()
    with sqlite_store.transaction() as unit:
        changed = unit.items._db.execute(text(f"UPDATE {table} SET {damage} WHERE rowid = 1"))
    assert changed.rowcount == 1

    desk = Desk(sqlite_store, clock, *subscriptions)
    arrived = desk.tick()
    desk.publish("Halcyon goes on")
    arrived += desk.tick(HOUR)

    assert waiting(sqlite_store) == {}
    for person in (READER, OTHER):
        own = " ".join(text_of(m) for m in arrived if m.notification.recipient == person)
        for title in ("broken-halcyon", "halcyon-is-well", "halcyon-goes-on"):
            assert f"https://ward-ledger.example/{title}" in own
