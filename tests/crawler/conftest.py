"""A fake site, a database, and crawls in real child processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.store import open_store
from tests.support.crawls import Crawls
from tests.support.databases import make_sqlite
from tests.support.site import FakeSite

HOSTS = tuple(f"127.0.0.{n}" for n in range(2, 9))


@pytest.fixture
def site() -> Iterator[FakeSite]:
    with FakeSite(HOSTS) as running:
        yield running


@pytest.fixture
def crawls(tmp_path: Path) -> Iterator[Crawls]:
    make_sqlite(tmp_path / "watch.db")
    store = open_store(f"sqlite:///{tmp_path}/watch.db")
    made = Crawls(store)
    yield made
    made.end()
    store.close()
