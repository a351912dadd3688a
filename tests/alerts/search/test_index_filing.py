"""Words of long texts are computed while others write."""

from __future__ import annotations

import pytest

from alerts.query import Document
from alerts.search import index_filing
from alerts.search.index_filing import index_pending
from storage.store import Store
from tests.support.builders import NOW, an_article

WORDS_OF = index_filing.words_of


def put(store: Store, body: str) -> None:
    with store.transaction() as unit:
        unit.items.put(
            an_article(url="https://ledger.example/1", guid="1", body=body), now=NOW, baseline=False
        )


def test_others_write_while_words_are_computed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite a transaction that computes for ten seconds fails the writes of everybody else."""
    put(store, "Halcyon moves records.")

    def write_meanwhile(document: Document) -> str:
        with store.transaction() as unit:
            unit.notices.raise_("meanwhile", "written meanwhile", NOW)
        return WORDS_OF(document)

    monkeypatch.setattr(index_filing, "words_of", write_meanwhile)
    assert index_pending(store) == 1
    with store.reading() as unit:
        assert [notice.key for notice in unit.notices.open()] == ["meanwhile"]
        assert unit.fulltext.coverage().is_complete


def test_an_item_that_changes_meanwhile_is_indexed_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, "Halcyon moves records.")

    def change_meanwhile(document: Document) -> str:
        put(store, "Corvid moves records.")
        return WORDS_OF(document)

    monkeypatch.setattr(index_filing, "words_of", change_meanwhile)
    index_pending(store)
    with store.reading() as unit:
        assert not unit.fulltext.coverage().is_complete
    monkeypatch.setattr(index_filing, "words_of", WORDS_OF)
    while index_pending(store):
        pass
    with store.reading() as unit:
        assert unit.fulltext.coverage().is_complete
