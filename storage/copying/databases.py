"""Opens the two databases of a copy, and keeps services out of both while it runs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from storage.engine.advisory_lock import LEADER, LeaderLock
from storage.engine.engine import make_engine, sqlite_file
from storage.engine.schema_version import present_schema, refuse_other_schema
from storage.engine.service_lock import ServiceLock
from storage.engine.upgrade import upgrade
from storage.errors import AlreadyRunning, CopyFailed, explain_error
from storage.jobs import JobQueue

# a killed worker counts as running for so long after its last heartbeat
HEARTBEAT_WITHIN = timedelta(seconds=30)


@contextmanager
def open_both(
    source_url: str, target_url: str, *, data_folders: Collection[Path] = ()
) -> Iterator[tuple[Engine, Engine]]:
    """Open both databases with all services kept out; make the schema of an empty target.

    Args:
        source_url: SQLAlchemy URL of what is read.
        target_url: of what is written.
        data_folders: of services that may use one of the two, besides the folders of SQLite files.

    Raises:
        AlreadyRunning: a service or a worker runs on one of them.
        CopyFailed: both are the same database.
        DatabaseUnusable: one of them cannot be opened, or a source file does not exist.
        SchemaTooNew: one has the schema of a newer release.
        SchemaTooOld: one has the schema of an older release.
    """
    with ExitStack() as stack:
        source = make_engine(source_url)
        stack.callback(source.dispose)
        target = make_engine(target_url)
        stack.callback(target.dispose)
        if _identify(source) == _identify(target):
            raise CopyFailed(f"both are the same database, {source.url!r}: name another one")
        _check_schema(source, make=False)
        for folder in sorted({*data_folders, *_find_folders(source, target)}):
            stack.enter_context(ServiceLock(folder))
        _check_schema(target, make=True)
        for engine in (source, target):
            _hold_leader_lock(engine, stack)
        yield source, target
        for engine in (source, target):
            _refuse_workers(engine)


def _identify(engine: Engine) -> object:
    file = sqlite_file(engine)
    url = engine.url
    return (url.host, url.port or 5432, url.database) if file is None else file.resolve()


def _find_folders(*engines: Engine) -> Iterator[Path]:
    for engine in engines:
        file = sqlite_file(engine)
        if file is not None:
            yield file.resolve().parent


def _check_schema(engine: Engine, *, make: bool) -> None:
    try:
        if make and present_schema(engine) is None:
            upgrade(engine)
        refuse_other_schema(engine)
    except DBAPIError as error:
        raise explain_error(error, engine.url) from error


def _hold_leader_lock(engine: Engine, stack: ExitStack) -> None:
    lock = LeaderLock(engine, LEADER)
    if not lock.acquire():
        raise AlreadyRunning(
            f"a service leads on {engine.url!r}: stop `supplierwatch run` and its workers first"
        )
    stack.callback(lock.release)
    _refuse_workers(engine)


def _refuse_workers(engine: Engine) -> None:
    with engine.connect() as connection:
        workers = JobQueue(connection).count_workers(HEARTBEAT_WITHIN)
    if workers:
        raise AlreadyRunning(
            f"{workers} workers of {engine.url!r} run, or ran "
            f"{HEARTBEAT_WITHIN.seconds} seconds ago: stop them, and run this command again"
        )
