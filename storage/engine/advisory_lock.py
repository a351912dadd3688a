"""PostgreSQL advisory locks of a connection: they end with it, and count for all processes."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

LEADER = "leader"  # the lock of the process that plans the jobs of a cluster
_SCOPE = 0x7377  # the first of two keys, so that no lock with one key is the same


class LeaderLock:
    """A lock that one process on a database holds; it is released when its connection breaks.

    On SQLite it counts as held: there the service lock of the data folder keeps others out.
    """

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._key = _hash_name(name)
        self._connection: Connection | None = None
        self._is_always_held = engine.dialect.name != "postgresql"

    def acquire(self) -> bool:
        """Take the lock unless another process has it; return whether this process holds it."""
        if self._is_always_held or self._is_still_held():
            return True
        connection = None
        try:
            connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if connection.scalar(
                text("SELECT pg_try_advisory_lock(:scope, :key)"), _bind_keys(self._key)
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
        """Release the lock."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DBAPIError):
                if not connection.invalidated:
                    # at once: a server notices a closed connection a moment later
                    connection.execute(
                        text("SELECT pg_advisory_unlock(:scope, :key)"), _bind_keys(self._key)
                    )
                    # closed, not returned to the pool: nobody else may go on in its session
                    connection.detach()
                connection.close()

    def _is_still_held(self) -> bool:
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
    keys = _bind_keys(_hash_name(name))
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


def _hash_name(name: str) -> int:
    # a signed integer of 32 bits
    return zlib.crc32(name.encode()) - 0x80000000


def _bind_keys(key: int) -> dict[str, int]:
    return {"scope": _SCOPE, "key": key}
