"""Counts of stories: each once, on the day on which its watch first found it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from storage.mentions.volumes import group_by_day
from storage.store import Store
from tests.support.builders import a_match, a_text, a_watch_text, an_article

LONDON = ZoneInfo("Europe/London")
NIGHT = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)  # half past eleven in London


def found(store: Store, number: int, at: datetime, *, baseline: bool = False, copy: int = 0) -> int:
    """Store and match one article; `copy` names the article whose text it repeats."""
    article = an_article(
        url=f"https://outlet{number}.example/{number}",
        source_key=f"outlet-{number}",
        title=f"Headline {copy or number}",
        body=a_text(number=copy or number, words=200),
    )
    with store.transaction() as unit:
        item_id = unit.items.put(article, now=at, baseline=baseline).item_id
        item = unit.items.get(item_id)
        assert item is not None
        unit.stories.assign(item)
        unit.mentions.record(item_id, [a_match(item_id)], matched_revision=1, audience={}, now=at)
    return item_id


def counts(store: Store, since: datetime, until: datetime) -> dict[date, set[int]]:
    with store.reading() as unit:
        mentions = unit.volumes.list_mentions(["halcyon", "halcyon", "unknown"], since, until)
    assert {each.watch_key for each in mentions} <= {"halcyon"}
    return group_by_day(mentions, LONDON)


def begin(store: Store) -> None:
    with store.transaction() as unit:
        unit.watches.declare([a_watch_text()], NIGHT - timedelta(days=9))


def test_a_day_begins_at_midnight_of_the_zone(store: Store) -> None:
    begin(store)
    first = found(store, 1, NIGHT)
    second = found(store, 2, NIGHT + timedelta(hours=1))
    said = counts(store, NIGHT - timedelta(days=1), NIGHT + timedelta(days=1))
    assert said == {date(2026, 7, 1): {first}, date(2026, 7, 2): {second}}


def test_a_story_of_several_outlets_counts_on_its_first_day_alone(store: Store) -> None:
    begin(store)
    first = found(store, 1, NIGHT)
    found(store, 3, NIGHT + timedelta(hours=2), copy=1)
    said = counts(store, NIGHT - timedelta(days=1), NIGHT + timedelta(days=1))
    assert said == {date(2026, 7, 1): {first}}


def test_what_was_there_before_and_what_lies_outside_counts_nowhere(store: Store) -> None:
    begin(store)
    found(store, 1, NIGHT, baseline=True)
    found(store, 2, NIGHT + timedelta(days=1))
    assert counts(store, NIGHT - timedelta(days=1), NIGHT + timedelta(days=1)) == {}
