"""A job that hangs in a session that ends keeps its worker from no other job."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest

from storage.jobs.step_jobs import ServiceStep
from storage.store import Store, open_store
from supplierwatch.cluster.job_worker import MAX_ABANDONED, JobWorker
from tests.support.databases import _database
from tests.support.services import eventually

pytestmark = pytest.mark.cluster

STUCK_AFTER = 2.0  # seconds


class Steps:
    """Indexing hangs until it is released; a step of telling loses its job meanwhile."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.released = threading.Event()
        self.begun: list[ServiceStep] = []

    def run(self, step: ServiceStep) -> None:
        self.begun.append(step)
        if step is ServiceStep.INDEX:
            self.released.wait()
        if step is ServiceStep.TELL:
            with psycopg.connect(self._store.libpq_url) as connection:
                connection.execute("DELETE FROM procrastinate_jobs WHERE queue_name = 'tell'")

    def crawl(self, run_id: str, keys: list[str]) -> None:
        raise AssertionError("no crawl was queued")


@pytest.fixture
def shared(postgresql_server: str, migrated_postgresql: str) -> Iterator[Store]:
    for url in _database(postgresql_server, template=migrated_postgresql):
        store = open_store(url, migrate=False)
        try:
            yield store
        finally:
            store.close()


def test_a_worker_goes_on_beside_a_job_that_hangs_in_a_session_that_ends(
    shared: Store, caplog: pytest.LogCaptureFixture
) -> None:
    steps = Steps(shared)
    worker = JobWorker(shared.libpq_url, steps, concurrency=2, stuck_after=STUCK_AFTER)  # type: ignore[arg-type]
    worker.start()
    try:
        assert eventually(lambda: worker.takes_jobs)
        queue(shared, ServiceStep.INDEX)
        assert eventually(lambda: ServiceStep.INDEX in steps.begun)
        queue(shared, ServiceStep.TELL)
        assert eventually(lambda: not worker.takes_jobs)
        assert eventually(lambda: worker.takes_jobs)
        queue(shared, ServiceStep.MATCH)
        assert eventually(lambda: ServiceStep.MATCH in steps.begun)
        [message] = [one.getMessage() for one in caplog.records if "stuck" in one.getMessage()]
        assert "run:" in message  # the function that the thread waits in
    finally:
        steps.released.set()
        worker.stop()
        assert worker.join(60.0)


def test_so_many_sessions_are_left_to_themselves_at_most(shared: Store) -> None:
    steps = Steps(shared)
    worker = JobWorker(shared.libpq_url, steps, concurrency=2, stuck_after=STUCK_AFTER)  # type: ignore[arg-type]
    worker.start()
    try:
        for number in range(MAX_ABANDONED + 1):
            assert eventually(lambda: worker.takes_jobs)
            queue(shared, ServiceStep.INDEX)
            assert eventually(lambda sofar=number: steps.begun.count(ServiceStep.INDEX) > sofar)  # type: ignore[misc]
            queue(shared, ServiceStep.TELL)
            assert eventually(lambda: not worker.takes_jobs)
        assert eventually(lambda: len(worker._abandoned) == MAX_ABANDONED + 1)
        assert not eventually(lambda: worker.takes_jobs, within=3 * STUCK_AFTER)
        steps.released.set()
        assert eventually(lambda: worker.takes_jobs)
    finally:
        steps.released.set()
        worker.stop()
        assert worker.join(60.0)


def queue(store: Store, step: ServiceStep) -> None:
    """Queue a job which no other one of its step waits for."""
    with psycopg.connect(store.libpq_url) as connection:
        connection.execute("UPDATE procrastinate_jobs SET lock = NULL, queueing_lock = NULL")
    with store.transaction() as unit:
        unit.jobs.queue(step)
