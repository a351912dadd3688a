"""What people said of the stories of a watch, and which proposals they dismissed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.model import MarkKind
from storage.rules.groups import scope_of_group
from storage.store import Store, Unit
from storage.telling.watches import WatchText
from tests.storage.groups.test_visible_rows import BOTH, NORTH, PRESS, agency
from tests.storage.groups.test_visible_rows import put as put_item
from tests.storage.users.test_marks import put
from tests.storage.users.test_users import add
from tests.support.builders import NOW, OUTLET, a_match

__all__ = ["agency"]  # a fixture
HOUR = timedelta(hours=1)


def find(store: Store, item_id: int, watch: str = "halcyon") -> None:
    with store.transaction() as unit:
        match = a_match(item_id, watch)
        unit.mentions.record(item_id, [match], matched_revision=1, audience={}, now=NOW)


@pytest.fixture
def items(store: Store) -> list[int]:
    """Four items that the watch found."""
    with store.transaction() as unit:
        declared = WatchText(key="halcyon", query="halcyon", fingerprint="h", was=None)
        unit.watches.declare([declared], NOW - HOUR)
    made = [
        put(store, number, url=f"https://press.example/{number}", guid=str(number))
        for number in (1, 2, 3, 4)
    ]
    for each in made:
        find(store, each)
    return made


def unwanted(unit: Unit, watch: str = "halcyon") -> tuple[int, ...]:
    return unit.judgements.unwanted(watch, NOW, 100)


def test_marks_and_mutes_of_stories_count_and_ended_ones_do_not(
    store: Store, items: list[int]
) -> None:
    ruth = add(store)
    with store.transaction() as unit:
        for number, each in enumerate(items[:3]):
            at = NOW + number * HOUR
            unit.marks.add(each, MarkKind.IRRELEVANT, ruth, at, watch_key="halcyon")
        unit.marks.end(items[1], MarkKind.IRRELEVANT, ruth, NOW, watch_key="halcyon")
        unit.desk_mutes.add("story", ruth, NOW, until=NOW + HOUR, item_id=items[3])
        unit.marks.add(items[3], MarkKind.IRRELEVANT, ruth, NOW, watch_key="corvid")
    with store.reading() as unit:
        assert unwanted(unit) == (items[2], items[0], items[3])
        assert unit.judgements.unwanted("halcyon", NOW, 1) == (items[2],)
        assert unit.judgements.unwanted("halcyon", NOW + HOUR, 9) == (items[2], items[0])
        assert unwanted(unit, "corvid") == (items[3],)


def test_a_muted_story_counts_for_the_watches_that_found_it(store: Store, items: list[int]) -> None:
    ruth, other = add(store), put(store, 9, url="https://press.example/9", guid="9")
    with store.transaction() as unit:
        for each in (items[0], other):
            unit.desk_mutes.add("story", ruth, NOW, until=NOW + HOUR, item_id=each)
    with store.reading() as unit:
        assert unwanted(unit) == (items[0],)
        assert unwanted(unit, "corvid") == ()


def test_whatever_says_that_a_story_is_relevant_counts_for_good(
    store: Store, items: list[int]
) -> None:
    ruth = add(store)
    with store.transaction() as unit:
        unit.marks.add(items[0], MarkKind.STAR, ruth, NOW)
        unit.marks.end(items[0], MarkKind.STAR, ruth, NOW + HOUR)
        unit.marks.add(items[1], MarkKind.IRRELEVANT, ruth, NOW, watch_key="halcyon")
        briefing = unit.briefings.make(ruth, "June", NOW)
        assert briefing is not None
        unit.briefings.add(briefing, [items[2]], NOW)
    with store.reading() as unit:
        assert unit.judgements.kept("halcyon", 100) == (items[2], items[0])
    with store.transaction() as unit:
        unit.marks.end(items[1], MarkKind.IRRELEVANT, ruth, NOW, watch_key="halcyon")
        unit.marks.add(items[3], MarkKind.NOTE, ruth, NOW, text="Ask them.")
    with store.reading() as unit:
        assert unit.judgements.kept("halcyon", 100) == tuple(items[::-1])
        assert unit.judgements.kept("halcyon", 2) == (items[3], items[2])
        assert unit.judgements.kept("corvid", 100) == ()


def test_a_group_sees_what_its_own_members_said(store: Store, items: list[int]) -> None:
    ruth = add(store)
    with store.within(scope_of_group("northgate")).transaction() as unit:
        unit.marks.add(items[0], MarkKind.STAR, ruth, NOW)
        unit.marks.add(items[1], MarkKind.IRRELEVANT, ruth, NOW, watch_key="halcyon")
        unit.desk_mutes.add("outlet", ruth, NOW, until=NOW + HOUR, source_key=OUTLET)
    with store.within(scope_of_group("default")).reading() as unit:
        assert (unwanted(unit), unit.judgements.kept("halcyon", 9)) == ((), ())
        assert unit.judgements.muted_sources("halcyon", NOW) == {}
    with store.reading() as unit:
        assert (unwanted(unit), unit.judgements.kept("halcyon", 9)) == ((items[1],), (items[0],))
        assert unit.judgements.muted_sources("halcyon", NOW) == {OUTLET: 1}


@pytest.mark.usefixtures("items")
def test_an_outlet_is_muted_by_people_and_not_by_mutes(store: Store) -> None:
    ruth, sam = add(store), add(store, "sam")
    with store.transaction() as unit:
        for user in (ruth, ruth, sam):
            unit.desk_mutes.add("outlet", user, NOW, until=NOW + HOUR, source_key=OUTLET)
    with store.reading() as unit:
        assert unit.judgements.muted_sources("halcyon", NOW) == {OUTLET: 2}
        assert unit.judgements.muted_sources("halcyon", NOW + HOUR) == {}
        assert unit.judgements.muted_sources("corvid", NOW) == {}


def test_a_dismissal_keeps_the_last_weight_and_follows_a_renamed_watch(store: Store) -> None:
    halcyon = WatchText(key="halcyon", query="halcyon", fingerprint="h", was=None)
    with store.transaction() as unit:
        unit.watches.declare([halcyon], NOW)
        for weight in (3, 5):
            unit.dismissed_proposals.record(
                "halcyon", "case", "ice", weight=weight, actor="ruth", now=NOW
            )
        assert unit.dismissed_proposals.of_watch("halcyon") == {("case", "ice"): 5}
        unit.watches.declare(
            [WatchText(key="trusts", query="halcyon", fingerprint="h", was="halcyon")], NOW
        )
        assert unit.dismissed_proposals.of_watch("halcyon") == {}
        assert unit.dismissed_proposals.of_watch("trusts") == {("case", "ice"): 5}


def test_a_group_that_does_not_see_all_sources_has_judgements_of_what_it_found(
    agency: Store,
) -> None:
    ruth = add(agency)
    with agency.transaction() as unit:
        put_item(unit, "press", "four")  # no watch found it
    with agency.within(NORTH).transaction() as unit:
        for number in (PRESS, 4):
            unit.marks.add(number, MarkKind.STAR, ruth, NOW)
        for number in (BOTH, 4):
            unit.desk_mutes.add("story", ruth, NOW, until=NOW + HOUR, item_id=number)
        unit.desk_mutes.add("outlet", ruth, NOW, until=NOW + HOUR, source_key="press")
    with agency.within(NORTH).reading() as unit:
        assert unit.judgements.kept("north", 9) == (PRESS,)
        assert unit.judgements.unwanted("north", NOW, 9) == (BOTH,)
        assert unit.judgements.muted_sources("north", NOW) == {"press": 1}
        assert unit.judgements.kept("east", 9) == ()
