"""Fixtures that every room's tests may ask for, and how property tests run."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support.databases import (
    backend,
    database_url,
    empty_url,
    migrated_postgresql,
    migrated_sqlite,
    opened,
    postgresql_server,
    sqlite_store,
    store,
)
from tests.support.outgoing import assert_mail_is_clean

__all__ = [
    "backend",
    "database_url",
    "empty_url",
    "migrated_postgresql",
    "migrated_sqlite",
    "opened",
    "postgresql_server",
    "sqlite_store",
    "store",
]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave PostgreSQL to `make test-long` where a module is marked `one_database`."""
    for item in items:
        if item.get_closest_marker("one_database"):
            values = getattr(item, "callspec", None)
            if values is not None and "postgresql" in values.params.values():
                item.add_marker("long")


@pytest.fixture(autouse=True)
def every_mail_is_clean(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test has the product write as mail, in its folder, passes the oracle of all mail.

    What goes over SMTP or to the desk of the tests is checked there.
    """
    folder = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    if folder is not None:
        for path in folder.rglob("mail/*.eml"):
            assert_mail_is_clean(path.read_bytes())


# the same examples in every run, and no deadline: a slow machine is no defect of the code
settings.register_profile("house", derandomize=True, deadline=None)
settings.load_profile("house")
