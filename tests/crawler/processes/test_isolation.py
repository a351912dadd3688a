"""What breaks a reader costs itself alone: row 35 of RELIABILITY section 6, and its neighbours."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.jobs.limits import OVERDUE
from storage.model import TextState
from tests.crawler.polling.test_polls import list_in_feed, publish
from tests.support.crawls import Crawls, a_source
from tests.support.site import Entry, FakeSite, article_page, long_text
from tests.support.trouble import trouble

BAD = "127.0.0.3"
HOW = ("loop", "allocate", "crash", "raise", "exit")


@pytest.fixture
def troubled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in trouble(tmp_path).items():
        monkeypatch.setenv(name, value)


def publish_trouble(site: FakeSite, how: tuple[str, ...] = HOW) -> None:
    """A feed whose pages break their reader, each in its way, and one that does not."""
    entries = []
    for name in (*how, "sound"):
        page = article_page(f"A page that is {name}", long_text(f"what is {name}"))
        link = site.page(f"/{name}.html", page, host=BAD)
        entries.append(Entry(title=f"A page that is {name}", link=link, guid=name))
    list_in_feed(site, entries, host=BAD)


@pytest.mark.usefixtures("troubled")
def test_pages_that_break_their_reader_are_thin_with_a_reason_and_no_other_page_is(
    site: FakeSite, crawls: Crawls
) -> None:
    publish(site, range(6))
    publish_trouble(site)
    crawled = crawls.run(
        a_source("bad", site.url("/feed.xml", host=BAD), kind="trouble"),
        a_source("outlet", site.url("/feed.xml")),
        deadline=80,
    )
    assert crawled.code == 0
    items = {one.title: one for one in crawls.items()}
    innocent = [one for one in items.values() if one.source_key == "outlet"]
    assert [one.text_state for one in innocent] == [TextState.FULL] * 6
    assert items["A page that is sound"].text_state is TextState.FULL
    reasons = {name: items[f"A page that is {name}"].thin_reason for name in HOW}
    assert reasons == {
        "loop": "reading it took longer than 2 s of processor time",
        "allocate": "reading it needs more than 128 MB of memory",
        "crash": "its reader ended with SIGSEGV",
        "raise": "reader-error",
        "exit": "its reader ended with exit code 3",
    }
    told = {
        event["url"].rpartition("/")[2]
        for event in crawled.events
        if event["event"].endswith("over-limit")
    }
    assert told == {f"{name}.html" for name in HOW}
    state = crawls.state("bad")
    assert (state.failures, state.unfinished_polls) == (0, 0)


@pytest.mark.usefixtures("troubled")
def test_a_listing_that_breaks_its_reader_fails_that_source_alone(
    site: FakeSite, crawls: Crawls
) -> None:
    publish(site, range(2))
    keys = ("loop-listing", "allocate-listing", "crash-listing", "raise-listing")
    for number, _ in enumerate(keys):
        list_in_feed(site, [], host=f"127.0.0.{number + 3}")
    crawled = crawls.run(
        *(
            a_source(key, site.url("/feed.xml", host=f"127.0.0.{n + 3}"), kind="trouble")
            for n, key in enumerate(keys)
        ),
        a_source("outlet", site.url("/feed.xml")),
        deadline=80,
    )
    assert crawled.code == 0
    assert len(crawls.items()) == 2
    errors = {key: crawls.state(key).last_error for key in keys}
    assert errors == {
        "loop-listing": "the listing cannot be read: reading it took longer than 2 s of "
        "processor time",
        "allocate-listing": "the listing cannot be read: reading it needs more than 128 MB of "
        "memory",
        "crash-listing": "the listing cannot be read: its reader ended with SIGSEGV",
        "raise-listing": "the reader of the listing failed: ValueError: this reader raises",
    }
    assert [crawls.state(key).failures for key in keys] == [1] * 4


@pytest.mark.usefixtures("troubled")
def test_a_kind_that_cannot_be_imported_fails_its_crawl_and_says_so(
    site: FakeSite, crawls: Crawls
) -> None:
    crawled = crawls.run(a_source("odd", site.url("/"), kind="unimportable"))
    assert crawled.code == 1
    assert "cannot be imported" in str(crawled.events)


@pytest.mark.usefixtures("troubled")
def test_a_child_whose_reactor_hangs_ends_itself_after_its_deadline(
    site: FakeSite, crawls: Crawls
) -> None:
    list_in_feed(site, [])
    child = crawls.start(a_source("hangs", site.url("/feed.xml"), kind="trouble"), deadline=10)
    assert child.wait(60) == OVERDUE


def test_a_listing_too_large_for_one_poll_is_read_in_parts_each_entry_once(
    site: FakeSite, crawls: Crawls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in trouble(tmp_path, quick=9, slow=9, entries=40, at_once=20).items():
        monkeypatch.setenv(name, value)
    entries = [
        Entry(title=f"Notice number {n} of many", link=site.url(f"/{n}"), guid=f"g{n}")
        for n in range(100)
    ]
    list_in_feed(site, entries, etag='"whole"')
    source = a_source("outlet", site.url("/feed.xml"))
    counts = []
    for _ in range(3):
        report = crawls.run(source, pages=1).report("outlet")
        state = crawls.state("outlet")
        counts.append((report["new"], state.continue_at, state.validators.etag))
        if state.continue_at:
            assert state.baseline_done_at is None
            assert state.next_at - state.last_polled_at < source.every
    assert counts == [(40, 40, None), (40, 80, None), (20, 0, '"whole"')]
    assert crawls.state("outlet").baseline_done_at is not None
    titles = [item.title for item in crawls.items()]
    assert sorted(titles) == sorted(entry.title for entry in entries)
