"""No copy while a service or worker runs on either side, nor between other schemas."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from storage.copying import open_both
from storage.engine.advisory_lock import LEADER, LeaderLock
from storage.engine.engine import make_engine
from storage.engine.schema_version import SCHEMAS, present_schema
from storage.engine.service_lock import ServiceLock
from storage.errors import AlreadyRunning, CopyFailed, DatabaseUnusable, SchemaTooOld
from tests.support.databases import _database, make_sqlite


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    """A SQLite file in a data folder."""
    file = tmp_path / "data" / "supplierwatch.db"
    make_sqlite(file)
    return f"sqlite:///{file}"


@pytest.fixture
def server_url(postgresql_server: str, migrated_postgresql: str) -> Iterator[str]:
    """A database of PostgreSQL."""
    yield from _database(postgresql_server, template=migrated_postgresql)


@pytest.fixture(params=["from", "to"])
def both(request: pytest.FixtureRequest, file_url: str, server_url: str) -> tuple[str, str]:
    """The two in either order: the busy one in the tests is now source, now target."""
    return (file_url, server_url) if request.param == "from" else (server_url, file_url)


def test_a_service_on_the_data_folder_of_a_file_keeps_it_to_itself(
    both: tuple[str, str], tmp_path: Path
) -> None:
    with (
        ServiceLock(tmp_path / "data"),
        pytest.raises(AlreadyRunning, match="another supplierwatch"),
        open_both(*both),
    ):
        pytest.fail("it was opened")


def test_a_service_cannot_start_on_a_file_while_it_is_copied(
    both: tuple[str, str], tmp_path: Path
) -> None:
    with (
        open_both(*both),
        pytest.raises(AlreadyRunning),
        ServiceLock(tmp_path / "data"),
    ):
        pytest.fail("it was locked twice")


def test_a_process_that_leads_keeps_postgresql_to_itself(
    both: tuple[str, str], server_url: str
) -> None:
    engine = make_engine(server_url)
    lock = LeaderLock(engine, LEADER)
    assert lock.acquire()
    with pytest.raises(AlreadyRunning, match="a service leads"), open_both(*both):
        pytest.fail("it was opened")
    lock.release()
    with open_both(*both):
        assert not lock.acquire()
    assert lock.acquire()
    lock.release()
    engine.dispose()


def test_a_worker_that_is_alive_keeps_postgresql_to_itself(
    both: tuple[str, str], server_url: str
) -> None:
    engine = make_engine(server_url)
    _start_worker(engine)
    with pytest.raises(AlreadyRunning, match="workers"), open_both(*both):
        pytest.fail("it was opened")
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
        )
    with open_both(*both):
        pass
    # one that began in the meantime may have done something that the copy does not have
    with pytest.raises(AlreadyRunning, match="workers"), open_both(*both):
        _start_worker(engine)
    engine.dispose()


def _start_worker(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))


def test_an_empty_target_gets_the_schema(file_url: str, tmp_path: Path) -> None:
    with open_both(file_url, f"sqlite:///{tmp_path}/new/watch.db") as (_, target):
        assert present_schema(target) == SCHEMAS[-1]


def test_an_older_schema_is_refused(both: tuple[str, str], server_url: str) -> None:
    engine = make_engine(server_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(SchemaTooOld, match="db upgrade"), open_both(*both):
        pytest.fail("it was opened")
    engine.dispose()


def test_a_source_that_is_not_there_is_not_made(tmp_path: Path, file_url: str) -> None:
    with (
        pytest.raises(DatabaseUnusable, match="there is no database"),
        open_both(f"sqlite:///{tmp_path}/none.db", file_url),
    ):
        pytest.fail("it was opened")
    assert not (tmp_path / "none.db").exists()


def test_a_database_is_not_copied_into_itself(file_url: str, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "data")
    with (
        pytest.raises(CopyFailed, match="same database"),
        open_both(file_url, f"sqlite:///{tmp_path}/link/supplierwatch.db"),
    ):
        pytest.fail("it was opened")
