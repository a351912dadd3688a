"""Fixtures that every package's tests may ask for, and how property tests run."""

import gc
import importlib
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import is_hypothesis_test, settings

from tests import ROOT
from tests.support.databases import (
    backend,
    database_url,
    durable_engines,
    empty_url,
    migrated_postgresql,
    migrated_sqlite,
    opened,
    postgresql_server,
    quick_engines,
    sqlite_store,
    store,
)
from tests.support.outgoing import assert_mail_is_clean
from tests.support.program_forks import forked_launchers
from tests.support.sizes import FAST, examples

__all__ = [
    "backend",
    "database_url",
    "durable_engines",
    "empty_url",
    "migrated_postgresql",
    "migrated_sqlite",
    "opened",
    "postgresql_server",
    "quick_engines",
    "sqlite_store",
    "store",
]


# Tests start hundreds of interpreters. Without .pyc files each would compile the project anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# At its import Scrapy asks three times who called it, and Python looks up the source of each frame.
# Below the frames of pytest this takes seconds; a thread has few.
_first = threading.Thread(
    target=importlib.import_module, args=("scrapy.core.downloader.contextfactory",)
)
_first.start()
_first.join()
gc.disable()  # until all tests are collected: next to nothing of what is made until then is garbage

SLOW_FOLDERS = frozenset({"acceptance", "attack", "desk", "faults", "fuzz", "quality"})
SLOW_FIXTURES = frozenset({"site", "crawls", "place", "instance", "postgresql_server"})
collect_ignore = sorted(SLOW_FOLDERS) if FAST else []  # nothing of them would be run

SEPARATE_FOLDERS = frozenset({"attack", "web"})  # all their tests have the marker of that name


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Collect nothing in a folder all of whose tests would be deselected."""
    name = collection_path.name
    separate = collection_path.parent == ROOT / "tests" and name in SEPARATE_FOLDERS
    return (separate and f"not {name}" in config.option.markexpr) or None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts processes or servers `slow`.

    Where a module is marked `one_database`, PostgreSQL is left to `make test-long`. Property tests
    are `sized`: `make test-long` gives them more examples.
    """
    for item in items:
        values = getattr(item, "callspec", None)
        on_postgresql = values is not None and "postgresql" in values.params.values()
        if on_postgresql and item.get_closest_marker("one_database"):
            item.add_marker("long")
        fixtures = SLOW_FIXTURES.intersection(getattr(item, "fixturenames", ()))
        if (
            on_postgresql
            or fixtures
            or SLOW_FOLDERS.intersection(item.path.relative_to(ROOT).parts)
        ):
            item.add_marker("slow")
        if isinstance(item, pytest.Function) and is_hypothesis_test(item.obj):
            item.add_marker("sized")


def pytest_collection_finish() -> None:
    """Have no garbage collection look through thousands of tests and modules again and again."""
    gc.enable()
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def quick_launchers() -> Iterator[None]:
    """Have crawls that a test starts itself forked off the process that has imported everything."""
    with forked_launchers():
        yield


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
settings.register_profile("project", derandomize=True, deadline=None, max_examples=examples(100))
settings.load_profile("project")
