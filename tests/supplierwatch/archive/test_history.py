"""`history URL` shows what an article said, and what became of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.rules.identity import content_hash
from tests.supplierwatch.installation import BODY, House, a_house, an_article

TITLE = "Trust pauses move"
EDITED = BODY.replace("four million pounds", "nine million pounds")


@pytest.fixture
def house(tmp_path: Path) -> House:
    """An article of three versions: as it came, edited, and withdrawn."""
    house = a_house(tmp_path)
    first = an_article(title=TITLE, body=BODY, content_hash=content_hash(TITLE, BODY))
    house.stores(first)
    house.stores(an_article(title=TITLE, body=EDITED, content_hash=content_hash(TITLE, EDITED)))
    with house.store() as store, store.transaction() as unit:
        for _ in range(2):
            unit.items.look_gone(1, now=datetime.now(UTC), look_at=None, sure_at=datetime.now(UTC))
    return house


def url(house: House) -> str:
    with house.store() as store, store.reading() as unit:
        item = unit.items.get(1)
    assert item is not None
    assert item.url is not None
    return item.url


def test_each_version_is_shown_with_what_changed(house: House) -> None:
    said = " ".join(house.run("history", url(house)).stdout.split())
    assert "What: a figure changed" not in said  # words, not figures
    assert "[-four-] {+nine+} million pounds" in said
    assert "What: the article was withdrawn" in said
    assert "its page was gone" in said
    assert "3 versions." in said


def test_the_texts_are_there_whole_for_scripts(house: House) -> None:
    versions = house.json("history", url(house))["versions"]
    assert [one["text"] for one in versions] == [BODY, EDITED, EDITED]
    assert [one["changes"] for one in versions] == [[], ["wording"], ["withdrawn"]]
    assert [one["withdrawn"] for one in versions] == [False, False, True]


def test_an_address_that_nobody_listed_is_said_to_be_unknown(house: House) -> None:
    run = house.run("history", "https://nowhere.example/x")
    assert run.exit_code == 6
    assert "Never seen" in run.stdout
