"""What the archive says of a watch, on both databases."""

from __future__ import annotations

import pytest

from alerts.query import compile_query
from alerts.search.archive_warnings import archive_warnings
from alerts.search.index_filing import index_pending
from storage.store import Store
from tests.support.builders import NOW, an_article

TEXTS = (
    *["two hospitals and the trust"] * 4,
    *["Brindle won", "a brindle dog", "brindle", "brindle at sea"],
    *["Palantir said", "PALANTIR said", "the NHS and a hospital"] * 2,
)


@pytest.fixture
def filled(store: Store) -> Store:
    for number, text in enumerate(TEXTS):
        url = f"https://ledger.example/{number}"
        with store.transaction() as unit:
            unit.items.put(
                an_article(
                    url=url, guid=url, title=f"n{number}", summary="", body=f"{text} x{number}"
                ),
                now=NOW,
                baseline=False,
            )
    while index_pending(store):
        pass
    return store


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("hospital", ["hospital does not find hospitals, which 4 of"]),
        ("title:n1 AND hospital", ["hospital does not find hospitals, which 4 of"]),
        ("plural(hospital)", []),
        ("trust NOT hospital", []),
        ("Brindle", ["Brindle stands in small letters in 3 of"]),
        ('cs("Brindle")', []),
        ("Palantir", []),
        ("NHS", []),
        ("nhs", []),
        ("dog", []),
    ],
)
def test_a_watch_is_warned_of_by_what_is_stored(filled: Store, query: str, says: list[str]) -> None:
    with filled.reading() as unit:
        found = [one.message for one in archive_warnings(unit, compile_query(query))]
    assert len(found) == len(says)
    assert all(message.startswith(start) for message, start in zip(found, says, strict=True))


def test_an_empty_archive_says_nothing(store: Store) -> None:
    with store.reading() as unit:
        assert list(archive_warnings(unit, compile_query("hospital OR Brindle"))) == []
