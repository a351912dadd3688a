"""Several workers on one PostgreSQL: polite, complete, and nothing told twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster.conftest import HOSTS
from tests.cluster.processes import Cluster, make_due
from tests.support.measuring.faketime import wrong_clock
from tests.support.servers.mails import alerted
from tests.support.services import eventually, own_words, publish
from tests.support.site import FakeSite

pytestmark = pytest.mark.cluster

PATIENCE = 240.0  # seconds; only a failure waits so long


def test_three_workers_share_the_work_and_ask_no_host_twice_at_once(
    cluster: Cluster, site: FakeSite
) -> None:
    cluster.leader()
    workers = [cluster.worker("--concurrency", "2") for _ in range(3)]
    assert eventually(cluster.place.welcomed, within=PATIENCE), cluster.logs()
    publish(site, 4, text=own_words)
    make_due(cluster)
    told = {f"Halcyon-{number}" for number in range(1, 4)}
    assert eventually(lambda: told <= {*alerted(cluster.place)}, within=PATIENCE), cluster.logs()
    assert set(alerted(cluster.place).values()) == {1}
    assert {host: site.most_open[host] for host in HOSTS} == dict.fromkeys(HOSTS, 1)
    crawled = [worker for worker in workers if "crawl.started" in worker.log]
    assert len(crawled) > 1, cluster.logs()
    assert all(member.stop() == 0 for member in cluster.members), cluster.logs()


@pytest.mark.parametrize("ahead", [3600, -3600], ids=["an hour ahead", "an hour behind"])
def test_a_worker_whose_clock_is_wrong_polls_no_source_more_often(
    cluster: Cluster, site: FakeSite, tmp_path: Path, ahead: int
) -> None:
    clock = wrong_clock(tmp_path)
    clock.set_ahead(ahead)
    cluster.leader()
    worker = cluster.worker("--concurrency", "2", **clock.environ)
    assert eventually(cluster.place.welcomed, within=PATIENCE), cluster.logs()
    publish(site, 2, text=own_words)
    make_due(cluster)
    assert eventually(lambda: "Halcyon-1" in alerted(cluster.place), within=PATIENCE), worker.log
    assert eventually(lambda: _open_runs(cluster) == 0, within=PATIENCE)
    site.forget()
    # a source that was polled by a clock that is ahead would be due at once, again and again
    assert not eventually(lambda: bool(site.requests("/feed.xml")), within=6.0), worker.log


def _open_runs(cluster: Cluster) -> int:
    with cluster.store() as store, store.reading() as unit:
        return len(unit.runs.open())
