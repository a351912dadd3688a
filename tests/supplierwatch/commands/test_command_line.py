"""The command line itself: global options, times, keys that complete, what it costs to start."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from supplierwatch.cli import app, move_globals_first
from supplierwatch.formatting.times import ago
from supplierwatch.shell.options import parse_moment

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (["check", "--verbose"], ["--verbose", "check"]),
        (["check", "--config", "x", "--json"], ["--config", "x", "check", "--json"]),
        (["check", "--config=x"], ["--config=x", "check"]),
        (["search", "--", "--verbose"], ["search", "--", "--verbose"]),
        (["check", "--config"], ["--config", "check"]),
    ],
    ids=["flag", "value", "equals", "after the dashes", "value left out"],
)
def test_global_options_may_stand_anywhere(typed: list[str], read: list[str]) -> None:
    assert move_globals_first(typed) == read


@pytest.mark.parametrize(
    ("since", "moment"),
    [
        ("90min", NOW - timedelta(minutes=90)),
        ("12h", NOW - timedelta(hours=12)),
        ("30d", NOW - timedelta(days=30)),
        ("2 w", NOW - timedelta(weeks=2)),
        (None, None),
    ],
)
def test_since_takes_spans(since: str | None, moment: datetime | None) -> None:
    assert parse_moment(since, NOW) == moment


def test_since_takes_a_day_by_the_clock_of_this_machine() -> None:
    moment = parse_moment("2026-11-01", NOW)
    assert moment is not None
    assert f"{moment.astimezone():%Y-%m-%d %H:%M}" == "2026-11-01 00:00"


@pytest.mark.parametrize("since", ["yesterday", "999999w", "2026-13-01", ""])
def test_since_refuses_what_is_no_time_and_says_what_is(since: str) -> None:
    with pytest.raises(typer.BadParameter, match=r"12h, 30d or 8w"):
        parse_moment(since, NOW)


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=59), "59 min ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(days=3), "3 d ago"),
        (timedelta(minutes=-20), "in 20 min"),
    ],
)
def test_times_are_told_as_people_tell_them(span: timedelta, said: str) -> None:
    assert ago(NOW - span, NOW) == said


def test_help_loads_no_heavy_library() -> None:
    script = (
        "import sys, supplierwatch.cli; "
        "print([m for m in ('sqlalchemy','scrapy','twisted','trafilatura','jinja2','lxml',"
        "'pydantic','feedparser','apscheduler','uvicorn','storage.model') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_version_is_printed_without_loading_the_commands() -> None:
    script = (
        "import sys; sys.argv[1:] = ['--version']; "
        "from supplierwatch.__main__ import main; main(); "
        "print([m for m in ('typer', 'rich', 'supplierwatch.cli') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    printed, loaded = run.stdout.splitlines()
    assert printed.startswith("supplierwatch ")
    assert loaded == "[]"


def test_nothing_typed_shows_the_commands() -> None:
    run = CliRunner().invoke(app, [])
    assert run.exit_code == 2
    assert "explain" in run.output


def test_an_unknown_command_is_answered_with_the_nearest() -> None:
    run = CliRunner().invoke(app, ["serch", "x"])
    assert run.exit_code == 2
    assert "Did you mean 'search'" in run.output


@pytest.mark.parametrize("broken", [False, True], ids=["valid", "being edited"])
def test_tab_offers_the_keys_of_the_configuration(tmp_path: Path, broken: bool) -> None:
    sources = '[[source]]\nkey = "ward-ledger"\nurl = "https://ward-ledger.example/feed"\n'
    watches = '[[watch]]\nkey = "halcyon"\nquery = "halcyon"\n'
    cut = '\n[[source]]\nkey = "' if broken else ""
    (tmp_path / "sources.toml").write_text(sources + cut, encoding="utf-8")
    (tmp_path / "watches.toml").write_text(watches, encoding="utf-8")
    assert "ward-ledger" in completed(tmp_path, "crawl ")
    assert "ward-ledger" in completed(tmp_path, "doctor wa")
    assert "ward-ledger" not in completed(tmp_path, "doctor x")
    assert "halcyon" in completed(tmp_path, "explain https://x.example --watch ")


def test_tab_is_silent_where_there_is_no_configuration(tmp_path: Path) -> None:
    assert completed(tmp_path / "none", "crawl ") == ""


def completed(folder: Path, typed: str) -> str:
    line = f"supplierwatch --config {folder} {typed}"
    environ = {
        "_SUPPLIERWATCH_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split(" ")) - 1),
    }
    return CliRunner().invoke(app, [], env=environ, prog_name="supplierwatch").output.strip()
