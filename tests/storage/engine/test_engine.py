"""What a transaction is on each database, and what a broken database says."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from storage.errors import DatabaseUnusable, SchemaTooOld
from storage.store import Store, open_store
from tests.support.builders import NOW, a_message_to_send, an_article

DELIVERY = a_message_to_send()


def file_of(store: Store) -> Path:
    return Path(store.url.removeprefix("sqlite:///"))


def put(store: Store) -> None:
    with store.transaction() as unit:
        unit.items.put(an_article(), now=NOW, baseline=False)


@pytest.mark.usefixtures("durable_engines")
def test_sqlite_is_set_up_so_that_a_commit_is_one(sqlite_store: Store) -> None:
    with sqlite_store.reading() as unit:
        said = {
            name: unit.items._db.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "trusted_schema")
        }
        patience = unit.items._db.exec_driver_sql("PRAGMA busy_timeout").scalar()

    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0}
    assert patience
    assert patience >= 5000


def test_a_reading_unit_changes_nothing(store: Store) -> None:
    def writes() -> None:
        with store.reading() as unit:
            unit.outbox.enqueue(DELIVERY, NOW)

    with pytest.raises(DatabaseUnusable):
        writes()

    with store.transaction() as unit:
        assert unit.outbox.enqueue(DELIVERY, NOW)


def test_a_reading_unit_sees_one_state(store: Store) -> None:
    with store.reading() as unit:
        assert unit.items.count() == 0
        put(store)
        assert unit.items.count() == 0
        assert unit.items.newest(limit=9) == ()

    with store.reading() as unit:
        assert unit.items.count() == 1


def test_readers_do_not_wait_for_a_writer(store: Store) -> None:
    with store.transaction() as writer:
        writer.items.put(an_article(), now=NOW, baseline=False)
        with store.reading() as reader:
            assert reader.items.count() == 0


def test_writers_of_one_store_wait_for_each_other(store: Store) -> None:
    def add(times: int) -> None:
        for _ in range(times):
            with store.transaction() as unit:
                # reads, then writes what follows from it: the pattern that loses updates
                unit.notices.raise_("count", str(int(unit.notices.open()[0].text) + 1), NOW)

    with store.transaction() as unit:
        unit.notices.raise_("count", "0", NOW)
    if store.url.startswith("sqlite"):
        threads = [threading.Thread(target=add, args=(25,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with store.reading() as unit:
            assert unit.notices.open()[0].text == "100"
    else:
        add(3)
        with store.reading() as unit:
            assert unit.notices.open()[0].text == "3"


def test_a_store_says_how_many_connections_are_in_use(store: Store) -> None:
    with store.reading(), store.reading():
        assert store.connections_in_use() == 2
    assert store.connections_in_use() == 0


def test_the_url_of_a_store_opens_the_same_database(
    store: Store, opened: Callable[[str], Store]
) -> None:
    put(store)

    with opened(store.url).reading() as unit:
        assert unit.items.count() == 1


@pytest.mark.parametrize(
    ("url", "says"),
    [
        pytest.param("mysql://root@localhost/x", "use sqlite or postgresql", id="another database"),
        pytest.param("watch.db", "write sqlite:///FILE", id="no address"),
        pytest.param("sqlite://", "needs a file", id="memory"),
        pytest.param(
            "postgresql://nobody:pw-secret@127.0.0.1:1/x?connect_timeout=2",
            "does not answer",
            id="no server",
        ),
    ],
)
def test_an_address_that_is_no_database_says_what_to_write(url: str, says: str) -> None:
    with pytest.raises(DatabaseUnusable, match=says) as refused:
        open_store(url)

    assert "pw-secret" not in str(refused.value)


def test_a_store_that_is_not_there_is_not_made_by_opening_it(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match="no database at"):
        open_store(f"sqlite:///{tmp_path}/none.db", migrate=False)

    assert list(tmp_path.iterdir()) == []


def test_a_database_without_a_schema_is_refused_where_none_is_to_be_made(empty_url: str) -> None:
    if empty_url.startswith("sqlite"):
        sqlite3.connect(empty_url.removeprefix("sqlite:///")).close()
        Path(empty_url.removeprefix("sqlite:///")).touch()

    with pytest.raises(SchemaTooOld, match="supplierwatch db upgrade"):
        open_store(empty_url, migrate=False)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")

    with pytest.raises(DatabaseUnusable, match="folder cannot be used"):
        open_store(f"sqlite:///{tmp_path}/data/watch.db")


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    file = tmp_path / "watch.db"
    file.write_text("Dear diary, " * 1000)

    with pytest.raises(DatabaseUnusable, match=r"not a SQLite database|not a database"):
        open_store(f"sqlite:///{file}")

    assert file.read_text().startswith("Dear diary")


def test_a_damaged_page_is_named_with_its_mend(migrated_sqlite: Path, tmp_path: Path) -> None:
    file = tmp_path / "watch.db"
    with closing(sqlite3.connect(migrated_sqlite)) as whole, closing(sqlite3.connect(file)) as copy:
        whole.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    with file.open("r+b") as handle:
        for page in range(2, file.stat().st_size // 4096):
            handle.seek(page * 4096)
            handle.write(b"\xff" * 200)

    with pytest.raises(DatabaseUnusable, match="supplierwatch restore"):
        open_store(f"sqlite:///{file}", migrate=False)


def test_a_full_disk_loses_nothing_and_heals(sqlite_store: Store) -> None:
    put(sqlite_store)
    with sqlite_store.transaction() as unit:
        pages = unit.items._db.exec_driver_sql("PRAGMA page_count").scalar()
        unit.items._db.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    def fill() -> None:
        with sqlite_store.transaction() as unit:
            for _ in range(200):
                unit.items.put(an_article(body="word " * 2000), now=NOW, baseline=False)

    with pytest.raises(DatabaseUnusable, match="make room"):
        fill()

    with sqlite_store.reading() as unit:
        assert unit.items.count() == 1
    with sqlite_store.transaction() as unit:
        unit.items._db.exec_driver_sql("PRAGMA max_page_count=1000000")
    put(sqlite_store)
    with sqlite_store.reading() as unit:
        assert unit.items.count() == 2


def test_a_database_that_another_program_holds_is_waited_for_and_then_named(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.engine.engine.BUSY_TIMEOUT_MS", 200)
    impatient = open_store(sqlite_store.url, migrate=False)
    with sqlite_store.transaction(), pytest.raises(DatabaseUnusable, match="another program"):
        put(impatient)

    put(impatient)
    assert impatient.connections_in_use() == 0
    impatient.close()


def test_a_server_that_cut_the_connection_is_asked_again(
    store: Store, opened: Callable[[str], Store]
) -> None:
    if store.url.startswith("sqlite"):
        pytest.skip("SQLite has no server")
    put(store)
    with opened(store.url).transaction() as other:
        other.items._db.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    put(store)

    with store.reading() as unit:
        assert unit.items.count() == 2
