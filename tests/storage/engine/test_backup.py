"""Backups: whole while others write, verified, and put back without telling anything again."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from storage.engine.backup import backup, restore, verify
from storage.errors import BackupFailed
from storage.model import Receipt
from storage.store import Store, open_store
from tests.support.builders import NOW, a_message_to_send, an_article


def file_of(store: Store) -> Path:
    return Path(store.url.removeprefix("sqlite:///"))


def put(store: Store, times: int = 1) -> None:
    with store.transaction() as unit:
        for _ in range(times):
            unit.items.put(an_article(), now=NOW, baseline=False)


def count(file: Path) -> int:
    store = open_store(f"sqlite:///{file}", migrate=False)
    with store.reading() as unit:
        counted = unit.items.count()
    store.close()
    return counted


def test_a_backup_is_one_file_with_everything_that_was_committed(
    sqlite_store: Store, tmp_path: Path
) -> None:
    put(sqlite_store, 20)

    made = backup(sqlite_store.url, tmp_path / "backups" / "a.db")

    assert [each.name for each in (tmp_path / "backups").iterdir()] == ["a.db"]
    verify(made)
    assert count(made) == 20


def test_a_backup_during_writes_is_of_one_moment(sqlite_store: Store, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            put(sqlite_store, 3)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [backup(sqlite_store.url, tmp_path / f"{n}.db") for n in range(4)]
    finally:
        stop.set()
        writer.join()

    counts = [count(file) for file in made]
    assert counts == sorted(counts)
    assert {number % 3 for number in counts} == {0}


def test_a_backup_overwrites_nothing(sqlite_store: Store, tmp_path: Path) -> None:
    there = tmp_path / "there.db"
    there.write_text("mine")

    with pytest.raises(BackupFailed, match="name a new file"):
        backup(sqlite_store.url, there)

    assert there.read_text() == "mine"


def test_a_place_that_cannot_be_written_is_named(sqlite_store: Store, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")

    with pytest.raises(BackupFailed, match="cannot copy"):
        backup(sqlite_store.url, tmp_path / "taken" / "a.db")


def test_postgresql_has_its_own_tools(tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="pg_dump"):
        backup("postgresql://watch@localhost/watch", tmp_path / "a.db")


def test_nothing_to_copy_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="no database at"):
        backup(f"sqlite:///{tmp_path}/none.db", tmp_path / "a.db")

    assert list(tmp_path.iterdir()) == []


def test_what_is_no_backup_is_not_put_back(sqlite_store: Store, tmp_path: Path) -> None:
    put(sqlite_store)
    letter = tmp_path / "letter.db"
    letter.write_text("Dear diary " * 500)
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE mine (x)")

    for wrong in (letter, other, tmp_path / "none.db"):
        with pytest.raises(BackupFailed):
            restore(wrong, sqlite_store.url)

    assert count(file_of(sqlite_store)) == 1


def test_a_damaged_copy_is_found(sqlite_store: Store, tmp_path: Path) -> None:
    put(sqlite_store, 50)
    made = backup(sqlite_store.url, tmp_path / "a.db")
    with made.open("r+b") as handle:
        handle.seek(made.stat().st_size // 2)
        handle.write(b"\xa5" * 5000)

    with pytest.raises(BackupFailed, match=r"damaged|cannot be read"):
        verify(made)


def test_rows_that_refer_to_missing_ones_are_found(sqlite_store: Store, tmp_path: Path) -> None:
    put(sqlite_store)
    made = backup(sqlite_store.url, tmp_path / "a.db")
    with closing(sqlite3.connect(made)) as connection:
        connection.execute("DELETE FROM item")
        connection.commit()

    with pytest.raises(BackupFailed, match="refer to missing"):
        verify(made)


def test_what_was_sent_before_the_backup_is_not_sent_again_after_its_return(
    migrated_sqlite: Path, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/data/watch.db"
    store = open_store(url)
    with store.transaction() as unit:
        unit.outbox.enqueue(a_message_to_send("a"), NOW)
        message = unit.outbox.claim(NOW, owner="w", lease=NOW - NOW)
        assert message is not None
        unit.outbox.record(message.row_id, Receipt(outcome="delivered"), now=NOW, next_at=None)
    copy = backup(url, tmp_path / "copy.db")
    put(store, 5)
    store.close()

    old = restore(copy, url)

    assert old is not None
    assert count(old) == 5
    back = open_store(url)
    with back.transaction() as unit:
        assert unit.items.count() == 0
        assert unit.outbox.claim(NOW, owner="w", lease=NOW - NOW) is None
        assert not unit.outbox.enqueue(a_message_to_send("a"), NOW)
    back.close()
    assert copy.exists()


def test_a_backup_is_put_back_where_nothing_was(sqlite_store: Store, tmp_path: Path) -> None:
    put(sqlite_store, 2)
    copy = backup(sqlite_store.url, tmp_path / "copy.db")

    assert restore(copy, f"sqlite:///{tmp_path}/new/watch.db") is None

    assert count(tmp_path / "new" / "watch.db") == 2


def test_putting_back_twice_keeps_both_that_were_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/watch.db"
    open_store(url).close()
    copy = backup(url, tmp_path / "copy.db")
    kept = []
    for times in (1, 2):
        store = open_store(url)
        put(store, times)
        store.close()
        kept.append(restore(copy, url))

    assert [count(file) for file in kept if file] == [1, 2]
