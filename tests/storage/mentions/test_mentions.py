"""Mentions: what is told, what is baseline, and who learns of an edit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from storage.model import Article, Mention, PendingTelling, Span, TextState
from storage.store import Store
from tests.support.builders import (
    NOW,
    a_listed_article,
    a_match,
    a_message_to_send,
    a_subscription,
    a_text,
    a_watch_text,
    an_article,
)

MINUTE = timedelta(minutes=1)


class Archive:
    """A watch, a subscriber, and what happens to items."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.version = 1
        with store.transaction() as unit:
            unit.watches.declare([a_watch_text()], NOW)
            [self.subscriber] = unit.subscribers.declare([a_subscription()], NOW)

    def put(self, article: Article, at: timedelta = MINUTE, **how: Any) -> int:
        with self.store.transaction() as unit:
            how = {"baseline": False} | how
            return unit.items.put(article, now=NOW + at, **how).item_id

    def edit_watch(self, at: timedelta) -> None:
        self.version += 1
        with self.store.transaction() as unit:
            edited = a_watch_text(query=f"halcyon OR edit{self.version}")
            unit.watches.declare([edited], NOW + at)

    def match(
        self, item_id: int, *, revision: int = 1, hits: bool = True, spans: tuple[Span, ...] = ()
    ) -> tuple[Mention, ...]:
        how = {"spans": spans} if spans else {}
        found = a_match(item_id, version=self.version, revision=revision, **how)
        with self.store.transaction() as unit:
            return unit.mentions.record(
                item_id,
                [found] if hits else [],
                matched_revision=revision,
                audience={"halcyon": [self.subscriber.subscriber_id]},
                now=NOW + 9 * MINUTE,
            )

    def pending(self) -> tuple[PendingTelling, ...]:
        with self.store.reading() as unit:
            return unit.tellings.pending([self.subscriber.subscriber_id])

    def tell(self, key: str = "d1") -> bool:
        with self.store.transaction() as unit:
            return unit.tellings.cut(
                [self.subscriber.subscriber_id],
                notification=a_message_to_send(key),
                tellings=unit.tellings.pending([self.subscriber.subscriber_id]),
                next_at={},
                local_date={},
                now=NOW + 10 * MINUTE,
            )

    def revise(self, article: Article, number: int, **changes: Any) -> None:
        changes.setdefault("body", a_text(number=900 + number))
        self.put(
            replace(an_article(**changes), url=article.url, guid=article.guid), at=number * MINUTE
        )


@pytest.fixture
def archive(store: Store) -> Archive:
    return Archive(store)


def test_a_mention_waits_to_be_told_and_clears_the_mark(archive: Archive) -> None:
    item_id = archive.put(an_article())

    [mention] = archive.match(item_id)

    assert not mention.baseline
    [telling] = archive.pending()
    assert (telling.mention, telling.what, telling.revision) == (mention, "new", 1)
    assert telling.item.item_id == item_id
    assert telling.told_before is None
    with archive.store.reading() as unit:
        assert unit.items.pending(now=NOW + 9 * MINUTE, limit=9) == ()
        assert unit.mentions.of_item(item_id) == (mention,)


def test_matching_again_makes_no_second_mention(archive: Archive) -> None:
    item_id = archive.put(an_article())
    archive.match(item_id)

    assert archive.match(item_id) == ()

    assert len(archive.pending()) == 1


def test_what_matched_nothing_is_done_too(archive: Archive) -> None:
    item_id = archive.put(an_article())

    assert archive.match(item_id, hits=False) == ()

    with archive.store.reading() as unit:
        assert unit.items.pending(now=NOW + 9 * MINUTE, limit=9) == ()


def test_what_a_new_source_brought_is_baseline(archive: Archive) -> None:
    item_id = archive.put(an_article(), baseline=True)

    [mention] = archive.match(item_id)

    assert mention.baseline
    assert archive.pending() == ()


def test_what_was_seen_before_a_watch_began_is_baseline(store: Store) -> None:
    with store.transaction() as unit:
        item_id = unit.items.put(an_article(), now=NOW - MINUTE, baseline=False).item_id
    archive = Archive(store)

    [mention] = archive.match(item_id)

    assert mention.baseline
    assert archive.pending() == ()


def test_what_is_stored_while_the_clock_is_set_back_is_not_older_than_the_watch(
    archive: Archive,
) -> None:
    item_id = archive.put(an_article(), at=-60 * MINUTE)

    [mention] = archive.match(item_id)  # the clock is right again

    assert not mention.baseline
    assert [one.mention.match.item_id for one in archive.pending()] == [item_id]


def test_an_edit_of_a_watch_does_not_swallow_what_waits_for_its_first_match(
    archive: Archive,
) -> None:
    item_id = archive.put(an_article(), at=MINUTE)
    archive.edit_watch(2 * MINUTE)

    [mention] = archive.match(item_id)

    assert not mention.baseline
    assert mention.match.watch_version == 2
    assert len(archive.pending()) == 1


def test_nor_does_it_swallow_a_text_that_comes_late(archive: Archive) -> None:
    listed = a_listed_article()
    item_id = archive.put(listed, at=MINUTE)
    archive.match(item_id, hits=False)
    archive.edit_watch(2 * MINUTE)
    page = replace(an_article(), url=listed.url, guid=listed.guid)
    archive.put(page, at=3 * MINUTE, expected=item_id)

    [mention] = archive.match(item_id)

    assert not mention.baseline


def test_what_an_edited_watch_finds_in_an_old_item_that_changed_is_baseline(
    archive: Archive,
) -> None:
    article = an_article()
    item_id = archive.put(article, at=MINUTE)
    archive.match(item_id, hits=False)
    archive.edit_watch(2 * MINUTE)
    archive.revise(article, 3)

    [mention] = archive.match(item_id, revision=2)

    assert mention.baseline


def test_a_watch_that_was_away_does_not_alert_for_what_came_meanwhile(archive: Archive) -> None:
    with archive.store.transaction() as unit:
        unit.watches.declare([], NOW + MINUTE)
    item_id = archive.put(an_article(), at=2 * MINUTE)
    with archive.store.transaction() as unit:
        unit.watches.declare([a_watch_text()], NOW + 3 * MINUTE)
    archive.version = 2

    [mention] = archive.match(item_id)

    assert mention.baseline


def test_a_change_that_brings_a_name_in_is_news(archive: Archive) -> None:
    article = an_article()
    item_id = archive.put(article)
    archive.match(item_id, hits=False)
    archive.revise(article, 2)

    [mention] = archive.match(item_id, revision=2)

    assert not mention.baseline
    [telling] = archive.pending()
    assert (telling.what, telling.revision) == ("new", 2)


def test_who_was_told_learns_of_an_edit_once(archive: Archive) -> None:
    article = an_article()
    item_id = archive.put(article)
    [mention] = archive.match(item_id)
    archive.tell()
    archive.revise(article, 2)

    assert archive.match(item_id, revision=2) == ()

    [telling] = archive.pending()
    assert (telling.what, telling.revision) == ("edit", 2)
    assert telling.mention.mention_id == mention.mention_id
    archive.tell("d2")
    archive.match(item_id, revision=2)
    assert archive.pending() == ()


def test_two_edits_before_the_next_digest_are_told_as_one(archive: Archive) -> None:
    article = an_article()
    item_id = archive.put(article)
    archive.match(item_id)
    archive.tell()
    for number in (2, 3):
        archive.revise(article, number)
        archive.match(item_id, revision=number)

    [telling] = archive.pending()

    assert (telling.what, telling.revision) == ("edit", 3)


def test_an_edit_that_takes_the_name_out_is_told(archive: Archive) -> None:
    article = an_article()
    item_id = archive.put(article)
    archive.match(item_id)
    archive.tell()
    archive.revise(article, 2)

    archive.match(item_id, revision=2, hits=False)

    assert [t.what for t in archive.pending()] == ["edit"]


def test_an_edit_before_the_first_telling_is_no_edit_to_the_reader(archive: Archive) -> None:
    article = an_article()
    item_id = archive.put(article)
    archive.match(item_id)
    archive.revise(article, 2)
    archive.match(item_id, revision=2)

    [telling] = archive.pending()

    assert (telling.what, telling.item.revision) == ("new", 2)
    archive.tell()
    assert archive.pending() == ()


def test_a_text_that_is_changed_back_is_not_told(archive: Archive) -> None:
    article = an_article()
    item_id = archive.put(article)
    archive.match(item_id)
    archive.tell()
    archive.revise(article, 2)
    archive.put(article, at=3 * MINUTE)

    archive.match(item_id, revision=3)

    assert archive.pending() == ()


def test_a_thin_item_that_is_completed_after_it_was_told_is_no_edit(archive: Archive) -> None:
    thin = an_article(text_state=TextState.THIN, thin_reason="paywall")
    item_id = archive.put(thin)
    archive.match(item_id)
    archive.tell()
    page = replace(an_article(), url=thin.url, guid=thin.guid)
    archive.put(page, expected=item_id)

    archive.match(item_id)

    assert archive.pending() == ()


def test_the_hits_stand_in_the_text_that_is_held(archive: Archive) -> None:
    thin = an_article(text_state=TextState.THIN, thin_reason="paywall")
    item_id = archive.put(thin)
    archive.match(item_id)
    archive.put(replace(an_article(), url=thin.url, guid=thin.guid), expected=item_id)
    there = (Span("body", 5, 12), Span("title", 0, 7))

    archive.match(item_id, spans=there)

    assert archive.pending()[0].mention.match.spans == there


def test_a_mention_of_an_item_that_is_gone_is_nothing(archive: Archive) -> None:
    assert archive.match(4711) == ()


def test_counts_and_newest_include_the_baseline(archive: Archive) -> None:
    old = archive.put(an_article(published_at=NOW - 60 * MINUTE), baseline=True)
    new = archive.put(an_article(published_at=NOW))
    undated = archive.put(an_article(published_at=None), at=2 * MINUTE)
    for item_id in (old, new, undated):
        archive.match(item_id)

    with archive.store.reading() as unit:
        newest = unit.mentions.newest(["halcyon", "unknown"], 2)
        assert unit.mentions.count("halcyon") == 3
        assert unit.mentions.count("halcyon", since=NOW + 10 * MINUTE) == 0
        assert unit.mentions.count("halcyon", since=NOW, until=NOW + 10 * MINUTE) == 3
        assert unit.mentions.newest([], 5) == ()

    assert [item.item_id for _, item in newest] == [undated, new]
