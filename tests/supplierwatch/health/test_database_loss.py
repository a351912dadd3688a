"""A service whose database is removed or replaced ends, and says what is gone."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import Store
from supplierwatch.health.database_loss import MARKER
from supplierwatch.health.health import Health
from supplierwatch.service.service import Service
from supplierwatch.shell.exits import Exit
from supplierwatch.wiring import load
from tests.supplierwatch.health.test_health_reasons import COMMAND, PATIENCE, Watched
from tests.supplierwatch.instance import Instance, an_instance
from tests.support.builders import NOW
from tests.support.clock import Clock
from tests.support.services import Installation, an_installation, eventually, publish
from tests.support.site import FakeSite


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    made = an_instance(tmp_path)
    settings = (made.config / "settings.toml").read_text()
    made.write(
        "settings.toml",
        settings
        + '\n[operator]\nto = "it@trust.example"\nalso = ["channel:ops"]\n'
        + '[[channel]]\nkey = "ops"\nkind = "ntfy"\nurl = "https://ntfy.example"\nto = "ops"\n',
    )
    return made


@pytest.fixture
def service(instance: Instance) -> Iterator[Service]:
    with instance.store() as store:
        yield Service(load(instance.config, {}), store, owner="test")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Installation]:
    with FakeSite() as site:
        publish(site, 1)
        yield an_installation(tmp_path, site)


def empty(folder: Path) -> None:
    """Remove everything in a folder."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def run_again(place: Installation) -> subprocess.CompletedProcess[str]:
    """Start the service where it is expected to refuse."""
    command = [*COMMAND, "--config", str(place.config), "run"]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def test_a_service_whose_data_folder_was_emptied_ends_and_does_not_begin_anew(
    place: Installation,
) -> None:
    with place.running() as service:
        assert eventually(place.welcomed, within=PATIENCE), service.log
        empty(place.data)
        assert service.process.wait(PATIENCE) == Exit.DATABASE_REFUSED
    assert "was removed under the running service" in " ".join(service.log.split())
    again = run_again(place)
    assert again.returncode == Exit.DATABASE_REFUSED
    assert MARKER in again.stderr
    assert "restore" in again.stderr
    # the operator decides to begin anew
    (place.data / MARKER).unlink()
    place.database.unlink(missing_ok=True)
    with place.running() as service:
        assert eventually(place.welcomed, within=PATIENCE), service.log
        assert service.ends_within(15)


def test_a_service_whose_database_was_replaced_ends_and_starts_with_what_was_put_there(
    place: Installation,
) -> None:
    with place.running() as service:
        assert eventually(place.welcomed, within=PATIENCE), service.log
        backup = place.folder / "backup.db"
        done = subprocess.run(
            [*COMMAND, "--config", str(place.config), "backup", str(backup)],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        backup.replace(place.database)
        assert service.process.wait(PATIENCE) == Exit.DATABASE_REFUSED
    assert "was replaced by another file" in " ".join(service.log.split())
    for suffix in ("-wal", "-shm"):
        Path(f"{place.database}{suffix}").unlink(missing_ok=True)
    with place.running() as service:
        assert eventually(lambda: "service.started" in service.log, within=PATIENCE), service.log
        assert service.ends_within(15)
    assert not (place.data / MARKER).exists()


def test_health_says_that_the_file_is_gone(sqlite_store: Store, clock: Clock) -> None:
    file = sqlite_store.file
    assert file is not None
    moved = file.with_suffix(".moved")
    file.rename(moved)
    said = Health(Watched(sqlite_store, clock)).report()
    assert said["status"] == "failing"
    assert said["reasons"][-1].startswith("the database file was removed under the running service")
    moved.rename(file)
    assert Health(Watched(sqlite_store, clock)).report()["status"] == "ok"
