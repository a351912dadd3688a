"""Mentions by story and by edit, for the pages of the desk, on both databases."""

from __future__ import annotations

from datetime import timedelta

from storage.model import Match
from storage.store import Store
from tests.support.builders import NOW, a_text, a_watch_text, an_article

DAY = timedelta(days=1)


def put(store: Store, number: int, at: timedelta = timedelta()) -> int:
    article = an_article(
        body=a_text(number=number), guid=f"g{number}", url=f"https://x.example/{number}"
    )
    with store.transaction() as unit:
        unit.watches.declare([a_watch_text()], NOW - 30 * DAY)
        stored = unit.items.put(article, now=NOW + at, baseline=False)
        match = Match(
            watch_key="halcyon", watch_version=1, item_id=stored.item_id, revision=1, spans=()
        )
        unit.mentions.record(stored.item_id, [match], matched_revision=1, audience={}, now=NOW + at)
        return stored.item_id


def test_mentions_of_stories_and_items(store: Store) -> None:
    one, two = put(store, 1), put(store, 2, DAY)
    with store.reading() as unit:
        both = unit.mention_pages.of_stories([one, two], limit=9)
        assert [item.item_id for _, item in both] == [two, one]
        assert len(unit.mention_pages.of_stories([one, two], limit=1)) == 1
        [(mention, _)] = unit.mention_pages.of_items([one], limit=9)
        assert mention.match.item_id == one
        assert unit.mention_pages.of_stories([], limit=9) == ()


def test_edits_are_those_of_items_that_were_there_before(store: Store) -> None:
    one, two = put(store, 1), put(store, 2, 2 * DAY)
    for number in (1, 2):
        edited = an_article(
            body=a_text(number=number) + " It was corrected since, and says something else now.",
            guid=f"g{number}",
            url=f"https://x.example/{number}",
        )
        with store.transaction() as unit:
            unit.items.put(edited, now=NOW + 3 * DAY, baseline=False)
    with store.reading() as unit:
        since = NOW + DAY
        assert [item.item_id for _, item in unit.mention_pages.of_edits(since, limit=9)] == [one]
        assert unit.mention_pages.of_edits(NOW + 4 * DAY, limit=9) == ()
        assert {
            item.item_id for _, item in unit.mention_pages.of_edits(since + 2 * DAY, limit=9)
        } <= {
            one,
            two,
        }


def test_edits_are_found_by_their_index(store: Store) -> None:
    """Reading every item to find the edited ones would take seconds in a large archive."""
    put(store, 1)
    with store._engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            return  # so small a table is read from its beginning
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT mention.id FROM mention JOIN item ON item.id ="
            " mention.item_id WHERE item.revised_at >= '2026-11-24' ORDER BY"
            " item.revised_at DESC, mention.id DESC LIMIT 60"
        ).all()
    assert "ix_item_revised_at" in str(plan)
