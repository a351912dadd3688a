"""What is pruned, what waits, and that nothing comes back as new."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from storage.archive.retention import Pruned
from storage.model import Duplicate, New, Stored, TextState
from storage.store import Store, Unit
from tests.support.builders import NOW, a_listed_article, an_article, an_entry_of
from tests.support.clock import Clock
from tests.support.desk import Desk, a_subscription

DAY = timedelta(days=1)
YEAR = 365 * DAY


def put(store: Store, article: object, *, at: timedelta = timedelta(0)) -> Stored:
    with store.transaction() as unit:
        stored: Stored = unit.items.put(article, now=NOW + at, baseline=False)
    return stored


def prune(store: Store, *, at: timedelta) -> Pruned:
    """Let go of the texts of all that was there a year ago."""
    with store.transaction() as unit:
        return prune_texts(unit, NOW + at - YEAR, NOW + at)


def prune_texts(unit: Unit, before: datetime, now: datetime) -> Pruned:
    return unit.retention.prune_texts(unit.retention.old_texts(before), now)


def prune_mentions(unit: Unit, before: datetime) -> Pruned:
    gone = unit.retention.prune_mentions(unit.retention.old_mentions(before))
    return gone + unit.retention.prune_messages(unit.retention.old_messages(before))


def test_a_text_goes_after_its_time_and_who_it_is_stays(store: Store) -> None:
    article = an_article()
    item_id = put(store, article).item_id
    assert prune(store, at=YEAR).is_empty
    assert prune(store, at=YEAR + DAY) == Pruned(texts=1)
    with store.reading() as unit:
        item = unit.items.get(item_id)
        assert unit.items.find_url(article.url) == item
    assert item is not None
    assert (item.title, item.body, item.content_hash) == (article.title, "", article.content_hash)
    assert item.pruned_at == NOW + YEAR + DAY
    assert prune(store, at=2 * YEAR).is_empty


def test_a_pruned_article_never_comes_back_as_new(store: Store) -> None:
    article = an_article()
    item_id = put(store, article).item_id
    prune(store, at=2 * YEAR)
    again = put(store, article, at=2 * YEAR)
    edited = replace(article, body=article.body + " More.", content_hash="other")
    moved = replace(article, url="https://moved.example/x", alias_urls=())
    for stored in (
        again,
        put(store, edited, at=2 * YEAR),
        put(store, moved, at=2 * YEAR),
        put(store, a_listed_article(url=article.url, guid=article.guid), at=2 * YEAR),
    ):
        assert isinstance(stored.decision, Duplicate)
        assert stored.item_id == item_id
    with store.reading() as unit:
        item = unit.items.get(item_id)
        assert unit.items.count() == 1
    assert item is not None
    assert item.body == ""


def test_its_listing_is_known_and_its_page_is_not_asked_for(store: Store) -> None:
    article = an_article()
    put(store, article)
    prune(store, at=2 * YEAR)
    with store.reading() as unit:
        [known] = unit.items.known_entries(article.source_key, [an_entry_of(article)])
        due = unit.pages.due(article.source_key, now=NOW + 2 * YEAR, limit=9)
    assert (known.item_id is not None, known.changed) == (True, False)
    assert due == ()


def test_what_changed_lately_is_as_young_as_its_change(store: Store) -> None:
    article = an_article()
    put(store, article)
    body = article.body + " And more came of it in the end."
    put(store, replace(article, body=body, content_hash="second"), at=YEAR)
    assert prune(store, at=YEAR + DAY).is_empty
    assert prune(store, at=2 * YEAR + DAY) == Pruned(texts=1, versions=1)


def test_mentions_go_with_what_was_told_and_nobody_is_told_again(store: Store) -> None:
    clock = Clock(NOW)
    desk = Desk(store, clock, a_subscription())
    desk.publish("Halcyon wins", name="win")
    assert len(desk.tick()) == 1
    clock.advance(YEAR)
    with store.transaction() as unit:
        due = unit.retention.due(texts=None, mentions=clock() - DAY)
        assert prune_mentions(unit, clock() - DAY) == Pruned(mentions=1, messages=1)
        assert prune_mentions(unit, clock() - DAY).is_empty
    assert due.mentions == 1
    desk.publish("Halcyon wins", "Halcyon Health said something else entirely.", name="win")
    assert desk.tick() == []
    with store.reading() as unit:
        assert unit.mentions.count("halcyon") == 1  # found again, and told to nobody


def test_what_waits_to_be_told_is_kept_with_its_text(store: Store) -> None:
    clock = Clock(NOW)
    desk = Desk(store, clock, a_subscription())
    item_id = desk.publish("Halcyon wins")
    desk.match()
    clock.advance(2 * YEAR)
    with store.transaction() as unit:
        assert unit.retention.due(texts=clock(), mentions=clock()).is_empty
        assert prune_mentions(unit, clock()).is_empty
        assert prune_texts(unit, clock(), clock()).is_empty
        item = unit.items.get(item_id)
    assert item is not None
    assert item.text_state is TextState.FULL
    assert len(desk.tick()) == 1


def test_a_welcome_is_kept_and_not_sent_again(store: Store) -> None:
    clock = Clock(NOW)
    desk = Desk(store, clock, a_subscription())
    desk.welcome()
    desk.deliver()
    clock.advance(YEAR)
    with store.transaction() as unit:
        prune_mentions(unit, clock())
    assert desk.welcome() == 0


def test_what_would_go_is_counted_before_it_goes(store: Store) -> None:
    for _ in range(3):
        assert isinstance(put(store, an_article()).decision, New)
    with store.reading() as unit:
        due = unit.retention.due(texts=NOW + DAY, mentions=None)
    assert due == Pruned(texts=3)
