"""watches proposals, accept and dismiss: from marks to an edited file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from storage.model import MarkKind
from supplierwatch.shell.exits import Exit
from tests.supplierwatch.commands.test_json_shapes import paths, promised
from tests.supplierwatch.instance import Instance, an_article
from tests.supplierwatch.marked_stories import (
    RESULTS,
    WEATHER,
    WITH_ICE,
    an_instance_with_marks,
    mark_stories,
)


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    """Seven stories with the word, of which three are marked and one is starred."""
    return an_instance_with_marks(tmp_path)


def offered(instance: Instance) -> list[dict[str, Any]]:
    [watch] = instance.json("watches", "proposals", "ice")["watches"]
    found: list[dict[str, Any]] = watch["proposals"]
    return found


def file_of(instance: Instance) -> str:
    return (instance.config / "watches.toml").read_text(encoding="utf-8")


def test_a_proposal_says_what_it_drops_and_changes_nothing(instance: Instance) -> None:
    [watch] = instance.json("watches", "proposals")["watches"]
    assert (watch["watch"], watch["not_relevant"], watch["relevant"]) == ("ice", 3, 1)
    assert (watch["others"], watch["complete"], watch["dismissed"]) == (3, True, 0)
    [best] = watch["proposals"]
    assert (best["kind"], best["query"]) == ("case", 'cs("ICE")')
    assert (best["dropped_not_relevant"], best["dropped_others"]) == (3, 1)
    assert best["dropped"][0]["title"] == WEATHER[3][:40], "what nobody has marked comes first"
    said = instance.run("watches", "proposals").stdout
    assert f"ice:{best['id']}" in said
    assert "keeps all 1 that were ever marked as relevant" in " ".join(said.split())
    assert file_of(instance) == WITH_ICE


def test_the_document_has_the_fields_that_are_documented(instance: Instance) -> None:
    real = set(paths(instance.json("watches", "proposals")))
    assert real == promised("watches proposals")


def test_an_accepted_proposal_is_written_and_recorded(instance: Instance) -> None:
    [best] = offered(instance)
    run = instance.run("watches", "accept", f"ice:{best['id']}")
    assert run.exit_code == 0, run.output
    assert file_of(instance) == WITH_ICE.replace("'ICE'", "'cs(\"ICE\")'")
    [change] = instance.json("user", "audit", "--of", "watch")["changes"]
    assert (change["action"], change["subject"]) == ("watch.changed", "ice")
    assert (change["before"], change["after"]) == ("ICE", 'cs("ICE")')
    with instance.service():
        pass
    assert offered(instance) == []
    again = instance.run("watches", "accept", f"ice:{best['id']}")
    assert again.exit_code == Exit.USAGE
    assert "not offered any more" in again.stderr


def test_a_dismissed_proposal_comes_back_when_it_drops_more(instance: Instance) -> None:
    [best] = offered(instance)
    assert instance.run("watches", "dismiss", f"ice:{best['id']}").exit_code == 0
    [watch] = instance.json("watches", "proposals", "ice")["watches"]
    assert (watch["proposals"], watch["dismissed"]) == ([], 1)
    assert file_of(instance) == WITH_ICE
    [change] = instance.json("user", "audit", "--of", "proposal")["changes"]
    assert (change["action"], change["before"]) == ("proposal.dismissed", 'cs("ICE")')
    mark_stories(instance, unwanted=WEATHER[3:], starred=(), user=1)
    [again] = offered(instance)
    assert (again["id"], again["dropped_not_relevant"]) == (best["id"], 4)


def test_nothing_is_offered_that_drops_what_was_ever_starred(instance: Instance) -> None:
    with instance.store() as store, store.transaction() as unit:
        [item] = [i for i in unit.items.newest(limit=50) if i.body == WEATHER[3]]
        unit.marks.add(item.item_id, MarkKind.STAR, 1, item.first_seen_at)
        unit.marks.end(item.item_id, MarkKind.STAR, 1, item.first_seen_at)
    assert offered(instance) == []


def test_a_muted_story_counts_as_a_mark(tmp_path: Path) -> None:
    made = an_instance_with_marks(tmp_path, unwanted=WEATHER[:2], muted=WEATHER[2:3])
    assert [each["query"] for each in offered(made)] == ['cs("ICE")']


def test_a_copy_of_a_marked_story_is_marked_too(instance: Instance) -> None:
    text = WEATHER[0] + " ".join(f"n{number}" for number in range(80))
    copies = [
        an_article(f"copy-{number}", title="Gritters", body=text, source_key=source, url=url)
        for number, (source, url) in enumerate(
            [("ward-ledger", "https://a.example/1"), ("trolley", "https://b.example/1")]
        )
    ]
    instance.stores(*copies)
    mark_stories(instance, unwanted=(text,), starred=(), user=1)
    [watch] = instance.json("watches", "proposals", "ice")["watches"]
    assert (watch["not_relevant"], watch["others"]) == (4, 3)


def test_keywords_become_a_query(instance: Instance) -> None:
    before = WITH_ICE.replace("query = 'ICE'", 'keywords = ["ICE"]')
    instance.write("watches.toml", before)
    best = offered(instance)[0]
    run = instance.run("watches", "accept", f"ice:{best['id']}")
    assert run.exit_code == 0, run.output
    wanted = before.replace('keywords = ["ICE"]', 'query = \'plural(cs("ICE" OR "ICEs"))\'')
    assert file_of(instance) == wanted


@pytest.mark.parametrize("name", ["ice", "nobody:0123456789", "ice:0123456789"])
def test_what_is_no_proposal_is_refused(instance: Instance, name: str) -> None:
    assert instance.run("watches", "accept", name).exit_code == Exit.USAGE
    assert instance.run("watches", "dismiss", name).exit_code == Exit.USAGE
    assert file_of(instance) == WITH_ICE


def test_the_error_says_what_is_wrong_with_a_name(instance: Instance) -> None:
    without_id = instance.run("watches", "accept", "ice")
    assert "ice is not the name of a proposal, which is WATCH:ID" in without_id.stderr
    unknown = instance.run("watches", "dismiss", "nobody:0123456789")
    assert "there is no watch 'nobody'" in unknown.stderr


def test_commands_that_are_suggested_run_as_printed(instance: Instance) -> None:
    said = " ".join(instance.run("watches", "proposals").stdout.split())
    assert "`supplierwatch watches accept WATCH:ID`" in said
    assert "`supplierwatch watches dismiss WATCH:ID`" in said


def test_marks_on_what_a_watch_no_longer_finds_are_said_not_to_count(instance: Instance) -> None:
    [best] = offered(instance)
    assert instance.run("watches", "accept", f"ice:{best['id']}").exit_code == 0
    with instance.service():
        pass
    said = " ".join(instance.run("watches", "proposals").stderr.split())
    assert "that the watch still finds" in said


def test_two_marks_are_too_few(tmp_path: Path) -> None:
    made = an_instance_with_marks(tmp_path, unwanted=WEATHER[:2], starred=RESULTS[:1])
    assert offered(made) == []
    assert made.json("watches", "proposals")["watches"] == []
    assert "three stories" in made.run("watches", "proposals").stderr
