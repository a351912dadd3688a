"""Desks for each test: with a user of each role, or new; nobody has failed to sign in yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from supplierwatch.desk.pages.account import sign_in as sign_in_page
from tests.desk.browser import RunningDesk, running_desk
from tests.desk.forms import take_up
from tests.supplierwatch.marked_stories import mark_stories, store_stories


@pytest.fixture(autouse=True)
def nobody_has_failed() -> None:
    """Forget the failed sign-ins of other tests: they are counted in the process."""
    sign_in_page.failures._failures.clear()


@pytest.fixture
def new_desk(tmp_path: Path) -> Iterator[RunningDesk]:
    """A desk without users over an empty archive."""
    with running_desk(tmp_path) as made:
        yield made


@pytest.fixture
def desk(new_desk: RunningDesk) -> RunningDesk:
    """A desk with one user of each role over an empty archive."""
    new_desk.people()
    return new_desk


@pytest.fixture
def marked(desk: RunningDesk) -> RunningDesk:
    """A desk with three stories that are not relevant to the watch `ice`, and one starred."""
    store_stories(desk.instance)
    take_up(desk)
    mark_stories(desk.instance)
    desk.clock.advance(timedelta(minutes=1))
    return desk
