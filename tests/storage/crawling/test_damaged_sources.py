"""A damaged row of a source costs nobody a poll, and itself only what the next poll finds out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from storage.model import CrawlReport
from storage.store import Store
from storage.tables import source
from tests.support.builders import NOW
from tests.support.crawls import a_source

COLUMNS = [column.name for column in source.columns]
# bytes, text that is no UTF-8, and text that is no date, number or JSON
SOURCES = [a_source(key, f"https://{key}.example/feed") for key in ("a", "b")]
MINUTE = timedelta(minutes=1)
RUBBISH = ("x'ff00'", "CAST(x'ff' AS TEXT)", "'{x'")


def a_report(key: str, run: str) -> CrawlReport:
    """The report of a poll that found something new."""
    return CrawlReport(
        source_key=key, run_id=run, started_at=NOW, finished_at=NOW, outcome="ok", new=1
    )


@pytest.fixture
def sqlite_store(sqlite_store: Store) -> Store:
    """Two sources that were polled."""
    with sqlite_store.transaction() as unit:
        unit.sources.declare(SOURCES, NOW)
        unit.sources.claim_due(NOW, limit=2, owner="r", lease=MINUTE)
        for key in ("a", "b"):
            unit.sources.finish(
                a_report(key, "r"), next_at=NOW, validators=None, baseline_done=True
            )
    return sqlite_store


def damage(store: Store, column: str, value: str) -> None:
    with store.transaction() as unit:
        unit.sources._db.execute(text(f"UPDATE source SET {column} = {value} WHERE key = 'a'"))


@pytest.mark.slow
@pytest.mark.parametrize("value", RUBBISH)
def test_the_other_source_is_read_and_claimed_and_the_row_is_reset(
    sqlite_store: Store, value: str
) -> None:
    for column in COLUMNS:
        damage(sqlite_store, column, value)

        with sqlite_store.reading() as unit:
            read = {state.key: state for state in unit.sources.all()}
            assert read["b"] == unit.sources.get("b")
            damaged = unit.sources.damaged
        with sqlite_store.transaction() as unit:
            repaired = unit.sources.repair()
            assert repaired.keys() == damaged
            claimed = unit.sources.claim_due(
                NOW, limit=9, owner="s", lease=MINUTE, even_if_not_due=True
            )
            assert "b" in {state.key for state in claimed}
            for state in claimed:
                unit.sources.finish(
                    a_report(state.key, "s"), next_at=NOW, validators=None, baseline_done=True
                )
            unit.sources.declare(SOURCES, NOW)
            assert unit.sources.repair() == {}
            assert {"a", "b"} <= {state.key for state in unit.sources.all() if state.active}


@pytest.mark.parametrize("value", RUBBISH[:2])
@pytest.mark.parametrize("column", ["failures", "next_at", "last_report", "last_error", "kind"])
def test_what_is_reset_is_named(sqlite_store: Store, column: str, value: str) -> None:
    damage(sqlite_store, column, value)
    with sqlite_store.transaction() as unit:
        assert unit.sources.repair() == {"a": column}
        assert unit.sources.repair() == {}


def test_a_sound_row_is_left_alone(sqlite_store: Store) -> None:
    with sqlite_store.transaction() as unit:
        before = unit.sources.all()
        assert unit.sources.repair() == {}
        assert unit.sources.all() == before


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("usual_gap", "9223372036854775807"),
        ("longest_gap", "-1"),
        ("silent_hours", "'[[1]]'"),
        ("last_report", '\'{"continue_at": "soon"}\''),
    ],
)
def test_values_that_no_state_can_have_are_reset(
    sqlite_store: Store, column: str, value: str
) -> None:
    damage(sqlite_store, column, value)
    with sqlite_store.transaction() as unit:
        assert [state.key for state in unit.sources.all()] == ["a", "b"]
        assert unit.sources.repair() == {"a": column}
        assert unit.sources.repair() == {}
