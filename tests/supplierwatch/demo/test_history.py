"""The generated history of `demo --serve`: what is in it, and that the desk opens on it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.model import MarkKind, StoredItem
from storage.store import Store, open_store
from supplierwatch.demo.history.configuration import write_desk_configuration
from supplierwatch.demo.history.generator import TROUBLED, generate_history
from supplierwatch.demo.history.routine import compose_reports
from supplierwatch.demo.output import clear_output
from supplierwatch.demo.server import newsroom
from supplierwatch.errors import OutputTaken
from supplierwatch.wiring import load
from tests.support.databases import make_sqlite

END = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)  # a Friday


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The archive with its history."""
    folder = tmp_path_factory.mktemp("history")
    with newsroom() as room:
        write_desk_configuration(folder / "config", folder / "data", room, port=8420)
        wired = load(folder / "config", {})
        url = wired.catalog.settings.service.database_url
        make_sqlite(Path(url.removeprefix("sqlite:///")))
        store = open_store(url)
        generate_history(wired, store, room, end=END)
        yield store
        store.close()


@pytest.fixture(scope="module")
def items(archive: Store) -> tuple[StoredItem, ...]:
    """Every item, newest first."""
    with archive.reading() as unit:
        return unit.items.newest(limit=1000)


def test_it_goes_back_six_weeks(items: tuple[StoredItem, ...]) -> None:
    assert len(items) > 100
    assert 41 <= (END - items[-1].first_seen_at).days <= 42


def test_all_that_the_desk_shows_is_in_it(archive: Store, items: tuple[StoredItem, ...]) -> None:
    stories = [item.story_id for item in items]
    assert {"news", "release", "tender", "question", "boardpaper"} == {i.kind for i in items}
    assert any(stories.count(story) >= 3 for story in stories)
    assert max(stories.count(story) for story in stories) <= 4
    assert any(item.revision > 1 for item in items if item.kind == "news")
    assert any(item.asides for item in items)
    with archive.reading() as unit:
        assert unit.users.newest_mention() > 50
        assert {"sent", "held"} <= unit.outbox.counts().keys()
        assert len(unit.users.list()) == 3
        assert unit.marks.find_items(MarkKind.TAG, limit=10)


def test_one_source_is_in_trouble(archive: Store) -> None:
    with archive.reading() as unit:
        assert [s.key for s in unit.sources.all() if s.failures] == [TROUBLED]


def test_reports_are_composed_alike_each_time() -> None:
    assert compose_reports(42) == compose_reports(42)


def test_a_folder_that_no_demo_made_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()

    with pytest.raises(OutputTaken):
        clear_output(tmp_path)

    assert (tmp_path / "config").exists()


@pytest.mark.slow
def test_the_link_opens_the_desk_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "supplierwatch", "demo", "--serve", "--output", str(tmp_path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as process:
        assert process.stdout is not None
        link = None
        for line in process.stdout:
            if (link := re.search(r"http://127\.0\.0\.1:\d+/link/\S+", line)) is not None:
                break
        assert link is not None
        with urllib.request.urlopen(link[0], timeout=60) as page:
            text = page.read().decode()
        process.send_signal(signal.SIGINT)
        process.stdout.read()

    assert process.returncode == 0
    assert "the last six weeks are fictional" in text
