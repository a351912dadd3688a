"""`history URL` shows what an article said, and what became of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.rules.identity import content_hash
from tests.supplierwatch.instance import BODY, Instance, an_article, an_instance

TITLE = "Trust pauses move"
EDITED = BODY.replace("four million pounds", "nine million pounds")


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    """An article of three versions: as it came, edited, and withdrawn."""
    instance = an_instance(tmp_path)
    first = an_article(title=TITLE, body=BODY, content_hash=content_hash(TITLE, BODY))
    instance.stores(first)
    instance.stores(an_article(title=TITLE, body=EDITED, content_hash=content_hash(TITLE, EDITED)))
    with instance.store() as store, store.transaction() as unit:
        for _ in range(2):
            unit.rechecks.record_gone(
                1, now=datetime.now(UTC), recheck_at=None, confirm_at=datetime.now(UTC)
            )
    return instance


def url(instance: Instance) -> str:
    with instance.store() as store, store.reading() as unit:
        item = unit.items.get(1)
    assert item is not None
    assert item.url is not None
    return item.url


def test_each_version_is_shown_with_what_changed(instance: Instance) -> None:
    said = " ".join(instance.run("history", url(instance)).stdout.split())
    assert "What: a figure changed" not in said  # words, not figures
    assert "[-four-] {+nine+} million pounds" in said
    assert "What: the article was withdrawn" in said
    assert "its page was removed" in said
    assert "3 versions." in said


def test_the_texts_are_there_whole_for_scripts(instance: Instance) -> None:
    versions = instance.json("history", url(instance))["versions"]
    assert [one["text"] for one in versions] == [BODY, EDITED, EDITED]
    assert [one["changes"] for one in versions] == [[], ["wording"], ["withdrawn"]]
    assert [one["withdrawn"] for one in versions] == [False, False, True]


def test_an_address_that_nobody_listed_is_said_to_be_unknown(instance: Instance) -> None:
    run = instance.run("history", "https://nowhere.example/x")
    assert run.exit_code == 6
    assert "Never seen" in run.stdout
