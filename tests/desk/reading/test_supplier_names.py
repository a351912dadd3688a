"""What was found of suppliers in articles is kept from page to page, for each group."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from alerts.digest.context import TellingContext
from alerts.digest.remembered_suppliers import RememberedSuppliers
from supplierwatch.desk.reading import supplier_names
from supplierwatch.desk.reading.supplier_names import SupplierCache
from supplierwatch.wiring import load
from tests.supplierwatch.instance import an_instance
from tests.support.builders import a_stored_item


@pytest.fixture
def contexts(tmp_path: Path) -> list[TellingContext]:
    """Two of the same configuration, as two groups have them."""
    wired = load(an_instance(tmp_path).config, {})
    return [TellingContext.of(wired.catalog, wired.queries) for _ in range(2)]


@pytest.fixture
def matched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses of the articles that suppliers were searched in."""
    asked: list[str] = []
    keys = RememberedSuppliers.keys

    def count(self: RememberedSuppliers, document: object) -> tuple[str, ...]:
        asked.append(document.url)  # type: ignore[attr-defined]
        return keys(self, document)  # type: ignore[arg-type]

    monkeypatch.setattr(RememberedSuppliers, "keys", count)
    return asked


def test_groups_that_take_turns_search_each_article_once(
    contexts: list[TellingContext], matched: list[str]
) -> None:
    cache, item = SupplierCache(), a_stored_item(title="Halcyon wins")
    for _ in range(3):
        for context in contexts:
            assert cache.find([item], context) == {item.item_id: ("halcyon",)}
    assert len(matched) == len(contexts)


def test_of_a_former_configuration_nothing_is_kept(contexts: list[TellingContext]) -> None:
    cache = SupplierCache()
    for context in contexts:
        cache.find([a_stored_item()], context)
    assert len(cache._known) == 2
    del context
    contexts.pop()
    gc.collect()
    assert len(cache._known) == 1


def test_so_many_articles_are_kept_for_all_groups_together(
    contexts: list[TellingContext], matched: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supplier_names, "MAX_KEPT", 1)
    cache, item = SupplierCache(), a_stored_item()
    for context in (*contexts, contexts[0]):
        cache.find([item], context)
    assert len(matched) == 3
