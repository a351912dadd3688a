"""Proposals from what is stored: marks, mutes and the archive, within bounds and groups."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.proposals import gathering
from alerts.proposals.gathering import gather_proposals, read_judgements
from alerts.proposals.model import ProposalResult
from storage.model import MarkKind
from storage.rules.groups import scope_of_group
from supplierwatch.wiring import load
from tests.supplierwatch.instance import Instance, an_article
from tests.supplierwatch.marked_stories import HOUR, WEATHER, an_instance_with_marks, mark_stories


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    """Seven stories of one outlet, of which three are marked and one is starred."""
    return an_instance_with_marks(tmp_path)


def gather(instance: Instance, *, seconds: float = 60.0) -> ProposalResult:
    wired = load(instance.config, {})
    [watch] = [each for each in wired.catalog.watches if each.key == "ice"]
    with instance.store() as store:
        judgements = read_judgements(store, watch, datetime.now(UTC))
        return gather_proposals(
            store,
            watch,
            wired.queries["ice"],
            wired.suppliers,
            wired.source_names,
            judgements,
            seconds=seconds,
        )


def test_what_was_judged_is_measured_though_there_is_no_time_for_others(
    instance: Instance,
) -> None:
    result = gather(instance, seconds=0.0)
    assert (result.unwanted, result.kept, result.unmarked, result.complete) == (3, 1, 0, False)
    assert [each.candidate.change for each in result.proposals] == ['cs("ICE")']
    assert gather(instance).unmarked == 3


def test_a_muted_outlet_is_proposed_to_be_left_out_unless_that_drops_what_is_kept(
    instance: Instance,
) -> None:
    text = "A second outlet writes of ice in the harbour, at some length."
    instance.stores(an_article("second", source_key="trolley", url="https://t.example/", body=text))
    now = datetime.now(UTC)
    with instance.store() as store, store.transaction() as unit:
        for source in ("trolley", "ward-ledger"):
            unit.desk_mutes.add("outlet", 1, now, until=now + HOUR, source_key=source)
    left_out = [p for p in gather(instance).proposals if p.candidate.kind == "source"]
    assert [(each.candidate.target, each.muted_by) for each in left_out] == [("trolley", 1)]
    assert left_out[0].candidate.query.text == 'ICE NOT source:"trolley"'


def test_what_members_of_another_group_said_does_not_count(tmp_path: Path) -> None:
    made = an_instance_with_marks(tmp_path, unwanted=WEATHER[:2])
    now = datetime.now(UTC)
    with made.store() as store, store.within(scope_of_group("northgate")).transaction() as unit:
        for item in unit.items.newest(limit=50):
            unit.marks.add(item.item_id, MarkKind.IRRELEVANT, 1, now, watch_key="ice")
            unit.marks.add(item.item_id, MarkKind.STAR, 1, now)
    result = gather(made)
    assert (result.unwanted, result.kept, result.proposals) == (2, 1, ())


def test_what_the_query_in_force_no_longer_finds_is_settled(instance: Instance) -> None:
    narrowed = (instance.config / "watches.toml").read_text(encoding="utf-8")
    instance.write("watches.toml", narrowed.replace("'ICE'", "'ICE NOT ferry'"))
    result = gather(instance)
    assert (result.unwanted, result.kept) == (2, 1)
    assert result.proposals == ()


def test_many_copies_of_one_story_leave_room_for_the_others(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "MAX_COPIES", 1)
    words = " ".join(f"n{number}" for number in range(80))
    text = f"{WEATHER[0]} {words}"
    instance.stores(
        *(
            an_article(f"copy-{n}", title="Gritters", body=text, url=f"https://{n}.example/")
            for n in range(9)
        )
    )
    mark_stories(instance, unwanted=(text,), starred=(), user=1)
    monkeypatch.setattr(gathering, "MAX_FOUND", 1)  # the archive search adds nothing to speak of
    result = gather(instance)
    assert (result.unwanted, result.kept, result.complete) == (4, 1, False)


def test_the_result_says_where_not_all_that_is_kept_was_measured(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gather(instance).complete
    monkeypatch.setattr(gathering, "MAX_KEPT", 1)
    assert not gather(instance).complete
