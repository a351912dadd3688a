"""Clusters of real processes over a site on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.processes import Cluster
from tests.support.databases import _database
from tests.support.services import an_installation, own_words, publish
from tests.support.site import FakeSite

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
    place = an_installation(tmp_path, site)
    place.sources(**{f"outlet-{n}": site.url("/feed.xml", host=h) for n, h in enumerate(HOSTS)})
    for url in _database(postgresql_server, template=migrated_postgresql):
        made = Cluster(place=place, url=url)
        try:
            yield made
        finally:
            made.close()
