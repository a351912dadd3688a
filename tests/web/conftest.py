"""Chromium of the system, and real services on loopback for it to look at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.desk.browser import RunningDesk, running_desk
from tests.web.demo_desk import DemoDesk, demo_desk
from tests.web.tabs import Tab, open_tab

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder `web`, and skip them where there is no Chromium."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.web)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="there is no chromium on PATH"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser; every test opens a context of its own in it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoDesk]:
    """A desk with six weeks of history; tests that change something bring their own."""
    with demo_desk(tmp_path_factory.mktemp("demo")) as made:
        yield made


@pytest.fixture
def new_desk(tmp_path: Path) -> Iterator[RunningDesk]:
    """A desk without users over an empty archive."""
    with running_desk(tmp_path) as made:
        yield made


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Any]:
    """A tab with cookies of its own; whatever fails in it makes the test fail."""
    with open_tab(chromium) as made:
        yield made.page


@pytest.fixture
def demo_tab(chromium: Browser, demo: DemoDesk) -> Iterator[Tab]:
    """A tab in which the operator of the demo is signed in."""
    with open_tab(chromium, cookies=demo.cookies) as made:
        yield made
