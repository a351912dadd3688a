"""Storage that fails while messages are cut and sent: each call, a full disk, locks, bad rows."""

from __future__ import annotations

import errno
import itertools
import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from alerts.channels import files
from alerts.channels.base import Channel
from alerts.channels.files import FileChannel
from alerts.dispatch.delivery import deliver_due
from storage.errors import StorageError
from storage.model import OutboxMessage, Receipt
from storage.store import Store
from tests.support.clock import Clock
from tests.support.desk import Desk, a_subscription
from tests.support.outgoing import a_notification, assert_mail_is_clean
from tests.support.sizes import size

HOUR = timedelta(hours=1)
FAILURES = (StorageError, OSError)


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 24, 7, 0, tzinfo=UTC))


def round_of(desk: Desk, channel: Channel | None = None) -> None:
    """What the workers of the service do, once."""
    desk.match()
    desk.tell()
    desk.deliver_by(channel or desk.inbox)


@pytest.mark.sized
def test_every_statement_that_fails_once_loses_nothing_and_tells_nothing_twice(
    store: Store, clock: Clock
) -> None:
    """The n-th statement fails, for every n until a round has no n-th (RELIABILITY 6, row 41)."""
    desk = Desk(store, clock, a_subscription("alerts"))
    engine = store._engine
    calls, fails_at = 0, 0

    def before(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal calls
        if statement.lstrip().startswith("PRAGMA"):
            return
        calls += 1
        if calls == fails_at:
            raise OperationalError(statement, {}, Exception("disk I/O error"))

    event.listen(engine, "before_cursor_execute", before)
    tried = 0
    for turn, nth in enumerate(itertools.count(1, size(1, 6)), 1):
        fails_at = 0
        desk.publish(f"Halcyon reports {nth}")
        calls, fails_at = 0, nth
        failed = False
        for _ in range(3):
            with suppress(*FAILURES):
                round_of(desk)
            failed |= calls >= nth
        fails_at = 0
        # a lease of what failed between sending and recording runs out
        for _ in range(3):
            clock.advance(HOUR)
            round_of(desk)
        subjects = [m.notification.message_id for m in desk.inbox.messages]
        assert len(set(subjects)) == turn, f"call {nth}: a story is told by one message"
        tried = nth
        if not failed:
            break
    event.remove(engine, "before_cursor_execute", before)
    doubled = len(desk.inbox.messages) - len({m.row_id for m in desk.inbox.messages})
    print(f"{tried} statements failed in turn, {doubled} messages doubled")
    assert tried > 20
    # what became of a message that could not be written down is kept until it can
    assert doubled == 0
    with store.reading() as unit:
        assert unit.tellings.count_pending() == {}
        assert set(unit.outbox.counts()) == {"sent"}


@pytest.mark.parametrize("name", ["open", "fsync", "replace", "mkdir"])
def test_every_call_of_the_file_system_that_fails_loses_no_mail(
    sqlite_store: Store,
    clock: Clock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    desk = Desk(sqlite_store, clock, a_subscription("alerts"))
    channel = FileChannel(tmp_path / "mail")
    real: Callable[..., object] = {
        "open": Path.open,
        "fsync": os.fsync,
        "replace": Path.replace,
        "mkdir": Path.mkdir,
    }[name]
    for nth in itertools.count(1):
        calls = 0

        def failing(*args: object, nth: int = nth, **more: object) -> object:
            nonlocal calls
            calls += 1
            if calls == nth:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*args, **more)

        desk.publish(f"Halcyon reports {nth}")
        with monkeypatch.context() as patch:
            target = files.os if name == "fsync" else Path
            patch.setattr(target, name, failing)
            round_of(desk, channel)
        failed = calls >= nth
        clock.advance(HOUR)
        round_of(desk, channel)
        written = sorted((tmp_path / "mail").glob("*.eml"))
        assert len(written) == nth
        for path in written:
            assert_mail_is_clean(path.read_bytes())
        assert list((tmp_path / "mail").glob(".*.tmp")) == []
        if not failed:
            break
    assert nth > 1


def test_a_full_disk_tells_nothing_that_it_could_not_write_down_and_heals(
    sqlite_store: Store, clock: Clock
) -> None:
    desk = Desk(sqlite_store, clock, a_subscription("alerts"))
    desk.publish("Halcyon wins")
    desk.match()
    limit: list[int] = []

    def lately_opened(dbapi: sqlite3.Connection, *_: object) -> None:
        if limit:
            dbapi.execute(f"PRAGMA max_page_count={limit[0]}")

    engine = sqlite_store._engine
    event.listen(engine, "checkout", lately_opened)
    with closing(sqlite3.connect(str(engine.url.database))) as plain:
        pages = plain.execute("PRAGMA page_count").fetchone()[0]
    limit.append(pages)
    failed: list[str] = []
    for _ in range(40):
        try:
            desk.tell()
            desk.deliver()
            desk.publish(f"Halcyon says more {len(failed)} {'x' * 4000}")
            desk.match()
        except StorageError as error:
            failed.append(str(error))
    assert failed, "the disk was full"
    assert all("full" in each for each in failed)
    limit[0] = 1_000_000
    desk.match()
    desk.tick(HOUR)
    desk.tick(HOUR)
    event.remove(engine, "checkout", lately_opened)
    with sqlite_store.reading() as unit:
        assert unit.tellings.count_pending() == {}
        assert set(unit.outbox.counts()) == {"sent"}
        items = unit.items.count()
    ids = [m.notification.message_id for m in desk.inbox.messages]
    assert len(ids) == len(set(ids)), "nothing is told twice"
    told = "".join(m.notification.raw.decode() for m in desk.inbox.messages)
    assert "Halcyon wins" in told.replace("=\r\n", "")
    assert items >= 1


def test_a_database_that_somebody_locks_is_waited_for(sqlite_store: Store, clock: Clock) -> None:
    desk = Desk(sqlite_store, clock, a_subscription("alerts"))
    desk.publish("Halcyon wins")
    desk.match()
    locked, done = threading.Event(), threading.Event()

    def outsider() -> None:
        with closing(sqlite3.connect(str(sqlite_store._engine.url.database))) as other:
            other.execute("BEGIN EXCLUSIVE")
            locked.set()
            done.wait(1.5)
            other.rollback()

    thread = threading.Thread(target=outsider)
    thread.start()
    assert locked.wait(10)
    desk.tell()
    assert len(desk.deliver()) == 1
    done.set()
    thread.join()


def test_a_row_that_is_broken_holds_up_no_other(store: Store, clock: Clock) -> None:
    broken = {
        "no mail at all": b"\xff\x00\x00",
        "empty": b"",
        "half": b"From: x\r\nTo: y\r\n\r\n--=_",
    }
    with store.transaction() as unit:
        for key, raw in broken.items():
            made = a_notification(key=key)
            object.__setattr__(made, "raw", raw)
            unit.outbox.enqueue(made, clock())
        unit.outbox.enqueue(a_notification(key="good"), clock())
    sent: list[str] = []

    class Strict:
        name = "email"

        def send(self, message: OutboxMessage) -> Receipt:
            assert_mail_is_clean(message.notification.raw)
            sent.append(message.notification.delivery_key)
            return Receipt(outcome="delivered", code=250)

        def close(self) -> None:
            """Nothing is kept open."""

    for _ in range(8):
        deliver_due(store, {"email": Strict()}, now=clock, owner="desk")
        clock.advance(5 * HOUR)
    assert sent == ["good"]
    with store.reading() as unit:
        states = {m.notification.delivery_key: m.state for m in unit.outbox.list()}
    assert states == {"good": "sent"} | dict.fromkeys(broken, "dead")


def test_two_services_on_one_database_send_each_message_once(store: Store, clock: Clock) -> None:
    with store.transaction() as unit:
        for number in range(60):
            unit.outbox.enqueue(a_notification(key=f"k{number}"), clock())
    sent: list[str] = []
    lock = threading.Lock()

    class Slow:
        name = "email"

        def send(self, message: OutboxMessage) -> Receipt:
            with lock:
                sent.append(message.notification.delivery_key)
            return Receipt(outcome="delivered", code=250)

        def close(self) -> None:
            """Nothing is kept open."""

    def service(owner: str) -> None:
        while deliver_due(store, {"email": Slow()}, now=clock, owner=owner, limit=7):
            continue

    threads = [threading.Thread(target=service, args=(f"s{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(sent) == sorted(f"k{number}" for number in range(60))


def test_two_services_cut_what_is_pending_once(store: Store, clock: Clock) -> None:
    desk = Desk(
        store, clock, a_subscription("alerts"), a_subscription("more", watches=("halcyon",))
    )
    for number in range(5):
        desk.publish(f"Halcyon says {number}")
    desk.match()
    threads = [threading.Thread(target=desk.tell) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    told = "".join(m.notification.raw.decode() for m in desk.deliver()).replace("=\r\n", "")
    for number in range(5):
        assert told.count(f"https://ward-ledger.example/halcyon-says-{number}\r\n") == 1
    with store.reading() as unit:
        assert unit.tellings.count_pending() == {}
