"""Several workers on one PostgreSQL: polite, complete, and nothing told twice."""

from __future__ import annotations

from tests.cluster.conftest import HOSTS
from tests.cluster.processes import Cluster, make_due
from tests.support.servers.mails import alerted
from tests.support.services import eventually, own_words, publish
from tests.support.site import FakeSite

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
