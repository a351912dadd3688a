"""Makes SQLite quick in the process of the tests, with the statements and transactions it has.

It does not wait for the disk: no test cuts the power, and what a killed process has written is with
the system already. All stores share the statements that SQLAlchemy has compiled, which an engine
otherwise compiles anew for each test.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import Engine
from sqlalchemy.util import LRUCache

from storage.engine import engine as engines

MOST_STATEMENTS = 5_000
_set_up = engines._on_connect


def _set_up_quick(connection: Any, entry: Any) -> None:
    _set_up(connection, entry)
    connection.execute("PRAGMA synchronous=OFF")


@pytest.fixture(scope="session", autouse=True)
def quick_engines() -> Iterator[None]:
    """Have all engines of this process be quick."""
    with sqlalchemy.create_engine("sqlite://").connect() as connection:
        dialect = connection.dialect  # it has learnt of its driver what it learns by connecting
    connection.engine.dispose()
    compiled: LRUCache[Any, Any] = LRUCache(MOST_STATEMENTS)

    def create_engine(url: Any, **options: Any) -> Engine:
        made = sqlalchemy.create_engine(url, **options)
        if made.dialect.name == dialect.name:
            made.dialect = made.pool._dialect = dialect
            made._compiled_cache = compiled
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "create_engine", create_engine)
        patch.setattr(engines, "_on_connect", _set_up_quick)
        yield


@pytest.fixture
def durable_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have SQLite wait for the disk in this test, as it does in the product."""
    monkeypatch.setattr(engines, "_on_connect", _set_up)
