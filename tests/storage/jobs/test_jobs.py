"""Jobs, host slots, the leader's lock and declared configurations in the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import text

from storage.jobs.step_jobs import ServiceStep
from storage.store import Store
from tests.support.builders import an_article
from tests.support.databases import _database

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def shared(
    postgresql_server: str, migrated_postgresql: str, opened: Callable[[str], Store]
) -> Iterator[Store]:
    """A store on PostgreSQL."""
    for url in _database(postgresql_server, template=migrated_postgresql):
        yield opened(url)


def jobs(store: Store) -> list[tuple[str, str]]:
    """Step and state of each job."""
    with psycopg.connect(store.libpq_url, autocommit=True) as connection:
        found = "SELECT queue_name, status::text FROM procrastinate_jobs ORDER BY id"
        return [(row[0], row[1]) for row in connection.execute(found).fetchall()]


def run_first(store: Store, *, heartbeat: timedelta = timedelta(0)) -> int:
    """Let a worker take the first job; return the job's number."""
    with psycopg.connect(store.libpq_url, autocommit=True) as connection:
        worker = connection.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s) RETURNING id",
            [heartbeat],
        ).fetchone()
        assert worker is not None
        job = connection.execute(
            "SELECT id FROM procrastinate_fetch_job_v2(NULL, %s)", [worker[0]]
        ).fetchone()
        assert job is not None
        return int(job[0])


def test_storing_an_item_queues_matching_and_indexing_in_its_transaction(shared: Store) -> None:
    def fail_after_storing() -> None:
        with shared.transaction() as unit:
            unit.items.put(an_article(guid="first"), now=NOW, baseline=False)
            raise RuntimeError("the transaction is rolled back")

    with pytest.raises(RuntimeError):
        fail_after_storing()
    assert jobs(shared) == []

    for name in ("second", "third"):
        with shared.transaction() as unit:
            article = an_article(guid=name, url=f"https://outlet.example/{name}")
            unit.items.put(article, now=NOW, baseline=False)

    assert sorted(jobs(shared)) == [("index", "todo"), ("match", "todo")]


def test_a_step_is_queued_again_while_its_job_runs_and_once_only(shared: Store) -> None:
    with shared.transaction() as unit:
        unit.jobs.queue(ServiceStep.MATCH)
    run_first(shared)
    for _ in range(3):
        with shared.transaction() as unit:
            unit.jobs.queue(ServiceStep.MATCH)

    assert jobs(shared) == [("match", "doing"), ("match", "todo")]
    with psycopg.connect(shared.libpq_url, autocommit=True) as connection:
        # its lock keeps the second from running beside the first
        row = connection.execute("SELECT id FROM procrastinate_fetch_job_v2(NULL, NULL)").fetchone()
        assert row == (None,)


def test_an_alert_goes_before_a_baseline(shared: Store) -> None:
    with shared.transaction() as unit:
        for step in (ServiceStep.PRUNE, ServiceStep.INDEX, ServiceStep.MATCH, ServiceStep.TELL):
            unit.jobs.queue(step)
        unit.jobs.queue(ServiceStep.DELIVER)
        unit.jobs.queue_crawl("job-1", ["a-source"])
    taken = [run_first(shared) for _ in range(6)]
    with psycopg.connect(shared.libpq_url, autocommit=True) as connection:
        rows = connection.execute("SELECT id, queue_name FROM procrastinate_jobs").fetchall()
    steps = dict(rows)
    assert [steps[job] for job in taken] == ["deliver", "tell", "match", "crawl", "index", "prune"]


def test_a_long_job_is_not_taken_for_lost_and_one_without_heartbeat_is(shared: Store) -> None:
    with shared.transaction() as unit:
        unit.jobs.queue(ServiceStep.MATCH)
    job = run_first(shared)
    with shared.transaction() as unit:
        assert unit.jobs.find_lost(30 * SECOND) == ()
    with psycopg.connect(shared.libpq_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - '31s'::interval"
        )

    with shared.transaction() as unit:
        lost = unit.jobs.find_lost(30 * SECOND)
        assert [(each.job_id, each.step, each.attempts) for each in lost] == [(job, "match", 0)]
        unit.jobs.retry_lost(job)
    assert jobs(shared) == [("match", "todo")]


def test_a_lost_job_ends_where_another_for_the_same_waits(shared: Store) -> None:
    with shared.transaction() as unit:
        unit.jobs.queue(ServiceStep.MATCH)
    job = run_first(shared, heartbeat=60 * SECOND)
    with shared.transaction() as unit:
        unit.jobs.queue(ServiceStep.MATCH)
    with shared.transaction() as unit:
        unit.jobs.retry_lost(job)

    assert sorted(jobs(shared)) == [("match", "failed"), ("match", "todo")]
    with shared.reading() as unit:
        assert unit.jobs.failed_within(60 * SECOND) == {"match"}


def test_nothing_is_queued_on_sqlite(sqlite_store: Store) -> None:
    with sqlite_store.transaction() as unit:
        unit.jobs.queue(ServiceStep.MATCH)
        assert (unit.jobs.count(), unit.jobs.find_lost(SECOND), unit.jobs.count_workers()) == (
            (),
            (),
            0,
        )


def test_a_host_slot_has_one_holder_and_leaves_a_pause(shared: Store) -> None:
    def take(holder: str) -> bool:
        with shared.transaction() as unit:
            return unit.host_slots.take("a.example", holder, 60 * SECOND)

    assert take("first")
    assert not take("second")
    with shared.transaction() as unit:
        assert 50 < unit.host_slots.seconds_until_free("a.example") <= 60
        unit.host_slots.free("a.example", "second", SECOND * 0)  # not its holder
    assert not take("second")
    with shared.transaction() as unit:
        unit.host_slots.free("a.example", "first", 30 * SECOND)
    assert not take("second")
    with shared.transaction() as unit:
        assert 20 < unit.host_slots.seconds_until_free("a.example") <= 30
        assert unit.host_slots.take("b.example", "second", SECOND)


@pytest.mark.parametrize("column", ["held_until", "free_at"])
def test_a_slot_that_a_clock_ahead_took_or_left_is_free_when_it_is_right(
    shared: Store, column: str
) -> None:
    with shared.transaction() as unit:
        assert unit.host_slots.take("a.example", "ahead", SECOND)
        if column == "free_at":
            unit.host_slots.free("a.example", "ahead", SECOND)
        unit.host_slots._db.execute(
            text(f"UPDATE host_slot SET {column} = clock_timestamp() + interval '10 years'")
        )
    with shared.transaction() as unit:
        assert unit.host_slots.take("a.example", "next", SECOND)


def test_a_slot_whose_holder_is_gone_is_free_after_its_time(shared: Store) -> None:
    with shared.transaction() as unit:
        assert unit.host_slots.take("a.example", "gone", timedelta(0))
    with shared.transaction() as unit:
        assert unit.host_slots.take("a.example", "next", SECOND)


def test_one_process_leads_until_its_connection_is_gone(
    shared: Store, opened: Callable[[str], Store]
) -> None:
    other = opened(shared.url)
    first, second = shared.leader_lock(), other.leader_lock()
    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    with psycopg.connect(shared.libpq_url, autocommit=True) as connection:
        connection.execute(
            # waits until its process has ended, for up to that many milliseconds
            "SELECT pg_terminate_backend(pid, 60000) FROM pg_locks JOIN pg_database "
            "ON pg_database.oid = database AND datname = current_database() "
            "WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
        )
    assert second.acquire()
    assert not first.acquire()
    second.release()
    assert first.acquire()
    first.release()


def test_a_declared_configuration_gets_a_version_when_it_differs(store: Store) -> None:
    files = {"watches.toml": 'query = "halcyon"'}
    with store.transaction() as unit:
        assert unit.configurations.newest() is None
        assert unit.configurations.declare("a" * 64, files, NOW) == 1
        assert unit.configurations.declare("a" * 64, files, NOW) == 1
        assert unit.configurations.declare("b" * 64, files, NOW) == 2
    with store.reading() as unit:
        newest = unit.configurations.newest()
        assert newest is not None
        assert (newest.version, newest.files) == (2, files)
