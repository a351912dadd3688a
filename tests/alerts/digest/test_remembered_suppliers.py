"""What is remembered of suppliers in texts is what would be found anew."""

from __future__ import annotations

from alerts.digest.remembered_suppliers import RememberedSuppliers
from alerts.query import Document, WatchIndex, compile_query

INDEX = WatchIndex({name: compile_query(name) for name in ("halcyon", "corvid")})
TEXTS = tuple(
    Document(url="https://ward.example/1", title=title)
    for title in ("Halcyon wins", "Corvid wins", "Corvid and Halcyon lose", "Nobody wins")
)


def test_a_text_that_changed_at_its_address_is_searched_anew() -> None:
    remembered = RememberedSuppliers(INDEX)
    for _ in range(2):
        for text in TEXTS:
            assert remembered.match(text) == INDEX.match(text)
            assert remembered.keys(text) == INDEX.keys(text)


def test_no_more_is_remembered_than_allowed() -> None:
    remembered = RememberedSuppliers(INDEX, most=2)
    for text in (*TEXTS, *TEXTS):
        assert remembered.match(text) == INDEX.match(text)
        assert len(remembered) <= 2
