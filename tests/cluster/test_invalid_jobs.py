"""Jobs that no release has written stop no worker, and keep no step from being done."""

from __future__ import annotations

import psycopg
import pytest

from tests.cluster.processes import Cluster, make_due
from tests.support.servers.mails import alerted
from tests.support.services import eventually, own_words, publish
from tests.support.site import FakeSite

pytestmark = pytest.mark.cluster

PATIENCE = 240.0  # seconds; only a failure waits so long
MARK = 77777  # their priority: they would be taken first
STEPS = ("crawl", "match", "tell", "deliver", "index")
# queueing lock, arguments, when they are scheduled, task
ODD = (
    (None, "[[1]]", None, None),
    (None, "null", None, None),
    (None, "{}", "-infinity", None),
    (None, "{}", "0044-03-15 00:00:00 BC", None),
    (None, '{"run_id": [1], "sources": {}, "more": 1}', None, None),
    (None, "{}", None, "dance"),
    ("step", "{}", "infinity", None),  # while it waits, no job of its step can be queued or run
)


def test_invalid_jobs_stop_no_worker_and_are_deleted(cluster: Cluster, site: FakeSite) -> None:
    leader = cluster.leader()
    workers = [cluster.worker("--concurrency", "2") for _ in range(2)]
    assert eventually(cluster.place.welcomed, within=PATIENCE), cluster.logs()
    _queue_invalid(cluster)
    publish(site, 3, text=own_words)
    make_due(cluster)

    expected = {"Halcyon-1", "Halcyon-2"}
    assert eventually(lambda: expected <= {*alerted(cluster.place)}, within=PATIENCE), (
        cluster.logs()
    )
    assert set(alerted(cluster.place).values()) == {1}
    assert eventually(lambda: _count_invalid(cluster) == 0, within=PATIENCE), cluster.logs()
    assert "jobs.invalid" in leader.log
    assert all(member.stop() == 0 for member in (leader, *workers)), cluster.logs()


def _queue_invalid(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url) as connection:
        connection.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo'")
        for step in STEPS:
            for queueing_lock, args, scheduled, task in ODD:
                connection.execute(
                    "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, "
                    "queueing_lock, args, scheduled_at) VALUES (%s, %s, %s, %s, %s, %s, "
                    "CAST(%s::text AS timestamptz))",
                    [
                        step,
                        task or f"supplierwatch.{step}",
                        MARK,
                        step,
                        queueing_lock and step,
                        args,
                        scheduled,
                    ],
                )


def _count_invalid(cluster: Cluster) -> int:
    with psycopg.connect(cluster.url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM procrastinate_jobs "
            "WHERE priority = %s AND status IN ('todo', 'doing')",
            [MARK],
        ).fetchone()
    assert row is not None
    return int(row[0])
