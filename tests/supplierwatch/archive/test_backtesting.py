"""backtest: what a watch would have found, what an edit changes, and the messages to expect."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplierwatch.shell.exits import Exit
from tests.supplierwatch.instance import BODY, WATCHES, Instance, an_article, an_instance

QUIET = BODY.replace("paused", "finished").replace("board papers", "minutes")


@pytest.fixture
def stocked(tmp_path: Path) -> Instance:
    """Two articles that the watches of the instance tell apart."""
    instance = an_instance(tmp_path)
    with instance.service():
        pass  # takes the watches up: what comes now is new to them
    instance.stores(
        an_article(),
        an_article("quiet", title="Halcyon done at Millbrook", body=QUIET),
    )
    return instance


def edited(instance: Instance, old: str, new: str) -> None:
    assert old in WATCHES
    instance.write("watches.toml", WATCHES.replace(old, new))


def test_a_watch_as_in_force_is_counted_by_week(stocked: Instance) -> None:
    said = stocked.json("backtest", "halcyon-trusts")

    assert (said["found"], said["looked_at"], said["against"]) == (2, 2, None)
    assert sum(week["found"] for week in said["weeks"]) == 2
    assert [version["version"] for version in said["versions"]] == [1]


def test_an_edit_in_the_file_is_compared_with_the_version_in_force(stocked: Instance) -> None:
    edited(stocked, "@halcyon AND trust'", "@halcyon AND trust NOT minutes'")

    said = stocked.json("backtest", "halcyon-trusts")

    assert (said["found"], said["added"], said["dropped"]) == (1, 0, 1)
    [dropped] = [change for change in said["changes"] if change["what"] == "dropped"]
    assert dropped["title"] == "Halcyon done at Millbrook"
    assert dropped["failed"]["clause"] == "NOT minutes"
    assert dropped["failed"]["words"] == ["minutes"]
    # nothing was written: asked again, the answer is the same
    assert stocked.json("backtest", "halcyon-trusts")["dropped"] == 1


def test_what_an_edit_adds_is_shown_with_its_sentence(stocked: Instance) -> None:
    edited(stocked, "query = 'halcyon NOT \"board papers\"'", "query = 'halcyon'")

    run = stocked.run("backtest", "no-board")

    assert run.exit_code == Exit.OK, run.output
    assert "Added by the edit: 1" in run.stdout
    assert "Millbrook pauses its Halcyon roll-out" in run.stdout
    assert "The edit adds 1 and drops 0." in " ".join(run.stdout.split())


def test_an_earlier_version_can_be_named(stocked: Instance) -> None:
    edited(stocked, "@halcyon AND trust'", "@halcyon AND zorbiq'")
    with stocked.service():
        pass  # version 2 is in force

    assert stocked.json("backtest", "halcyon-trusts", code=Exit.NOTHING_FOUND)["against"] is None
    said = stocked.json("backtest", "halcyon-trusts", "--against", "v1")

    assert (said["against"]["name"], said["dropped"]) == ("version 1", 2)


def test_a_version_that_never_was_is_refused_with_those_that_are(stocked: Instance) -> None:
    run = stocked.run("backtest", "halcyon-trusts", "--against", "v9")

    assert run.exit_code == Exit.USAGE
    assert "no version v9" in run.stderr
    assert "v1" in run.stderr


def test_a_query_can_be_tried_against_a_watch(stocked: Instance) -> None:
    said = stocked.json("backtest", "halcyon NOT minutes", "--against", "no-board")

    assert (said["added"], said["dropped"], said["watch"]) == (1, 1, None)


def test_messages_are_expected_for_each_subscription(stocked: Instance) -> None:
    [watch] = stocked.json("backtest", "halcyon-trusts")["messages"]
    assert (watch["subscription"], watch["messages"]) == ("morning", 1)

    edited(stocked, "@halcyon AND trust'", "@halcyon AND zorbiq'")
    [edit] = stocked.json("backtest", "halcyon-trusts")["messages"]
    assert (edit["messages"], edit["before"]) == (0, 1)

    [idea] = stocked.json("backtest", "zorbiq OR staff")["messages"]
    assert (idea["subscription"], idea["messages"], idea["before"]) == ("morning", 1, 1)


def test_a_supplier_whose_names_changed_is_said(stocked: Instance) -> None:
    stocked.write("suppliers.toml", '[[supplier]]\nkey = "halcyon"\nnames = ["Halcyon Health"]\n')

    said = stocked.json("backtest", "halcyon-trusts")

    assert "other names" in said["against"]["note"]


def test_nothing_found_ends_so(stocked: Instance) -> None:
    run = stocked.run("backtest", "zorbiq")

    assert run.exit_code == Exit.NOTHING_FOUND
    assert "0 of 2 items" in run.stdout


def test_a_broken_query_is_refused_with_its_place(stocked: Instance) -> None:
    run = stocked.run("backtest", "halcyon AND (")

    assert run.exit_code != Exit.OK
    assert "^" in run.stderr


def test_a_young_archive_is_no_quiet_month(stocked: Instance) -> None:
    said = stocked.json("backtest", "halcyon-trusts")
    assert said["archive_begins"] is not None

    run = " ".join(stocked.run("backtest", "halcyon-trusts").stdout.split())

    assert "when the archive begins, in 1 day." in run  # two on its first day
