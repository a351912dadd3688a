"""What users say of stories, have read and mute, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.model import Mark, MarkKind
from storage.rules.wait_bounds import MAX_DESK_MUTE
from storage.store import Store
from storage.users import desk_mutes, marks, read_states
from tests.storage.users.test_users import add
from tests.support.builders import NOW, a_text, an_article

HOUR = timedelta(hours=1)


def put(store: Store, number: int = 1, **changes: str) -> int:
    body = a_text(number=number)
    with store.transaction() as unit:
        stored = unit.items.put(an_article(body=body, **changes), now=NOW, baseline=False)
        item = unit.items.get(stored.item_id)
        assert item is not None
        unit.stories.assign(item)
        return stored.item_id


def marks_of(store: Store, item_id: int) -> tuple[Mark, ...]:
    with store.reading() as unit:
        item = unit.items.get(item_id)
        assert item is not None
        return unit.marks.of_stories([item.story_id]).get(item.story_id, ())


def test_a_mark_says_who_and_when_and_stays_as_history(store: Store) -> None:
    ruth, sam, item = add(store), add(store, "sam"), put(store)
    with store.transaction() as unit:
        assert unit.marks.add(item, MarkKind.TAG, ruth, NOW, text="board")
        assert unit.marks.end(item, MarkKind.TAG, sam, NOW + HOUR, text="board") == 1
        assert unit.marks.end(item, MarkKind.TAG, sam, NOW + HOUR, text="board") == 0
    assert marks_of(store, item) == ()
    with store.reading() as unit:
        [ended] = unit.marks.history(item, user_id=sam)
    assert (ended.user, ended.made_at, ended.text) == ("ruth", NOW, "board")
    assert (ended.ended_by, ended.ended_at) == ("sam", NOW + HOUR)


def test_the_same_is_said_once_but_two_people_may_note_the_same(store: Store) -> None:
    ruth, sam, item = add(store), add(store, "sam"), put(store)
    with store.transaction() as unit:
        for user in (ruth, sam, ruth):
            unit.marks.add(item, MarkKind.TAG, user, NOW, text="board")
            unit.marks.add(item, MarkKind.NOTE, user, NOW, text="call them")
            unit.marks.add(item, MarkKind.STAR, user, NOW)
            unit.marks.add(item, MarkKind.IRRELEVANT, user, NOW, watch_key="halcyon")
    said = [(mark.kind, mark.user) for mark in marks_of(store, item)]
    assert said.count((MarkKind.TAG, "ruth")) == 1
    assert [kind for kind, _ in said].count(MarkKind.TAG) == 1
    assert [kind for kind, _ in said].count(MarkKind.NOTE) == 2
    assert [kind for kind, _ in said].count(MarkKind.STAR) == 2
    assert [kind for kind, _ in said].count(MarkKind.IRRELEVANT) == 1


def test_a_new_assignment_ends_the_one_before(store: Store) -> None:
    ruth, sam, item = add(store), add(store, "sam"), put(store)
    with store.transaction() as unit:
        unit.marks.add(item, MarkKind.ASSIGNMENT, ruth, NOW, assignee_id=sam)
        unit.marks.add(item, MarkKind.ASSIGNMENT, sam, NOW, assignee_id=ruth)
        assert unit.marks.find_items(MarkKind.ASSIGNMENT, limit=5, assignee_id=sam) == ()
        assert unit.marks.find_items(MarkKind.ASSIGNMENT, limit=5, assignee_id=ruth) == (item,)
    [mark] = marks_of(store, item)
    assert (mark.assignee, mark.user) == ("ruth", "sam")


def test_a_star_is_ones_own(store: Store) -> None:
    ruth, sam, item = add(store), add(store, "sam"), put(store)
    with store.transaction() as unit:
        unit.marks.add(item, MarkKind.STAR, ruth, NOW)
        assert unit.marks.end(item, MarkKind.STAR, sam, NOW) == 0
        assert unit.marks.find_items(MarkKind.STAR, limit=5, user_id=sam) == ()
        assert unit.marks.history(item, user_id=sam) == ()
        assert len(unit.marks.history(item, user_id=ruth)) == 1


def test_marks_of_stories_that_merge_are_those_of_the_one_story(store: Store) -> None:
    ruth, first, second = add(store), put(store, 1), put(store, 2)
    with store.transaction() as unit:
        unit.marks.add(first, MarkKind.TAG, ruth, NOW, text="one")
        unit.marks.add(second, MarkKind.TAG, ruth, NOW, text="two")
        unit.read_states.record(ruth, second, NOW, is_read=True)
    # the second now has the text of the first
    with store._engine.begin() as connection:
        connection.exec_driver_sql("UPDATE item SET story_id = (SELECT min(id) FROM item)")
    assert [mark.text for mark in marks_of(store, second)] == ["one", "two"]
    with store.transaction() as unit:
        assert unit.read_states.of_stories(ruth, [first])[first].is_read
        assert unit.marks.end(first, MarkKind.TAG, ruth, NOW, text="two") == 1


def test_a_story_takes_so_many_marks_at_most(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "MAX_OF_STORY", 3)
    ruth, item = add(store), put(store)
    with store.transaction() as unit:
        made = [unit.marks.add(item, MarkKind.TAG, ruth, NOW, text=f"t{at}") for at in range(5)]
        assert made == [True, True, True, False, False]
        assert not unit.marks.add(item + 99, MarkKind.STAR, ruth, NOW)


def test_tags_are_counted_by_story(store: Store) -> None:
    ruth, one, two = add(store), put(store, 1), put(store, 2)
    with store.transaction() as unit:
        for item in (one, two):
            unit.marks.add(item, MarkKind.TAG, ruth, NOW, text="board")
        unit.marks.add(one, MarkKind.TAG, ruth, NOW, text="agm")
        assert unit.marks.tags() == (("agm", 1), ("board", 2))
        assert set(unit.marks.find_items(MarkKind.TAG, limit=5, text="board")) == {one, two}


def test_what_was_read_is_forgotten_once_all_is_read(store: Store) -> None:
    ruth, item = add(store), put(store)
    with store.transaction() as unit:
        assert unit.read_states.record(ruth, item, NOW, is_read=False)
        assert not unit.read_states.record(ruth, item + 99, NOW, is_read=True)
        assert not unit.read_states.of_stories(ruth, [item])[item].is_read
        unit.read_states.record(ruth, item, NOW, is_read=True)
        assert unit.read_states.of_stories(ruth, [item])[item].is_read
        unit.read_states.delete_until(ruth, 0)
        assert unit.read_states.of_stories(ruth, [item]) == {}


def test_so_many_readings_of_a_user_are_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_states, "MAX_READ_STATES", 2)
    ruth = add(store)
    items = [put(store, number) for number in range(1, 5)]
    with store.transaction() as unit:
        for at, item in enumerate(items):
            unit.read_states.record(ruth, item, NOW + at * HOUR, is_read=True)
        assert set(unit.read_states.of_stories(ruth, items)) == set(items[2:])


def test_a_mute_ends_in_time_and_one_of_a_clock_ahead_at_once(store: Store) -> None:
    ruth, item = add(store), put(store)
    with store.transaction() as unit:
        unit.desk_mutes.add("story", ruth, NOW, until=NOW + HOUR, item_id=item)
        ahead = NOW + 2 * MAX_DESK_MUTE
        unit.desk_mutes.add("outlet", ruth, ahead, until=ahead + HOUR, source_key="x")
    with store.transaction() as unit:
        unit.desk_mutes.add("story", ruth, NOW, until=NOW + HOUR, item_id=item)
        [mute] = unit.desk_mutes.of_user(ruth, NOW)
        assert (mute.kind, mute.story_id, mute.user) == ("story", item, "ruth")
        assert unit.desk_mutes.of_user(ruth, NOW + HOUR) == ()
        assert unit.desk_mutes.remove(mute.mute_id)
        assert not unit.desk_mutes.remove(mute.mute_id)


def test_a_user_mutes_so_much_at_most(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_mutes, "MAX_MUTES", 2)
    ruth = add(store)
    with store.transaction() as unit:
        made = [
            unit.desk_mutes.add("watch", ruth, NOW, until=NOW + HOUR, watch_key=f"w{at}")
            for at in range(3)
        ]
        assert [number is not None for number in made] == [True, True, False]
        later = NOW + 2 * HOUR
        assert unit.desk_mutes.add("watch", ruth, later, until=later + HOUR, watch_key="w")
