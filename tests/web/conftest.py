"""Chromium of the system, and real services on loopback for it to look at."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.desk.browser import RunningDesk, running_desk

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


@pytest.fixture
def new_desk(tmp_path: Path) -> Iterator[RunningDesk]:
    """A desk without users over an empty archive."""
    with running_desk(tmp_path) as made:
        yield made


@pytest.fixture
def tab(chromium: Browser) -> Iterator[Any]:
    """A tab with cookies of its own; scripts that fail make the test fail."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    yield page
    context.close()
    assert failures == []
