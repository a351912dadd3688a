"""Items that report one event in their own words are one event, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import func, select, text

from storage.archive.stories import SPAN
from storage.rules.events.grouping import MAX_CARRIERS, EventGrouping
from storage.store import Store
from storage.tables import event_feature
from tests.quality.event_reports import REPORTS
from tests.support.builders import NOW, an_article


def place(store: Store, name: str, body: str, **changes: object) -> int:
    """Put an item in and place it; return its id."""
    with store.transaction() as unit:
        where = {"url": f"https://{name}.example/1", "guid": name, "source_key": name}
        where |= {"title": "", "summary": "", "published_at": NOW}
        article = an_article(**(where | {"body": body} | changes))
        item_id = unit.items.put(article, now=NOW, baseline=False).item_id
        item = unit.items.get(item_id)
        assert item is not None
        unit.events.assign(item, unit.stories.assign(item))
        return item_id


def events_of(store: Store, items: Sequence[int]) -> list[int | None]:
    with store.reading() as unit:
        known = unit.events.events_of(items)
    return [known.get(each) for each in items]


def test_reports_of_one_event_have_the_lowest_of_their_ids(store: Store) -> None:
    texts = [*REPORTS["c1"], *REPORTS["b1"]]

    items = [place(store, f"outlet{at}", text) for at, text in enumerate(texts)]

    assert events_of(store, items) == [items[0]] * 3 + [items[3]] * 3


def test_the_database_groups_as_memory_does(store: Store) -> None:
    texts = [text for texts in REPORTS.values() for text in texts]
    Random(3).shuffle(texts)
    grouping = EventGrouping()
    numbers = [grouping.add("", text, 0.0) for text in texts]

    items = [place(store, f"outlet{at}", text) for at, text in enumerate(texts)]

    known = [grouping.event(number) for number in numbers]
    assert events_of(store, items) == [items[each] for each in known]


def test_a_copy_is_in_the_event_of_its_story(store: Store) -> None:
    first, other, _ = REPORTS["c1"]
    items = [
        place(store, name, text)
        for name, text in (("agency", first), ("gazette", other), ("ledger", first))
    ]

    assert events_of(store, items) == [items[0]] * 3


def test_a_report_that_a_person_took_out_stays_out(store: Store) -> None:
    items = [place(store, f"outlet{at}", text) for at, text in enumerate(REPORTS["c1"][:2])]
    with store.transaction() as unit:
        assert unit.events.remove(items[0]) == items[1]
        assert unit.events.remove(items[0]) is None

    items.append(place(store, "third", REPORTS["c1"][2]))

    events = events_of(store, items)
    assert events[0] != events[1]
    assert events[2] in events[:2]


def test_a_report_is_put_back_into_the_event_that_it_was_taken_out_of(store: Store) -> None:
    items = [place(store, f"outlet{at}", body) for at, body in enumerate(REPORTS["c1"])]
    with store.transaction() as unit:
        rest = unit.events.remove(items[0])
        assert rest == items[1]
        assert unit.events.list_separated_from(items[0]) == (rest,)
        assert not unit.events.add_again(items[0], items[0])

        assert unit.events.add_again(items[0], rest)

        assert unit.events.list_separated_from(items[0]) == ()
        assert not unit.events.add_again(items[0], items[0])
    assert events_of(store, items) == [items[0]] * 3


def test_a_story_stays_apart_from_what_its_copy_was_taken_apart_from(store: Store) -> None:
    first, other, third = REPORTS["c1"]
    items = [place(store, "early", "Nothing of note in Leith."), place(store, "one", first)]
    items += [place(store, "two", other), place(store, "three", third)]
    with store.transaction() as unit:
        assert unit.events.remove(items[1]) == items[2]
        item = unit.items.get(items[1])
        assert item is not None
        unit.items._db.execute(text(f"UPDATE item SET story_id = {items[0]} WHERE id = {items[1]}"))
        unit.events.assign(item, items[0])

    placed = [*items, place(store, "four", first.replace("Tennant", "Tennent"))]

    early, one, two, three, _ = events_of(store, placed)
    assert early == one == items[0]
    assert two == three == items[2]


def test_two_stories_that_become_one_do_not_join_what_a_person_took_apart(store: Store) -> None:
    first, other, third = REPORTS["c1"]
    items = [place(store, "one", first), place(store, "two", other)]
    with store.transaction() as unit:
        unit.events.remove(items[1])
    copy = place(store, "three", third)
    before = events_of(store, [copy])[0]
    story = items[0] if before == items[1] else items[1]
    with store.transaction() as unit:  # the copy is of the one, and was in the event of the other
        unit.items._db.execute(text(f"UPDATE item SET story_id = {story} WHERE id = {copy}"))
        item = unit.items.get(copy)
        assert item is not None
        unit.events.assign(item, story)

    assert events_of(store, items) == items


DAMAGE = ["features = '['", "features = '[[1]]'", "features = '[[\"oxbow\", NaN]]'"]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_report_costs_only_itself(store: Store, damage: str) -> None:
    first, other, third = REPORTS["c1"]
    items = [place(store, "one", first), place(store, "two", other)]
    with store.transaction() as unit:
        changed = f"UPDATE event_report SET {damage} WHERE item_id = {items[0]}"
        unit.items._db.execute(text(changed))

    items.append(place(store, "three", third))

    with store.reading() as unit:
        assert unit.events.explain(items[0]) == ()
        assert [link.item_id for link in unit.events.explain(items[2])] == [items[1]]
        assert ("event_report", items[0]) in unit.damage.rows


def test_a_damaged_report_is_mended_when_its_item_is_matched_again(store: Store) -> None:
    first, other, _ = REPORTS["c1"]
    items = [place(store, "one", first), place(store, "two", other)]
    with store.transaction() as unit:
        unit.items._db.execute(text("UPDATE event_report SET features = '[' WHERE item_id = 1"))
        item = unit.items.get(items[0])
        assert item is not None
        unit.events.assign(item, items[0])

    with store.reading() as unit:
        assert [link.item_id for link in unit.events.explain(items[1])] == [items[0]]


def test_an_event_says_what_its_reports_share(store: Store) -> None:
    later = NOW + timedelta(hours=5)
    for name in ("a2", "b1", "b2", "d1"):
        place(store, name, REPORTS[name][0])
    one = place(store, "one", REPORTS["c1"][0])
    two = place(store, "two", REPORTS["c1"][1], published_at=later)

    with store.reading() as unit:
        (link,) = unit.events.explain(one)

    assert (link.item_id, link.hours_apart) == (two, 5.0)
    assert {"oxbow", "tennant"} & set(link.shared)


def test_old_reports_find_no_more(store: Store) -> None:
    place(store, "one", REPORTS["c1"][0])

    with store.transaction() as unit:
        assert unit.events.delete_features(NOW + SPAN) > 0
        assert unit.events.delete_features(NOW + SPAN) == 0


def test_a_feature_finds_the_latest_reports_alone(store: Store) -> None:
    for at in range(MAX_CARRIERS + 8):
        place(store, f"outlet{at}", f"Quillback {'abcdefghij'[at % 10] * 9}{at}x")

    with store._engine.connect() as connection:
        most = connection.scalar(
            select(func.count())
            .select_from(event_feature)
            .group_by(event_feature.c.feature)
            .order_by(func.count().desc())
        )
    assert most is not None
    assert most <= MAX_CARRIERS
