"""Rows of jobs, workers, slots and configurations that no release has written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import LiteralString

import psycopg
import pytest

from storage.jobs.step_jobs import ServiceStep
from storage.store import Store
from tests.support.databases import _database

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SILENT = timedelta(seconds=30)
OF_JOBS: dict[str, LiteralString] = {
    "args of a list": "args = '[[1]]'",
    "args of nothing": "args = 'null'",
    "args of a number": "args = '12'",
    "unknown task": "task_name = 'supplierwatch.dance'",
    "task of another program": "task_name = 'dance'",
    "unknown queue": "queue_name = 'dance'",
    "task of another queue": "queue_name = 'index'",
    "far too urgent": "priority = 2147483647",
    "without a lock": "lock = NULL",
    "lock of another step": "lock = 'match'",
    "without a queueing lock": "queueing_lock = NULL",
    "scheduled for never": "scheduled_at = 'infinity'",
    "scheduled for long ago": "scheduled_at = '-infinity'",
    "scheduled before Christ": "scheduled_at = '0044-03-15 00:00:00 BC'",
    "scheduled for year 9999": "scheduled_at = '9999-12-31'",
    "tried too often": "attempts = 2147483647",
    "tried less than never": "attempts = -2147483648",
}
OF_CRAWLS: dict[str, LiteralString] = {
    "without a run": "args = args - 'run_id'",
    "another run": "args = args || '{\"run_id\": [1]}'",
    "without sources": "args = args - 'sources'",
    "sources of another type": 'args = args || \'{"sources": "all"}\'',
}

ODD_TIMES = ("infinity", "-infinity", "4713-01-01 BC", "294276-12-31")


@pytest.fixture
def shared(
    postgresql_server: str, migrated_postgresql: str, opened: Callable[[str], Store]
) -> Iterator[Store]:
    """A store on PostgreSQL."""
    for url in _database(postgresql_server, template=migrated_postgresql):
        yield opened(url)


def execute(store: Store, statement: LiteralString) -> list[tuple[object, ...]]:
    with psycopg.connect(store.libpq_url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def queue_all(store: Store) -> None:
    with store.transaction() as unit:
        for step in ServiceStep:
            if step is not ServiceStep.CRAWL:
                unit.jobs.queue(step)
        unit.jobs.queue_crawl("job-1", ["ward-ledger"])


def queues(store: Store) -> set[object]:
    return {row[0] for row in execute(store, "SELECT queue_name FROM procrastinate_jobs")}


def delete_invalid(store: Store) -> int:
    with store.transaction() as unit:
        return len(unit.jobs.delete_invalid(SILENT))


def test_jobs_that_a_release_has_written_stay(shared: Store) -> None:
    queue_all(shared)
    taken = "SELECT id FROM procrastinate_fetch_job_v2(NULL, NULL)"
    execute(shared, taken)
    with shared.transaction() as unit:
        [lost] = unit.jobs.find_lost(SILENT)
        unit.jobs.retry_lost(lost.job_id)  # which schedules it for now
    execute(shared, taken)
    assert delete_invalid(shared) == 0
    assert queues(shared) == {str(step) for step in ServiceStep}


def damage_each(store: Store, step: str, changes: dict[str, LiteralString]) -> Iterator[str]:
    """Queue all jobs, with one change at a time to that of a step, which waits and was lost."""
    for name, change in changes.items():
        for status in ("todo", "doing"):
            execute(store, "DELETE FROM procrastinate_jobs")
            queue_all(store)
            with psycopg.connect(store.libpq_url, autocommit=True) as connection:
                connection.execute(
                    "UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status, "
                    + change
                    + " WHERE queue_name = %s",
                    [status, step],
                )
            yield f"{name}, {status}"


def test_a_job_that_no_release_has_written_is_deleted_and_its_step_can_be_queued(
    shared: Store,
) -> None:
    for case in damage_each(shared, "tell", OF_JOBS):
        assert delete_invalid(shared) == 1, case
        with shared.transaction() as unit:
            unit.jobs.queue(ServiceStep.TELL)
            assert unit.jobs.find_lost(SILENT) == (), case
            counted = {each.step: each.waiting for each in unit.jobs.count()}
        assert counted == {str(step): 1 for step in ServiceStep}, case


def test_a_crawl_that_no_release_has_written_is_deleted(shared: Store) -> None:
    for case in damage_each(shared, "crawl", OF_CRAWLS):
        assert delete_invalid(shared) == 1, case
        with shared.reading() as unit:
            assert unit.jobs.unfinished_runs() == frozenset(), case


def test_the_job_that_a_worker_does_is_not_deleted(shared: Store) -> None:
    queue_all(shared)
    execute(shared, "INSERT INTO procrastinate_workers DEFAULT VALUES")
    execute(
        shared,
        "SELECT procrastinate_fetch_job_v2('{tell}', (SELECT id FROM procrastinate_workers))",
    )
    execute(shared, "UPDATE procrastinate_jobs SET attempts = -1 WHERE status = 'doing'")
    assert delete_invalid(shared) == 0
    execute(shared, "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    assert delete_invalid(shared) == 1


def test_a_worker_whose_heartbeat_never_ends_is_taken_for_lost(shared: Store) -> None:
    queue_all(shared)
    execute(shared, "INSERT INTO procrastinate_workers (last_heartbeat) VALUES ('infinity')")
    execute(
        shared,
        "SELECT procrastinate_fetch_job_v2('{tell}', (SELECT id FROM procrastinate_workers))",
    )
    assert delete_invalid(shared) == 0
    with shared.reading() as unit:
        assert unit.jobs.count_workers() == 0
    with shared.transaction() as unit:
        assert [lost.step for lost in unit.jobs.find_lost(SILENT)] == ["tell"]


def test_jobs_are_counted_whatever_the_times_of_their_events(shared: Store) -> None:
    queue_all(shared)
    for at in ODD_TIMES:
        with psycopg.connect(shared.libpq_url, autocommit=True) as connection:
            connection.execute("UPDATE procrastinate_events SET at = %s::timestamptz", [at])
        with shared.reading() as unit:
            assert len(unit.jobs.count()) == len(ServiceStep), at
            assert unit.jobs.failed_within(SILENT) == frozenset(), at


def test_a_slot_with_an_odd_time_is_free_within_the_longest_hold(shared: Store) -> None:
    changes: tuple[LiteralString, ...] = (
        "UPDATE host_slot SET held_until = %s::timestamptz",
        "UPDATE host_slot SET free_at = %s::timestamptz",
    )
    for change, at in product(changes, ODD_TIMES):
        execute(shared, "DELETE FROM host_slot")
        with shared.transaction() as unit:
            assert unit.host_slots.take("a.example", "first", SILENT)
        with psycopg.connect(shared.libpq_url, autocommit=True) as connection:
            connection.execute(change, [at])
        with shared.reading() as unit:
            assert 0 <= unit.host_slots.seconds_until_free("a.example") <= 3600, (change, at)


def test_a_configuration_that_cannot_be_decoded_leaves_the_one_before_it_in_force(
    store: Store,
) -> None:
    good = {"watches.toml": 'query = "halcyon"'}
    for files in ("{x", "null", "[[1]]", "12", '{"watches.toml": 1}'):
        with store.transaction() as unit:
            before = unit.configurations.declare("a" * 64, good, NOW)
            damaged = unit.configurations.declare("b" * 64, {"watches.toml": ""}, NOW)
            unit.configurations._db.exec_driver_sql(
                f"UPDATE configuration SET files = '{files}' WHERE version = {damaged}"
            )
        with store.transaction() as unit:
            newest = unit.configurations.newest()
            assert newest is not None
            assert (newest.version, newest.files) == (before, good)
            # the leader declares what it has once more
            assert unit.configurations.declare("a" * 64, good, NOW) == damaged + 1
