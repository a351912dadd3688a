"""Workers, the leader and PostgreSQL are killed at random: all is told, and nothing twice."""

from __future__ import annotations

import os
from random import Random

import psycopg
import pytest

from tests.cluster.processes import Cluster, Member, make_due
from tests.faults.own_server import OwnServer
from tests.support.servers.mails import alerted
from tests.support.services import eventually, own_words, publish
from tests.support.site import FakeSite

pytestmark = pytest.mark.cluster

PATIENCE = 300.0  # seconds; only a failure waits so long
KILLS = int(os.environ.get("KILLS", "6"))  # `make kills` has 200


def test_kills_at_random_lose_nothing_and_tell_nothing_twice(
    own_cluster: Cluster, own_server: OwnServer, site: FakeSite
) -> None:
    cluster, chance = own_cluster, Random(17)
    members: list[Member] = [cluster.leader(), cluster.leader()]
    members += [cluster.worker("--concurrency", "2") for _ in range(3)]
    assert eventually(cluster.place.welcomed, within=PATIENCE), cluster.logs()
    killed: dict[str, int] = {"leader": 0, "worker": 0, "database": 0}

    for number in range(1, KILLS + 1):
        publish(site, 1 + number, text=own_words)
        eventually(lambda: _try_make_due(cluster), within=PATIENCE)
        eventually(lambda: False, within=chance.uniform(0.1, 2.0))
        place = chance.randrange(len(members) + 1)
        if place == len(members):
            own_server.restart_at_once()
            killed["database"] += 1
            continue
        kind = members[place].name.partition("-")[0]
        members[place].kill()
        killed[kind] += 1
        members[place] = (
            cluster.leader() if kind == "leader" else cluster.worker("--concurrency", "2")
        )

    expected = {f"Halcyon-{number}" for number in range(1, KILLS + 1)}
    assert eventually(lambda: expected <= _told(cluster), within=PATIENCE), (
        expected - _told(cluster),
        cluster.logs(),
    )
    assert sorted(name for name in cluster.told() if name in expected) == sorted(expected)
    assert eventually(lambda: expected <= set(alerted(cluster.place)), within=PATIENCE)
    assert max(alerted(cluster.place).values()) == 1, killed
    assert sum(killed.values()) == KILLS


def _told(cluster: Cluster) -> set[str]:
    try:
        return set(cluster.told())
    except psycopg.OperationalError:
        return set()  # the database is starting again


def _try_make_due(cluster: Cluster) -> bool:
    try:
        make_due(cluster)
    except psycopg.OperationalError:
        return False
    return True
