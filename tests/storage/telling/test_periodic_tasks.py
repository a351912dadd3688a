"""Work at intervals: due by what the database remembers, on both databases."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from storage.store import Store
from tests.support.builders import NOW

DAY = timedelta(days=1)


def test_a_task_that_was_never_done_is_due(store: Store) -> None:
    with store.transaction() as unit:
        assert unit.periodic_tasks.is_due("prune", DAY, NOW)


def test_a_task_is_due_again_after_its_interval_whoever_did_it(store: Store) -> None:
    with store.transaction() as unit:
        unit.periodic_tasks.record("prune", NOW - DAY)
        unit.periodic_tasks.record("prune", NOW)
    with store.transaction() as unit:
        assert not unit.periodic_tasks.is_due("prune", DAY, NOW + DAY - timedelta(seconds=1))
        assert unit.periodic_tasks.is_due("prune", DAY, NOW + DAY)
        assert unit.periodic_tasks.is_due("alarms", DAY, NOW)


def test_a_time_written_by_a_clock_that_ran_ahead_makes_the_task_due(store: Store) -> None:
    with store.transaction() as unit:
        unit.periodic_tasks.record("prune", NOW + timedelta(days=3_650))
        assert unit.periodic_tasks.is_due("prune", DAY, NOW)


def test_a_time_that_cannot_be_decoded_makes_the_task_due(sqlite_store: Store) -> None:
    with sqlite_store.transaction() as unit:
        unit.periodic_tasks.record("prune", NOW)
        unit.items._db.execute(text("UPDATE periodic_task SET done_at = 'rubbish'"))
        assert unit.periodic_tasks.is_due("prune", DAY, NOW)
        unit.periodic_tasks.record("prune", NOW)
        assert not unit.periodic_tasks.is_due("prune", DAY, NOW)
