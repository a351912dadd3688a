"""Copies between SQLite and PostgreSQL: whole, the same, continued, never into other data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, func, insert, select, text, update

from storage.copying import copy_database, database_copy
from storage.engine.engine import make_engine
from storage.errors import CopyFailed, DatabaseUnusable
from storage.tables import evidence_export, index_state, item, metadata, notice, run
from tests.storage.copying.filled import ROWS, WHEN, fill, read_all
from tests.support.databases import _database, make_sqlite

PAIRS = [("sqlite", "postgresql"), ("postgresql", "sqlite")]
Pair = tuple[Engine, Engine]


@pytest.fixture(params=PAIRS, ids="-to-".join)
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    """A filled database, and an empty one of the other kind."""
    file = tmp_path / "one" / "watch.db"
    make_sqlite(file)
    server = request.getfixturevalue("postgresql_server")
    for url in _database(server, template=request.getfixturevalue("migrated_postgresql")):
        made = {"sqlite": make_engine(f"sqlite:///{file}"), "postgresql": make_engine(url)}
        source, target = (made[name] for name in request.param)
        fill(source)
        yield source, target
        source.dispose()
        target.dispose()


def test_every_row_of_every_table_is_copied_and_comes_back_the_same(
    pair: Pair, tmp_path: Path
) -> None:
    source, target = pair
    before = read_all(source)
    assert {name for name, rows in before.items() if len(rows) != ROWS} == set()

    copied = copy_database(source, target)

    assert read_all(target) == before
    assert {each.name: each.copied for each in copied} == dict.fromkeys(before, ROWS)
    file = tmp_path / "back" / "watch.db"
    make_sqlite(file)
    back = make_engine(f"sqlite:///{file}")
    again = copy_database(target, back)
    assert read_all(back) == before
    assert [each.sha256 for each in again] == [each.sha256 for each in copied]
    back.dispose()


@pytest.mark.parametrize("at", [30, 103])
def test_an_interrupted_copy_is_continued_where_it_ended(
    pair: Pair, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = pair
    monkeypatch.setattr(database_copy, "BATCH_ROWS", 3)
    told = 0

    def interrupt(table: str, done: int, total: int) -> None:
        nonlocal told
        told += 1
        if told == at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_database(source, target, interrupt)
    copied = copy_database(source, target)

    assert 0 < sum(each.copied for each in copied) < sum(each.rows for each in copied)
    # it was interrupted amid a table, too
    assert any(0 < each.copied < each.rows for each in copied)
    assert read_all(target) == read_all(source)


def test_a_copy_that_is_whole_is_compared_and_left_alone(pair: Pair) -> None:
    source, target = pair
    copy_database(source, target)
    again = copy_database(source, target)
    assert {each.copied for each in again} == {0}
    assert {each.rows for each in again} == {ROWS}


def test_a_target_with_other_data_is_refused_and_left_alone(pair: Pair) -> None:
    source, target = pair
    with target.begin() as connection:
        connection.execute(insert(notice).values(key="other", text="of a service", since=WHEN))
    before = read_all(target)

    with pytest.raises(CopyFailed, match=r"other data in notice; nothing was written"):
        copy_database(source, target)

    assert read_all(target) == before


@pytest.mark.parametrize("change", ["update", "delete", "insert"])
def test_a_copy_is_not_continued_from_a_source_that_was_changed(pair: Pair, change: str) -> None:
    source, target = pair
    copy_database(source, target)
    with source.begin() as connection:
        if change == "update":
            connection.execute(update(run).where(run.c.run_id == "alpha").values(status="x"))
        elif change == "delete":
            connection.execute(delete(run).where(run.c.run_id == "alpha"))
        else:  # before the others in the order of keys
            row = {"run_id": "A", "source_keys": [], "started_at": WHEN}
            connection.execute(insert(run).values(**row))

    with pytest.raises(CopyFailed, match="other data in run"):
        copy_database(source, target)


def test_a_target_that_differs_at_the_end_is_told(pair: Pair) -> None:
    source, target = pair

    def spoil(table: str, done: int, total: int) -> None:
        if table == "run" and done == ROWS:
            with target.begin() as connection:
                connection.execute(update(run).where(run.c.run_id == "beta").values(status="x"))

    with pytest.raises(CopyFailed, match=r"run differs: 7 rows .* do not use the target"):
        copy_database(source, target, spoil)


def test_new_rows_of_the_target_get_new_keys(pair: Pair) -> None:
    source, target = pair
    copy_database(source, target)
    with target.begin() as connection:
        row = {"made_at": WHEN, "manifest_sha256": "f" * 64, "mentions": 1}
        made = connection.execute(insert(evidence_export).values(**row)).inserted_primary_key
        assert made is not None
        assert made[0] == ROWS + 1
        if target.dialect.name == "postgresql":
            # of each table that counts its rows
            counting = [
                table for table in metadata.sorted_tables if table.autoincrement_column is not None
            ]
            assert len(counting) > 10
            for table in counting:
                key = table.autoincrement_column
                assert key is not None
                names = {"table": table.name, "column": key.name}
                following = text("SELECT nextval(pg_get_serial_sequence(:table, :column))")
                highest = connection.scalar(select(func.max(key)))
                assert connection.scalar(following, names) > highest, table.name


def test_all_items_of_the_target_wait_for_the_index(pair: Pair) -> None:
    source, target = pair
    with source.begin() as connection:
        connection.execute(update(index_state).values(spelling=9, unread_below=0))
    copy_database(source, target)
    with target.connect() as connection:
        state = connection.execute(select(index_state)).one()
        highest = connection.scalar(select(func.max(item.c.id)))
    assert (state.spelling, state.unread_below) == (0, highest + 1)


def test_rows_that_one_database_cannot_hold_are_named(tmp_path: Path, pair: Pair) -> None:
    source, target = pair
    if source.dialect.name != "sqlite":
        pytest.skip("PostgreSQL holds nothing that SQLite cannot")
    with source.begin() as connection:
        connection.execute(text("UPDATE notice SET since = 'yesterday' WHERE key = 'alpha'"))
    with pytest.raises(CopyFailed, match="a row of notice cannot be read"):
        copy_database(source, target)
    with source.begin() as connection:
        again = "UPDATE notice SET since = :when, text = 'a' || char(0) WHERE key = 'alpha'"
        connection.execute(text(again), {"when": "2026-11-24 07:30:00.000000"})
    with pytest.raises((CopyFailed, DatabaseUnusable), match="notice"):
        copy_database(source, target)
