"""Procurements over time: one item for each, on every database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from storage.model import Article, Duplicate, New, ProcurementNotice, Revision, Stored
from storage.store import Store
from tests.support.builders import NOW, an_article


def put(store: Store, article: Article) -> Stored:
    with store.transaction() as unit:
        return unit.items.put(article, now=NOW, baseline=False)


def release(number: int, *, days_ago: int, buyer: str, **changes: Any) -> Article:
    values: dict[str, Any] = {
        "kind": "tender",
        "guid": "ocds-h6vhtk-00aa02",
        "url": f"https://tenders.example/Notice/{number}-2026",
        "published_at": NOW - timedelta(days=days_ago),
        "notice": ProcurementNotice(
            buyers=(buyer,), suppliers=("Halcyon Health Ltd",), value=250_000.0
        ),
    }
    return an_article(**(values | changes))


def test_the_notices_of_a_procurement_are_one_item_that_shows_the_newest(store: Store) -> None:
    first = put(store, release(1, days_ago=9, buyer="Fenmoor NHS Trust"))
    award = release(2, days_ago=1, buyer="Fenmoor NHS Trust", title="Awarded")
    second = put(store, award)
    late = put(store, release(3, days_ago=5, buyer="Fenmoor NHS Trust"))

    assert isinstance(first.decision, New)
    assert isinstance(second.decision, Revision)
    assert isinstance(late.decision, Duplicate)
    with store.reading() as unit:
        item = unit.items.get(first.item_id)
        assert item is not None
        assert (item.title, item.url, item.published_at) == (
            "Awarded",
            award.url,
            award.published_at,
        )
        assert len(unit.items.revisions(first.item_id)) == 1


def test_call_offs_of_several_buyers_are_items_of_their_own(store: Store) -> None:
    buyers = ("Fenmoor NHS Trust", "Quayside Council", "Harbourlight Hospital")
    items = {
        put(store, release(number, days_ago=number, buyer=buyer)).item_id
        for number, buyer in enumerate(buyers, start=1)
    }
    amended = put(store, release(9, days_ago=0, buyer="Quayside Council"))

    assert len(items) == len(buyers)
    assert isinstance(amended.decision, Revision)
    with store.reading() as unit:
        item = unit.items.get(amended.item_id)
    assert item is not None
    assert item.notice is not None
    assert item.notice.buyers == ("Quayside Council",)
