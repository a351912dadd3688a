"""What the transactions of a group read, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Table

from config.model import Catalog
from storage.groups import visible_rows
from storage.mentions.mention_pages import MentionRange
from storage.model import StoredItem
from storage.rules.groups import EVERYTHING, NOTHING_SEEN, GroupScope, scope_of_group
from storage.store import Store, Unit
from storage.tables import metadata
from storage.telling.watches import WatchText
from tests.support.builders import NOW, a_match, a_source, a_subscription, a_watch, an_article
from tests.support.desk import a_catalog

NORTH, EAST, HOUSE = (scope_of_group(each) for each in ("northgate", "eastmoor", "default"))
PRESS, OWN, BOTH = 1, 2, 3
CATALOG = replace(
    a_catalog((), {}),
    sources=(a_source("press"), a_source("intranet", group="eastmoor")),
    watches=(
        a_watch("north", group="northgate"),
        a_watch("east", group="eastmoor"),
        a_watch("house"),
    ),
    subscriptions=(
        a_subscription("north-daily", watches=("north",), group="northgate"),
        a_subscription("east-daily", watches=("east",), group="eastmoor"),
    ),
)
KEYS = ("watch_key", "source_key", "subscription_key", "group_key")
# tables with such a key that are read in full, each with the reason
IN_FULL = {
    "declared_group": "says what belongs to which group",
    "group_member": "says who is in which group",
    "desk_user": "the group that a user chose",
    "desk_token": "of one user",
}


def declare(store: Store, catalog: Catalog = CATALOG) -> None:
    texts = [
        WatchText(key=watch.key, query=watch.query, fingerprint=watch.key, was=None)
        for watch in catalog.watches
    ]
    with store.transaction() as unit:
        unit.groups.declare(catalog)
        unit.sources.declare(catalog.sources, NOW)
        unit.watches.declare(texts, NOW - timedelta(days=1))
        unit.subscribers.declare(catalog.subscriptions, NOW)


def put(unit: Unit, source: str, name: str) -> None:
    article = an_article(source_key=source, url=f"https://press.example/{name}", guid=name)
    unit.items.put(article, now=NOW, baseline=False)


@pytest.fixture
def agency(store: Store) -> Store:
    """Items of the press, of Eastmoor's own source, and of both, found by all that may."""
    declare(store)
    with store.transaction() as unit:
        put(unit, "press", "one")
        put(unit, "intranet", "two")
        put(unit, "intranet", "three")
        put(unit, "press", "three")
        for item, watches in (
            (PRESS, ("north", "east", "house")),
            (OWN, ("east",)),
            (BOTH, ("north", "east", "house")),
        ):
            matches = [a_match(item, watch) for watch in watches]
            unit.mentions.record(item, matches, matched_revision=1, audience={}, now=NOW)
    return store


def items_of(store: Store, scope: GroupScope) -> dict[int, StoredItem]:
    with store.within(scope).reading() as unit:
        found = unit.items.get_many([PRESS, OWN, BOTH])
        assert [each.item_id for each in unit.items.newest(limit=9)][::-1] == [
            each.item_id for each in found
        ]
        assert unit.items.count() == len(found)
        return {each.item_id: each for each in found}


def test_an_item_is_seen_by_those_who_see_a_source_that_carried_it(agency: Store) -> None:
    assert set(items_of(agency, NORTH)) == {PRESS, BOTH}
    assert set(items_of(agency, HOUSE)) == {PRESS, BOTH}
    assert set(items_of(agency, EAST)) == {PRESS, OWN, BOTH}
    assert set(items_of(agency, EVERYTHING)) == {PRESS, OWN, BOTH}
    assert items_of(agency, NOTHING_SEEN) == {}


def test_an_item_of_several_sources_names_those_that_are_seen(agency: Store) -> None:
    theirs, ours = items_of(agency, NORTH)[BOTH], items_of(agency, EAST)[BOTH]
    assert (theirs.source_key, {c.source_key for c in theirs.carriers}) == ("press", {"press"})
    assert ours.source_key == "intranet"
    assert {c.source_key for c in ours.carriers} == {"press", "intranet"}


@pytest.mark.parametrize(
    ("scope", "watches", "subscriptions", "sources", "mentions"),
    [
        (NORTH, {"north"}, {"north-daily"}, {"press"}, 2),
        (EAST, {"east"}, {"east-daily"}, {"press", "intranet"}, 3),
        (HOUSE, {"house"}, set(), {"press"}, 2),
        (NOTHING_SEEN, set(), set(), set(), 0),
        (
            EVERYTHING,
            {"north", "east", "house"},
            {"north-daily", "east-daily"},
            {"press", "intranet"},
            7,
        ),
    ],
    ids=["north", "east", "default", "nobody", "all"],
)
def test_each_group_reads_what_is_its_own(
    agency: Store,
    scope: GroupScope,
    watches: set[str],
    subscriptions: set[str],
    sources: set[str],
    mentions: int,
) -> None:
    with agency.within(scope).reading() as unit:
        assert set(unit.watches.current()) == watches
        assert {each.subscription_key for each in unit.subscribers.all()} == subscriptions
        assert {each.key for each in unit.sources.all()} == sources
        found = unit.mention_pages.list(MentionRange(), limit=99)
        assert len(found) == mentions
        assert {mention.match.watch_key for mention, _ in found} == watches
        assert set(unit.mentions.newest_after(0)) == watches
        assert unit.mentions.count("east") == (3 if "east" in watches else 0)
        assert {m.match.watch_key for m in unit.mentions.of_item(PRESS)} == watches
        assert unit.coverage(NOW - timedelta(days=1), NOW).sources_total == len(sources)
        assert (unit.sources.get("intranet") is not None) == ("intranet" in sources)
        counted = unit.volumes.list_mentions(["east"], NOW, NOW + timedelta(seconds=1))
        assert bool(counted) == ("east" in watches)


def test_what_is_removed_from_the_files_keeps_its_group(agency: Store) -> None:
    less = replace(CATALOG, sources=CATALOG.sources[:1], watches=CATALOG.watches[:1])
    declare(agency, replace(less, subscriptions=()))
    assert set(items_of(agency, NORTH)) == {PRESS, BOTH}
    with agency.within(NORTH).reading() as unit:
        assert unit.mentions.count("east") == 0
    with agency.within(EAST).reading() as unit:
        assert unit.mentions.count("east") == 3


def test_a_watch_that_moves_takes_its_history_along(agency: Store) -> None:
    moved = tuple(replace(each, group="northgate") for each in CATALOG.watches)
    declare(agency, replace(CATALOG, watches=moved))
    with agency.within(NORTH).reading() as unit:
        assert unit.mentions.count("house") == 2
        # of Eastmoor's own item there is nothing to show
        assert len(unit.mention_pages.list(MentionRange(watches=["east"]), limit=9)) == 2
    with agency.within(HOUSE).reading() as unit:
        assert unit.mentions.count("house") == 0


def test_an_item_is_matched_again_once_more_groups_see_it(agency: Store) -> None:
    with agency.transaction() as unit:
        assert unit.items.pending(now=NOW, limit=9) == ()
        put(unit, "press", "two")
        assert unit.items.pending(now=NOW, limit=9) == (OWN,)
        put(unit, "intranet", "one")
        assert unit.items.pending(now=NOW, limit=9) == (OWN,)
    assert set(items_of(agency, NORTH)) == {PRESS, OWN, BOTH}


def test_each_table_with_a_key_of_a_group_is_restricted() -> None:
    replaced = visible_rows._replacements(frozenset({"northgate"}), ("intranet",))
    restricted = {each.name for each in replaced if isinstance(each, Table)}
    keyed = {each.name for each in metadata.sorted_tables if set(KEYS) & set(each.c.keys())}
    assert keyed - restricted == set(IN_FULL)


@pytest.mark.parametrize(
    ("scope", "seen"),
    [(EVERYTHING, 3), (NORTH, 2), (HOUSE, 2), (EAST, 3), (NOTHING_SEEN, 0)],
    ids=["everything", "north", "house", "east", "nothing"],
)
def test_items_are_counted_as_they_are_seen(agency: Store, scope: GroupScope, seen: int) -> None:
    with agency.within(scope).reading() as unit:
        assert unit.items.count() == seen
        assert unit.items.count(since=NOW, until=NOW + timedelta(seconds=1)) == seen
        assert unit.items.count(since=NOW + timedelta(seconds=1)) == 0
        # the restriction holds for the statements after it
        assert len(unit.items.newest(limit=9)) == seen
