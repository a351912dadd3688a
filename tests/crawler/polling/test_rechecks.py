"""Pages of recent items are fetched again, and edits, headlines and retractions are seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from crawler.polling.poll_interval import RECHECK_DELAYS, next_recheck
from storage.model import StoredItem, TextState
from storage.tables import item
from tests.support.builders import NOW
from tests.support.crawls import Crawls, a_source, utc_now
from tests.support.site import (
    FEED_TYPE,
    Entry,
    FakeSite,
    answer,
    article_page,
    feed,
    long_text,
    redirect,
)
from tests.support.trouble import trouble

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TITLE = "Trust 1 reviews its records"
TEXT = long_text("record review 1")


def publish(site: FakeSite, many: int, **page: Any) -> None:
    entries = []
    for number in range(many):
        title = f"Trust {number} reviews its records"
        text = article_page(title, long_text(f"record review {number}"))
        link = site.page(f"/{number}.html", text, etag=f'"{number}"')
        entries.append(Entry(title=title, link=link, guid=f"g{number}", summary="A teaser."))
    site.page("/feed.xml", feed(reversed(entries)), content_type=FEED_TYPE, etag=f'"{many}"')


def watched(site: FakeSite, crawls: Crawls, **source: Any) -> Any:
    """A source whose second item came while it was watched; that one's page was just read."""
    outlet = a_source("outlet", site.url("/feed.xml"), **source)
    publish(site, 1)
    crawls.run(outlet)
    publish(site, 2)
    crawls.run(outlet)
    site.forget()
    return outlet


def make_due(crawls: Crawls, *, older: timedelta = HOUR) -> None:
    """Let time pass for the second item: it was first seen that much earlier, its look is due."""
    with crawls.store.transaction() as unit:
        values: Mapping[str, Any] = {"first_seen_at": utc_now() - older, "look_at": utc_now()}
        unit.items._db.execute(update(item).where(item.c.id == 2).values(values))


def looked(crawls: Crawls, source: Any, *, older: timedelta = HOUR) -> StoredItem:
    """The second item after a poll that fetched its page again."""
    make_due(crawls, older=older)
    crawls.run(source)
    return next(one for one in crawls.items() if one.item_id == 2)


def look_at(crawls: Crawls, item_id: int) -> datetime | None:
    with crawls.store.reading() as unit:
        due = unit.rechecks.due("outlet", now=utc_now() + 30 * DAY, limit=9)
        at: datetime | None = unit.rechecks.next_at("outlet")
    return at if item_id in {one.item_id for one in due} else None


@pytest.mark.parametrize(
    ("age", "after"),
    [
        (timedelta(0), 15 * MINUTE),
        (9 * MINUTE, 15 * MINUTE),
        (12 * MINUTE, HOUR),
        (HOUR, 6 * HOUR),
        (5 * HOUR, 6 * HOUR),
        (2 * DAY, 3 * DAY),
        (6 * DAY, 7 * DAY),
        (7 * DAY, None),
        (90 * DAY, None),
    ],
)
def test_looks_thin_out_and_end(age: timedelta, after: timedelta | None) -> None:
    assert next_recheck(NOW, NOW + age) == (None if after is None else NOW + after)


def test_each_look_leads_to_the_next_one() -> None:
    at: datetime | None = NOW
    seen = []
    while at is not None:
        at = next_recheck(NOW, at)
        seen.append(at)
    assert seen == [*(NOW + after for after in RECHECK_DELAYS), None]


def test_what_came_while_a_source_is_watched_is_looked_at_again_and_what_was_there_is_not(
    site: FakeSite, crawls: Crawls
) -> None:
    watched(site, crawls)
    assert look_at(crawls, 1) is None
    at = look_at(crawls, 2)
    assert at is not None
    assert 13 * MINUTE < at - utc_now() <= 15 * MINUTE
    assert crawls.state("outlet").next_at <= at + 2 * MINUTE


def test_a_page_that_is_as_it_was_costs_one_conditional_request(
    site: FakeSite, crawls: Crawls
) -> None:
    source = watched(site, crawls)
    after = looked(crawls, source)
    [asked] = site.requests("/1.html")
    assert asked.headers["if-none-match"] == '"1"'
    assert after.revision == 1
    assert site.requests("/0.html") == []
    at = look_at(crawls, 2)
    assert at is not None
    assert at - utc_now() > 4 * HOUR


def test_an_edit_is_a_revision_that_waits_to_be_matched(site: FakeSite, crawls: Crawls) -> None:
    source = watched(site, crawls)
    site.page("/1.html", article_page(TITLE, TEXT.replace("outpatient", "maternity")))
    after = looked(crawls, source)
    assert (after.revision, after.retracted_at) == (2, None)
    assert "maternity clinics" in after.body
    with crawls.store.reading() as unit:
        [before] = unit.items.revisions(2)
        assert 2 in set(unit.items.pending(now=utc_now(), limit=9))
    assert "outpatient clinics" in before.body


@pytest.mark.parametrize("how", ["exit", "raise"])
def test_an_edit_that_cannot_be_read_is_told_of_and_leaves_the_item_as_it_was(
    site: FakeSite, crawls: Crawls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    for name, value in trouble(tmp_path).items():
        monkeypatch.setenv(name, value)
    source = watched(site, crawls, kind="trouble")
    site.page(f"/{how}.html", article_page(TITLE, TEXT.replace("outpatient", "maternity")))
    site.behave("/1.html", redirect(f"/{how}.html"))
    make_due(crawls)
    crawled = crawls.run(source)
    [event] = [event for event in crawled.events if event["event"] == "recheck.over-limit"]
    assert (event["source"], event["item"], event["url"]) == ("outlet", 2, site.url("/1.html"))
    after = next(one for one in crawls.items() if one.item_id == 2)
    assert (after.revision, after.text_state) == (1, TextState.FULL)
    assert look_at(crawls, 2) is not None


def test_a_new_headline_of_the_page_is_an_edit(site: FakeSite, crawls: Crawls) -> None:
    source = watched(site, crawls)
    site.page("/1.html", article_page("Trust 1 drops its records", TEXT))
    after = looked(crawls, source)
    assert (after.title, after.revision) == ("Trust 1 drops its records", 2)


def test_a_headline_that_never_was_that_of_the_listing_is_none(
    site: FakeSite, crawls: Crawls
) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    publish(site, 1)
    crawls.run(source)
    publish(site, 2)
    page = article_page("Review after review", TEXT)
    site.page("/1.html", page)
    crawls.run(source)
    site.page("/1.html", page + "<!-- served again -->")
    after = looked(crawls, source)
    assert (after.title, after.revision) == (TITLE, 1)


def test_clocks_and_counters_of_a_page_are_no_revision(site: FakeSite, crawls: Crawls) -> None:
    source = watched(site, crawls)
    site.page("/1.html", article_page(TITLE, f"{TEXT}\n\nLast updated: Monday 3 March at 10:15"))
    after = looked(crawls, source)
    assert after.revision == 1


@pytest.mark.parametrize(
    "added",
    [
        '<aside class="sidebar"><p>Corvid Data of Thornby pays for what stands here.</p></aside>',
        '<div class="related"><a href="/x">Ferries of Thornby go to the breakers</a></div>',
        '<figure><img src="x"><figcaption>A ward of Corvid Data in Thornby</figcaption></figure>',
    ],
    ids=["sidebar", "related", "caption"],
)
def test_what_changes_only_around_the_text_is_no_revision(
    site: FakeSite, crawls: Crawls, added: str
) -> None:
    source = watched(site, crawls)
    page = article_page(TITLE, TEXT)
    site.page("/1.html", page.replace("</body>", f"{added}</body>"))
    after = looked(crawls, source)
    assert (after.revision, "Thornby" in after.body) == (1, False)


def test_a_standfirst_above_the_text_that_changes_is_an_edit(
    site: FakeSite, crawls: Crawls
) -> None:
    source = a_source("outlet", site.url("/feed.xml"))
    publish(site, 1)
    crawls.run(source)
    publish(site, 2)
    page = article_page(TITLE, TEXT)
    for words in ("Corvid Data is asked to explain.", "Corvid Data is asked to resign."):
        site.page("/1.html", page.replace("</h1>", f'</h1><p class="standfirst">{words}</p>'))
        after = looked(crawls, source)
    assert after.revision == 2
    assert "asked to resign" in after.body


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_at_two_looks_is_a_retraction_and_its_text_stays(
    site: FakeSite, crawls: Crawls, status: int
) -> None:
    source = watched(site, crawls)
    site.behave("/1.html", answer("gone", status=status))
    assert looked(crawls, source).retracted_at is None
    after = looked(crawls, source)
    assert after.retracted_at is not None
    assert after.revision == 2
    assert "record review 1" in after.body
    assert looked(crawls, source).revision == 2  # it is retracted once


def test_a_page_that_is_gone_is_looked_at_once_more_soon_and_then_as_ever(
    site: FakeSite, crawls: Crawls
) -> None:
    source = watched(site, crawls)
    site.behave("/1.html", answer("gone", status=404))
    looked(crawls, source)
    sure = look_at(crawls, 2)
    looked(crawls, source)
    after = look_at(crawls, 2)
    assert sure is not None
    assert after is not None
    assert sure - utc_now() < HOUR
    assert after - utc_now() > 4 * HOUR


def test_a_page_that_is_gone_at_the_last_look_is_looked_at_once_more(
    site: FakeSite, crawls: Crawls
) -> None:
    source = watched(site, crawls)
    site.behave("/1.html", answer("gone", status=404))
    assert looked(crawls, source, older=8 * DAY).retracted_at is None
    assert look_at(crawls, 2) is not None
    assert looked(crawls, source, older=8 * DAY).retracted_at is not None
    assert look_at(crawls, 2) is None


def test_an_address_that_leads_to_the_front_page_is_gone(site: FakeSite, crawls: Crawls) -> None:
    source = watched(site, crawls)
    site.page("/", article_page("The Outlet", long_text("news of the day")))
    site.behave("/1.html", redirect("/"))
    looked(crawls, source)
    assert looked(crawls, source).retracted_at is not None


def test_an_article_that_comes_back_is_a_revision_of_its_own(
    site: FakeSite, crawls: Crawls
) -> None:
    source = watched(site, crawls)
    site.behave("/1.html", answer("gone", status=404))
    looked(crawls, source)
    looked(crawls, source)
    site.page("/1.html", article_page(TITLE, TEXT))
    after = looked(crawls, source)
    assert (after.revision, after.retracted_at) == (3, None)


@pytest.mark.parametrize(
    "reply",
    [answer("oops", status=500), answer("no", status=403), answer("<p>We value your privacy</p>")],
    ids=["error", "refusal", "wall"],
)
def test_a_look_that_tells_nothing_changes_nothing(
    site: FakeSite, crawls: Crawls, reply: Any
) -> None:
    source = watched(site, crawls)
    site.behave("/1.html", reply)
    after = looked(crawls, source)
    assert (after.revision, after.retracted_at) == (1, None)
    assert "record review 1" in after.body
    assert look_at(crawls, 2) is not None


def test_one_moment_without_the_page_is_no_retraction(site: FakeSite, crawls: Crawls) -> None:
    source = watched(site, crawls)
    site.behave("/1.html", answer("gone", status=404))
    looked(crawls, source)
    site.page("/1.html", article_page(TITLE, TEXT))
    looked(crawls, source)
    site.behave("/1.html", answer("gone", status=404))
    assert looked(crawls, source).retracted_at is None


def test_a_source_may_be_left_alone_once_it_is_read(site: FakeSite, crawls: Crawls) -> None:
    source = watched(site, crawls, relook=False)
    assert look_at(crawls, 2) is None
    looked(crawls, source)
    assert site.requests("/1.html") == []


def test_looks_end_after_a_week(site: FakeSite, crawls: Crawls) -> None:
    source = watched(site, crawls)
    looked(crawls, source, older=8 * DAY)
    assert look_at(crawls, 2) is None
