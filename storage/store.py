"""The one way in: a store, and units of work over it. One transaction is one unit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from storage.coverage import CoverageReader
from storage.engine import make_engine
from storage.errors import DatabaseUnusable
from storage.items import Items
from storage.mentions import Mentions
from storage.migrate import upgrade
from storage.notices import Notices
from storage.outbox import Outbox
from storage.runs import Runs
from storage.sources import Sources
from storage.subscribers import Subscribers
from storage.watches import Watches


class Unit:
    """Everything that can be done within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.items = Items(connection)
        self.sources = Sources(connection)
        self.watches = Watches(connection)
        self.mentions = Mentions(connection, self.items)
        self.subscribers = Subscribers(connection, self.items)
        self.outbox = Outbox(connection)
        self.notices = Notices(connection)
        self.runs = Runs(connection)
        self.coverage = CoverageReader(connection)


class Store:
    """An open database. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def url(self) -> str:
        """The SQLAlchemy URL that opens the same database in another process."""
        return self._engine.url.render_as_string(hide_password=False)

    @contextmanager
    def transaction(self) -> Iterator[Unit]:
        """A unit that is committed as a whole, or not at all when the block raises."""
        with self._begin("BEGIN IMMEDIATE") as connection:
            yield Unit(connection)

    @contextmanager
    def reading(self) -> Iterator[Unit]:
        """A unit that sees one state of the database and changes nothing."""
        with self._begin("BEGIN") as connection:
            yield Unit(connection)

    @contextmanager
    def _begin(self, begin: str) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            sqlite = self._engine.dialect.name == "sqlite"
            try:
                if sqlite:
                    connection.exec_driver_sql(begin)
                yield connection
            except BaseException:
                if sqlite:
                    connection.exec_driver_sql("ROLLBACK")
                connection.rollback()
                raise
            if sqlite:
                connection.exec_driver_sql("COMMIT")
            connection.commit()

    def ping(self) -> None:
        """Ask the database for an answer.

        Raises:
            DatabaseUnusable: it gives none.
        """
        try:
            with self._engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except DBAPIError as error:
            raise DatabaseUnusable(f"the database does not answer: {error.orig}") from error

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def open_store(url: str, *, migrate: bool = True, backup_dir: Path | None = None) -> Store:
    """Open a database, bringing its schema up to date first.

    Args:
        url: SQLAlchemy URL of SQLite or PostgreSQL.
        migrate: upgrade an older schema; otherwise the database is used as it is.
        backup_dir: where a SQLite file is copied to before it is upgraded.

    Raises:
        SchemaTooNew: written by a newer release.
        DatabaseUnusable: cannot be opened.
    """
    engine = make_engine(url)
    try:
        if migrate:
            upgrade(engine, backup_dir=backup_dir)
    except OperationalError as error:
        engine.dispose()
        raise DatabaseUnusable(f"cannot open the database {engine.url}: {error.orig}") from error
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)
