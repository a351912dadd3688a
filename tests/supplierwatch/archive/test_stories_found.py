"""search over an archive in which several outlets carry one story."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.supplierwatch.instance import BODY, SOURCES, Instance, an_article, an_instance

OWN = "Nurses at Northmoor told us that nobody had asked them about the new screens."


@pytest.fixture
def syndicated(tmp_path: Path) -> Instance:
    """The supplier's own release, and an outlet that prints it with a sentence of its own."""
    instance = an_instance(tmp_path)
    instance.write("sources.toml", SOURCES.rstrip() + '\npress_of = "Halcyon Health"\n')
    instance.stores(
        an_article(
            "release",
            source_key="trolley",
            body=BODY,
            published_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
        ),
        an_article(
            "print",
            source_key="ward-ledger",
            body=f"{BODY} {OWN}",
            published_at=datetime(2026, 11, 23, 12, tzinfo=UTC),
        ),
    )
    return instance


def test_a_search_says_who_has_the_story_and_what_of_it_is_a_release(syndicated: Instance) -> None:
    out = " ".join(syndicated.run("search", "nurses").stdout.split())

    assert "Also in trolley" in out
    assert "First: trolley, 2026-11-23" in out
    assert "% of this text is from the press release of Halcyon Health." in out
    assert f"Only here: “{OWN}”" in out


def test_a_search_for_scripts_has_the_story_with_its_outlets(syndicated: Instance) -> None:
    [found] = syndicated.json("search", "nurses")["found"]

    story = found["story"]
    assert [(one["source"], one["supplier"]) for one in story["outlets"]] == [
        ("trolley", "Halcyon Health"),
        ("ward-ledger", None),
    ]
    assert story["outlets"][1]["own"] == [OWN]
    assert 0.7 < story["outlets"][1]["release_share"] < 0.9
    assert story["release_of"] == ["Halcyon Health"]


def test_an_item_that_nobody_else_carries_has_no_story(tmp_path: Path) -> None:
    instance = an_instance(tmp_path)
    instance.stores(an_article("alone", title="Corvid Data opens an office"))

    assert instance.json("search", "corvid")["found"][0]["story"] is None
    assert "First:" not in instance.run("search", "corvid").stdout


def test_exports_say_who_was_first_and_what_is_a_release(syndicated: Instance) -> None:
    file = syndicated.data / "out.csv"
    syndicated.run("export", str(file), "--watch", "halcyon-trusts")
    rows = {row["source"]: row for row in csv.DictReader(file.read_text().splitlines())}

    assert rows["ward-ledger"]["first_source"] == "trolley"
    assert rows["ward-ledger"]["only_here"] == OWN
    assert 0.7 < float(rows["ward-ledger"]["release_share"]) < 0.9
    assert rows["trolley"]["release_share"] == ""

    lines = syndicated.run("export", "--format", "jsonl", "--watch", "halcyon-trusts").stdout
    carried = [json.loads(line)["carried"] for line in lines.splitlines()]
    assert [one["release_of"] for one in carried] == [["Halcyon Health"]] * 2
