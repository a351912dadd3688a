"""Locks of PostgreSQL that are held by a connection: across processes, and gone with it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

LEADER = "leader"  # the lock of the process that plans the work of all
_SCOPE = 0x7377  # first key, which sets them apart from locks with one key


class LeaderLock:
    """At most one process on a database holds it; a connection that breaks gives it up.

    On SQLite the service lock of the data folder does the same: it is always held there.
    """

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._key = _key(name)
        self._connection: Connection | None = None
        self._always = engine.dialect.name != "postgresql"

    def acquire(self) -> bool:
        """Take the lock unless another process has it; return whether this process holds it."""
        if self._always or self._still_held():
            return True
        connection = None
        try:
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if connection.scalar(
                text("SELECT pg_try_advisory_lock(:scope, :key)"), _keys(self._key)
            ):
                self._connection = connection
                return True
        except DBAPIError:
            pass
        if connection is not None:
            with suppress(DBAPIError):
                connection.close()
        return False

    def release(self) -> None:
        """Give the lock up."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DBAPIError):
                if not connection.invalidated:
                    # closed, not returned to the pool: its session holds the lock
                    connection.detach()
                connection.close()

    def _still_held(self) -> bool:
        if self._connection is None:
            return False
        try:
            self._connection.scalar(text("SELECT 1"))
        except DBAPIError:
            self.release()
            return False
        return True


@contextmanager
def exclusive(engine: Engine, name: str) -> Iterator[None]:
    """Hold a lock for the length of the block, after waiting for it; nothing on SQLite."""
    if engine.dialect.name != "postgresql":
        yield
        return
    keys = _keys(_key(name))
    with engine.connect() as plain:
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("SELECT pg_advisory_lock(:scope, :key)"), keys)
        try:
            yield
        finally:
            try:
                connection.execute(text("SELECT pg_advisory_unlock(:scope, :key)"), keys)
            except DBAPIError:
                connection.invalidate()


def _key(name: str) -> int:
    # a signed integer of 32 bits
    return zlib.crc32(name.encode()) - 0x80000000


def _keys(key: int) -> dict[str, int]:
    return {"scope": _SCOPE, "key": key}
