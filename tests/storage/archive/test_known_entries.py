"""What a spider is told of a listing: what is known, what says other words now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.archive.known_entries import KnownEntry
from storage.model import Article, FetchedEntry, TextState
from storage.store import Store
from tests.support.builders import NOW, a_listed_article, an_article, an_entry, an_entry_of
from tests.support.sizes import size


def put(store: Store, *articles: Article) -> list[int]:
    with store.transaction() as unit:
        return [unit.items.put(one, now=NOW, baseline=False).item_id for one in articles]


def ask(store: Store, *entries: FetchedEntry) -> tuple[KnownEntry, ...]:
    with store.reading() as unit:
        return unit.items.known_entries("ward-ledger", entries)


def test_an_unknown_entry_is_unknown(store: Store) -> None:
    entry = an_entry()

    assert ask(store, entry) == (
        KnownEntry(entry=entry, item_id=None, changed=False, text_state=None),
    )


def test_a_known_entry_names_its_item_and_how_much_of_it_is_held(store: Store) -> None:
    full, listed = an_article(), a_listed_article()
    first, second = put(store, full, listed)

    answers = ask(store, an_entry_of(full), an_entry(), an_entry_of(listed))

    assert [a.item_id for a in answers] == [first, None, second]
    assert [a.text_state for a in answers] == [TextState.FULL, None, TextState.LISTED]
    assert not any(a.changed for a in answers)
    assert [a.carried for a in answers] == [True, False, True]


def test_other_words_of_a_listing_are_a_change_until_they_are_put_in(store: Store) -> None:
    article = an_article()
    put(store, article)
    entry = an_entry_of(article, title="Corrected")

    [answer] = ask(store, entry)
    assert answer.changed

    put(store, replace(a_listed_article(title="Corrected"), url=entry.url, guid=entry.guid))
    said = replace(
        a_listed_article(
            title="Corrected", summary=entry.summary, published_raw=entry.published_raw
        ),
        url=entry.url,
        guid=entry.guid,
    )
    put(store, said)

    [answer] = ask(store, entry)
    assert not answer.changed


def test_the_words_of_a_page_do_not_change_what_the_listing_said(store: Store) -> None:
    listed = a_listed_article()
    [item_id] = put(store, listed)
    page = replace(an_article(title="Title of the page"), url=listed.url, guid=listed.guid)
    with store.transaction() as unit:
        unit.items.put(page, now=NOW, baseline=False, expected=item_id)

    [answer] = ask(store, an_entry_of(listed))

    assert not answer.changed


def test_a_renamed_guid_or_a_changed_link_is_still_known(store: Store) -> None:
    article = an_article()
    [item_id] = put(store, article)

    by_link, by_guid = ask(
        store,
        an_entry_of(article, guid="renamed"),
        an_entry_of(article, url="https://new.example/1"),
    )

    assert by_link.item_id == by_guid.item_id == item_id


def test_a_link_that_entries_share_names_none_of_them(store: Store) -> None:
    article = an_article()
    put(store, article)

    [answer] = ask(store, an_entry(url=article.url, url_is_shared=True))

    assert answer.item_id is None


def test_a_listing_that_has_an_item_in_two_wordings_settles(store: Store) -> None:
    one = a_listed_article(guid="a")
    two = replace(a_listed_article(guid="b"), url=one.url)
    put(store, one, two)

    for _ in range(3):
        answers = ask(store, an_entry_of(one), an_entry_of(two))
        assert [a.changed for a in answers] == [False, False]
        put(store, one, two)


def test_what_only_another_source_carries_is_known_and_not_changed(store: Store) -> None:
    article = an_article(source_key="trolley-times")
    [item_id] = put(store, article)

    [answer] = ask(store, an_entry(url=article.url, title="Headed otherwise"))

    assert (answer.item_id, answer.carried, answer.changed) == (item_id, False, False)


@pytest.mark.slow
@pytest.mark.sized
def test_thousands_of_entries_are_asked_for_at_once(store: Store) -> None:
    articles = [a_listed_article() for _ in range(size(1200, 400))]
    ids = put(store, *articles)

    answers = ask(store, *(an_entry_of(article) for article in articles))

    assert [a.item_id for a in answers] == ids
