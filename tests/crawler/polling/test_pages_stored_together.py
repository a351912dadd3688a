"""Pages that are read together are stored in one transaction, unless one of them fails."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from storage.model import TextState
from tests.crawler.polling.test_polls import publish
from tests.support.crawls import Crawls, a_source
from tests.support.site import FakeSite


def test_an_article_that_cannot_be_stored_does_not_undo_those_before_it(
    site: FakeSite, crawls: Crawls
) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    publish(site, range(4))
    path = crawls.store.url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            "CREATE TRIGGER refuse BEFORE UPDATE OF body ON item"
            " WHEN new.title LIKE 'Trust 2 %' AND new.body <> ''"
            " BEGIN SELECT raise(ABORT, 'refused'); END"
        )
    crawls.run(source)
    assert _titles_with_text(crawls) == ["Trust 3 reviews its records"]
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TRIGGER refuse")
    crawls.run(source)
    assert len(_titles_with_text(crawls)) == 4


def test_an_item_whose_row_is_damaged_costs_its_own_page_alone(
    site: FakeSite, crawls: Crawls
) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    publish(site, range(4))
    with closing(sqlite3.connect(crawls.store.url.removeprefix("sqlite:///"))) as database:
        database.execute(
            "CREATE TRIGGER damage AFTER UPDATE OF page_attempts ON item"
            " WHEN new.title LIKE 'Trust 2 %'"
            " BEGIN UPDATE item SET title = x'ff00' WHERE id = new.id; END"
        )
    crawled = crawls.run(source)
    assert crawled.report("outlet")["rejected"] == [["damaged row", 1]]
    assert len(_titles_with_text(crawls)) == 3


def _titles_with_text(crawls: Crawls) -> list[str]:
    return [item.title for item in crawls.items() if item.text_state is TextState.FULL]
