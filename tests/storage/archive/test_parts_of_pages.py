"""Entries on one page, links with changing parameters, and archives that older versions wrote."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from storage.archive.item_writer import MAX_CARRIERS
from storage.model import Article, Completion, Duplicate, New, TextState
from storage.rules.dedupe import decide
from storage.rules.former_keys import former_canonical_url, former_url_keys
from storage.rules.identity import entry_hash, url_key
from storage.store import Store
from storage.tables import carrier, item
from tests.support.builders import NOW, a_known_item, a_listed_article, a_text, an_article

LIVE = "https://ward-ledger.example/live/wards"
PAGE = "https://ward-ledger.example/story"
TITLE = "Halcyon pauses its ward rounds"
TEASER = "The trust said on Tuesday that it would look at the form again."


def post(url: str, title: str, **changes: Any) -> Article:
    """An entry without identifier and date, as change logs have them."""
    plain = {"guid": None, "published_at": None, "published_raw": None, "summary": ""}
    return a_listed_article(**plain | {"url": url, "title": title} | changes)


def read(url: str, title: str, **changes: Any) -> Article:
    plain = {"guid": None, "published_at": None, "published_raw": None, "summary": ""}
    return an_article(**plain | {"url": url, "title": title} | changes)


def put(store: Store, *articles: Article, **how: Any) -> list[tuple[str, int]]:
    with store.transaction() as unit:
        stored = [unit.items.put(one, now=NOW, baseline=False, **how) for one in articles]
    return [(type(one.decision).__name__, one.item_id) for one in stored]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("#post-1", "#post-2", id="live blog"),
        pytest.param("#v2.1", "#v2.2", id="change log"),
        pytest.param("#!/news/1", "#!/news/2", id="hashbang routes"),
        pytest.param("#/news/1", "#/news/2", id="routes"),
        pytest.param("#!news=1", "#!news=2", id="routes with parameters"),
        pytest.param("#comment-4", "#comment-5", id="comments of their own"),
        pytest.param("", "#post-2", id="the page and a part of it"),
    ],
)
def test_entries_that_differ_in_fragment_only_are_items_of_their_own(
    store: Store, one: str, other: str
) -> None:
    entries = post(LIVE + one, "Wards reopen"), post(LIVE + other, "Halcyon named")

    told = put(store, *entries)
    again = put(store, *entries)

    assert [what for what, _ in told] == ["New", "New"]
    assert again == [("Duplicate", number) for _, number in told]
    with store.reading() as unit:
        assert [unit.items.get(number).url for _, number in told] == [LIVE + one, LIVE + other]


def test_parts_of_a_page_with_one_title_are_items_of_their_own(store: Store) -> None:
    told = put(store, post(f"{LIVE}#a1", "Update"), post(f"{LIVE}#a2", "Update"))

    assert [what for what, _ in told] == ["New", "New"]


def test_the_hash_of_their_page_merges_no_parts() -> None:
    whole = a_text(words=80)
    first = read(f"{LIVE}#a1", "Update", body=whole)

    assert (
        decide(read(f"{LIVE}#a2", "Update", body=whole), [a_known_item(first)], expected=None)
        == New()
    )
    # at another address the same text is the same article
    moved = read("https://ward-ledger.example/moved", "Update", body=whole)
    assert decide(moved, [a_known_item(first)], expected=None) == Duplicate(item_id=1, by="text")


def test_the_page_of_a_part_does_not_swallow_another_listed_part(store: Store) -> None:
    (_, one), (_, two) = put(store, post(f"{LIVE}#a1", "Update"), post(f"{LIVE}#a2", "Update"))
    whole = a_text(words=80)

    first = put(store, read(f"{LIVE}#a1", "Update", body=whole), expected=one)
    second = put(store, read(f"{LIVE}#a2", "Update", body=whole), expected=two)

    assert (first, second) == ([("Completion", one)], [("Completion", two)])


@pytest.mark.parametrize(
    ("one", "other", "teaser"),
    [
        ("?id=7&src=a", "?id=7&src=b", TEASER),
        ("?id=7", "?id=7&rnd=123", TEASER),
        ("?id=7&token=x&cb=1", "?cb=2&id=7", TEASER),
        ("?channel=rss-a", "?channel=rss-b", ""),
        ("#position=1", "#position=2", TEASER),
        ("?a", "?b", TEASER),
        ("?id=1", "?id=2", TEASER),
    ],
)
def test_equal_words_at_addresses_that_differ_in_parameters_are_one_item(
    store: Store, one: str, other: str, teaser: str
) -> None:
    first = post(PAGE + one, TITLE, summary=teaser)
    told = put(store, first, replace(first, url=PAGE + other), replace(first, url=PAGE + other))

    assert [what for what, _ in told] == ["New", "Duplicate", "Duplicate"]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"title": "Halcyon resumes its ward rounds"}, id="title"),
        pytest.param({"summary": TEASER + " More."}, id="teaser"),
        pytest.param({"published_raw": "Tue, 24 Nov 2026 04:53:00 GMT"}, id="date"),
        pytest.param({"url": "https://ward-ledger.example/other?src=b"}, id="path"),
        pytest.param({"url": "https://board.example/story?src=b"}, id="host"),
        pytest.param({"source_key": "board-gazette"}, id="source"),
        pytest.param({"kind": "boardpaper"}, id="papers"),
    ],
)
def test_anything_else_that_differs_makes_another_item(
    store: Store, changes: dict[str, Any]
) -> None:
    first = post(f"{PAGE}?src=a", TITLE, summary=TEASER)
    other = replace(first, **{"url": f"{PAGE}?src=b"} | changes)
    other = replace(other, entry_hash=entry_hash(other.title, other.summary, other.published_raw))

    assert [what for what, _ in put(store, first, other)] == ["New", "New"]


@pytest.mark.parametrize("title", ["Minutes", "Minutes of the board in public"])
def test_titles_alone_do_not_outweigh_parameters_that_look_like_identifiers(
    store: Store, title: str
) -> None:
    told = put(store, post(f"{PAGE}?id=1", title), post(f"{PAGE}?id=2", title))

    assert [what for what, _ in told] == ["New", "New"]


def test_a_parameter_that_changes_at_every_poll_fills_no_archive(store: Store) -> None:
    first = post(f"{PAGE}?token=0", TITLE, summary=TEASER)
    put(store, *(replace(first, url=f"{PAGE}?token={n}") for n in range(MAX_CARRIERS + 20)))

    with store.reading() as unit:
        [only] = unit.items.newest(limit=5)
    assert len(only.carriers) == MAX_CARRIERS


def test_an_item_whose_link_other_entries_got_too_is_told_once(store: Store) -> None:
    alone = post(PAGE, TITLE, summary=TEASER)
    shared = replace(alone, url=None, guid="#0123456789abcdef")

    [(_, number)] = put(store, alone)

    assert put(store, shared) == [("Duplicate", number)]


# archives of older versions


def age(store: Store) -> None:
    """Rewrite the addresses of an archive as older versions stored them."""
    with store._engine.begin() as connection:
        for row in connection.execute(carrier.select()).all():
            old = former_canonical_url(row.url)
            [key] = former_url_keys(row.url) or {url_key(row.url)}
            values = {"url": old, "url_key": key}
            connection.execute(update(carrier).where(carrier.c.id == row.id).values(values))
            connection.execute(update(item).where(item.c.id == row.item_id).values(url=old))


@pytest.mark.parametrize(
    "written",
    [
        "/story?titre=caf%E9",
        "/a%2Fb",
        "/grants/100%25-funded",
        "/a%2520b",
        "/app#!/news/1",
        "/live#post-1",
        "/story?mtm_source=x",
        "/story?ref=rss",
        "/story#ref=rss",
    ],
)
@pytest.mark.parametrize("state", [TextState.LISTED, TextState.FULL])
def test_what_an_older_version_stored_is_not_told_again(
    store: Store, written: str, state: TextState
) -> None:
    url = f"https://ward-ledger.example{written}"
    [(_, number)] = put(store, (post if state is TextState.LISTED else read)(url, TITLE))
    age(store)

    entry = post(url, TITLE)
    assert put(store, entry) == [("Duplicate", number)]
    assert put(store, entry, post(url, "Another headline")) == [("Duplicate", number)] * 2
    with store.reading() as unit:
        assert unit.items.find_url(url).item_id == number


def test_what_an_older_version_lost_behind_an_equal_key_is_told_now(store: Store) -> None:
    [(_, number)] = put(store, post(f"{LIVE}#post-1", "Wards reopen"))
    age(store)

    assert put(store, post(f"{LIVE}#post-1", "Wards reopen")) == [("Duplicate", number)]
    [(what, other)] = put(store, post(f"{LIVE}#post-2", "Halcyon named"))
    assert (what, other != number) == ("New", True)


def test_a_link_to_an_old_address_still_finds_its_item(store: Store) -> None:
    url = f"{PAGE}?titre=caf%E9"
    [(_, number)] = put(store, post(url, TITLE))
    age(store)

    with store.reading() as unit:
        assert unit.items.find_url(url).item_id == number


def test_a_title_that_came_from_the_text_is_no_change_of_an_untitled_item() -> None:
    untitled = read(PAGE, "(no title)")
    titled = replace(untitled, title="This is how the text begins")

    known = a_known_item(untitled)
    assert decide(titled, [known], expected=1) == Duplicate(item_id=1, by="url")
    listed = a_known_item(post(PAGE, "(no title)"))
    assert isinstance(decide(titled, [listed], expected=1), Completion)
