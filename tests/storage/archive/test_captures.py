"""How texts came, kept on both databases."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

from storage.archive.retention import Pruned
from storage.model import FetchedPage
from storage.store import Store
from tests.support.builders import NOW, an_article
from tests.support.pages import a_fetched_page

PAGE = a_fetched_page(
    b"<html>\x00\xff</html>",
    headers=(("server", "ward\x00\x1b[2J \xe9"), ("Set-Cookie", "a=b"), ("x-empty", "")),
)


def put(store: Store, *, with_body: bool, revision: int = 1, page: FetchedPage = PAGE) -> int:
    with store.transaction() as unit:
        item_id = unit.items.put(an_article(), now=NOW, baseline=False).item_id
        unit.captures.put(item_id, revision, page, with_body=with_body)
    return int(item_id)


def test_an_answer_comes_back_as_it_was_kept(store: Store) -> None:
    item_id = put(store, with_body=True)
    with store.reading() as unit:
        [kept] = unit.captures.of_item(item_id)
    assert (kept.body, kept.body_bytes) == (PAGE.body, len(PAGE.body))
    assert kept.body_sha256 == hashlib.sha256(PAGE.body).hexdigest()
    assert [name for name, _ in kept.headers] == ["server", "x-empty"]
    assert kept.fetched_at == NOW


def test_the_latest_answer_with_a_text_is_kept(store: Store) -> None:
    item_id = put(store, with_body=False)
    later = replace(PAGE, body=b"later", fetched_at=NOW + timedelta(hours=1))
    with store.transaction() as unit:
        unit.captures.put(item_id, 1, later, with_body=True)
        unit.captures.put(item_id, 2, later, with_body=False)
        kept = unit.captures.of_item(item_id)
    assert [(one.revision, one.body) for one in kept] == [(1, b"later"), (2, None)]


def test_bodies_go_after_their_time_and_hashes_stay(store: Store) -> None:
    ids = [put(store, with_body=True) for _ in range(3)]
    with store.transaction() as unit:
        assert unit.retention.old_raw(NOW) == ()
        later = NOW + timedelta(days=1)
        old = unit.retention.old_raw(later, without=ids[:1])
        assert old == tuple(ids[1:])
        assert unit.retention.prune_raw(old, later) == Pruned(raw=2)
        assert unit.retention.prune_raw(unit.retention.old_raw(later), later) == Pruned(raw=1)
        kept = [unit.captures.of_item(item_id)[0] for item_id in ids]
    assert [one.body for one in kept] == [None, None, None]
    assert {one.body_sha256 for one in kept} == {hashlib.sha256(PAGE.body).hexdigest()}


def test_answers_go_with_the_text_that_was_read_from_them(store: Store) -> None:
    item_id = put(store, with_body=True)
    with store.transaction() as unit:
        unit.retention.prune_texts([item_id], NOW + timedelta(days=400))
        assert unit.captures.of_item(item_id) == ()


def test_exports_are_numbered_and_remembered(store: Store) -> None:
    with store.transaction() as unit:
        assert unit.captures.last_export() is None
        assert unit.captures.record_export(NOW, "a" * 64, 3, after=None)
        first = unit.captures.last_export()
        assert unit.captures.record_export(NOW, "b" * 64, 4, after=first)
        assert not unit.captures.record_export(NOW, "c" * 64, 5, after=first)  # one came between
        last = unit.captures.last_export()
    assert last is not None
    assert (last.number, last.manifest_sha256, last.mentions) == (2, "b" * 64, 4)
