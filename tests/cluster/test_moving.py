"""A service is moved to PostgreSQL and back: it goes on where it was, and tells nothing twice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import open_store
from supplierwatch.shell.exits import Exit
from tests.support.databases import _database
from tests.support.servers.mails import alerted
from tests.support.services import Installation, an_installation, eventually, own_words, publish
from tests.support.site import FakeSite

pytestmark = pytest.mark.cluster

PATIENCE = 240.0  # seconds; only a failure waits so long


@pytest.fixture
def site() -> Iterator[FakeSite]:
    """A host with a feed of one article."""
    with FakeSite(("127.0.0.2",)) as site:
        publish(site, 1, text=own_words)
        yield site


@pytest.fixture
def server_url(postgresql_server: str, migrated_postgresql: str) -> Iterator[str]:
    """An empty database of PostgreSQL."""
    yield from _database(postgresql_server, template=migrated_postgresql)


def test_a_service_that_is_moved_up_and_back_tells_nothing_twice(
    site: FakeSite, server_url: str, tmp_path: Path
) -> None:
    place = an_installation(tmp_path, site)
    file_url = f"sqlite:///{place.database}"
    _tell_until(2, place, site, file_url, starts=True)
    secret = tmp_path / "url"
    secret.write_text(f"{server_url}\n")
    with place.running(environ={"SUPPLIERWATCH_DATABASE_URL": file_url}) as running:
        assert eventually(lambda: "service.started" in running.log, within=PATIENCE), running.log
        refused = _copy(place, str(place.database), f"@{secret}")
        assert refused.returncode == Exit.ALREADY_RUNNING, refused.stderr
        assert running.ends_within(60)
    up = _copy(place, str(place.database), f"@{secret}")
    assert up.returncode == Exit.OK, up.stderr
    assert "both sides hold the same" in up.stdout

    _tell_until(4, place, site, server_url)
    moved = place.data / "back.db"
    down = _copy(place, f"@{secret}", str(moved))
    assert down.returncode == Exit.OK, down.stderr

    _tell_until(6, place, site, f"sqlite:///{moved}")
    told = {f"Halcyon-{number}" for number in range(1, 6)}
    assert alerted(place) == dict.fromkeys(told, 1)
    assert len([mail for mail in place.mails if "welcome" in mail.name]) == 1


def _tell_until(
    count: int, place: Installation, site: FakeSite, url: str, *, starts: bool = False
) -> None:
    """Run the service on a database until the stories up to `count` were told."""
    with place.running(environ={"SUPPLIERWATCH_DATABASE_URL": url}) as running:
        if starts:
            assert eventually(place.welcomed, within=PATIENCE), running.log
        else:
            assert eventually(lambda: "service.started" in running.log, within=PATIENCE)
        publish(site, count, text=own_words)
        _make_due(url)
        told = {f"Halcyon-{number}" for number in range(1, count)}
        assert eventually(lambda: told <= {*alerted(place)}, within=PATIENCE), running.log
        assert running.ends_within(60), running.log


def _make_due(url: str) -> None:
    store = open_store(url, migrate=False)
    with store.transaction() as unit:
        unit.sources._db.exec_driver_sql("UPDATE source SET next_at = '2026-01-01 00:00:00.000000'")
    store.close()


def _copy(place: Installation, source: str, target: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "supplierwatch", "--config", str(place.config), "db", "copy"]
    return subprocess.run(
        [*command, source, target], capture_output=True, text=True, check=False, timeout=300
    )
