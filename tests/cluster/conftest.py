"""Clusters of real processes over a site on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import open_store
from tests.cluster.processes import Cluster
from tests.faults.own_server import OwnServer, own_server
from tests.support.databases import _database
from tests.support.services import Installation, an_installation, own_words, publish
from tests.support.site import FakeSite

__all__ = ["own_server"]

HOSTS = tuple(f"127.0.0.{number}" for number in range(2, 8))


@pytest.fixture
def site() -> Iterator[FakeSite]:
    """Six hosts, each with a feed of one article."""
    with FakeSite(HOSTS) as site:
        publish(site, 1, text=own_words)
        yield site


@pytest.fixture
def cluster(
    tmp_path: Path, site: FakeSite, postgresql_server: str, migrated_postgresql: str
) -> Iterator[Cluster]:
    """A cluster without processes yet, with a source on each host."""
    place = _write_place(tmp_path, site)
    for url in _database(postgresql_server, template=migrated_postgresql):
        made = Cluster(place=place, url=url)
        try:
            yield made
        finally:
            made.close()


@pytest.fixture
def own_cluster(tmp_path: Path, site: FakeSite, own_server: OwnServer) -> Iterator[Cluster]:
    """The same on a PostgreSQL of its own, which the test may stop."""
    open_store(own_server.url).close()
    made = Cluster(place=_write_place(tmp_path, site), url=own_server.url)
    try:
        yield made
    finally:
        made.close()


def _write_place(folder: Path, site: FakeSite) -> Installation:
    place = an_installation(folder, site)
    place.sources(**{f"outlet-{n}": site.url("/feed.xml", host=h) for n, h in enumerate(HOSTS)})
    return place
