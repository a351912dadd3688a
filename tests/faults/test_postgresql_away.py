"""PostgreSQL restarts, dies and cuts connections under the running service: all goes on, once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from storage.store import open_store
from tests.faults.own_server import OwnServer, own_server
from tests.support.servers.mails import alerted
from tests.support.services import Installation, an_installation, eventually, own_words, publish
from tests.support.site import FakeSite

__all__ = ["own_server"]

PATIENCE = 180.0  # seconds; only a failure waits so long


@pytest.fixture
def site() -> Iterator[FakeSite]:
    with FakeSite() as site:
        publish(site, 1, text=own_words)
        yield site


@pytest.fixture
def place(tmp_path: Path, site: FakeSite) -> Installation:
    return an_installation(tmp_path, site)


def test_a_server_that_restarts_or_cuts_connections_loses_nothing_and_doubles_nothing(
    place: Installation, site: FakeSite, own_server: OwnServer
) -> None:
    environ = {"SUPPLIERWATCH_DATABASE_URL": own_server.url}
    faults: list[Callable[[], None]] = [
        own_server.restart_at_once,  # while the service is idle
        own_server.cut_all,
        own_server.restart_at_once,
        own_server.cut_all,
    ]
    with place.running(environ=environ) as service:
        assert eventually(place.welcomed, within=PATIENCE), service.log
        for number, fault in enumerate(faults, start=1):
            story = f"Halcyon-{number}"
            publish(site, number + 1, text=own_words)
            if number <= 2:
                fault()
            assert eventually(own_server.is_idle, within=PATIENCE), service.log
            own_server.run("UPDATE source SET next_at = '2000-01-01 00:00:00'")
            if number > 2:  # while a crawl is writing, and what follows it reads
                assert eventually(lambda s=story: bool(site.requests(f"/{s}")), within=PATIENCE)  # type: ignore[misc]
                fault()
                # a crawl that broke is tried again after five minutes, which nobody waits for here
                assert eventually(own_server.is_idle, within=PATIENCE), service.log
                own_server.run("UPDATE source SET next_at = '2000-01-01 00:00:00'")
            assert eventually(lambda s=story: alerted(place)[s] == 1, within=PATIENCE), service.log  # type: ignore[misc]
        assert service.ends_within(15), service.log
    assert set(alerted(place).values()) == {1}
    assert len(alerted(place)) == len(faults)
    store = open_store(own_server.url, migrate=False)
    try:
        with store.reading() as unit:
            assert unit.items.count() == len(faults) + 1
            assert set(unit.outbox.counts()) == {"sent"}
            assert [state.lease_owner for state in unit.sources.all()] == [None]
    finally:
        store.close()
