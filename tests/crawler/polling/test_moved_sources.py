"""A source that has moved for good is asked at its new address, once that is sure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.support.builders import a_report
from tests.support.crawls import Crawls, a_source, utc_now
from tests.support.site import FEED_TYPE, Entry, FakeSite, answer, article_page, feed, redirect

DAY = timedelta(days=1)


def a_feed(site: FakeSite, path: str) -> None:
    link = site.page("/1.html", article_page("Trust pauses move", "A short text."))
    entries = [Entry(title="Trust pauses move", link=link, guid="1")]
    site.page(path, feed(entries), content_type=FEED_TYPE)


def moved_for_days(crawls: Crawls, site: FakeSite) -> None:
    """Three polls, days ago, that were led to the new address."""
    source = a_source("outlet", site.url("/old.xml"))
    with crawls.store.transaction() as unit:
        unit.sources.declare([source], utc_now() - 3 * DAY)
        for days in (3, 2.5, 2):
            at = utc_now() - days * DAY
            unit.sources.claim_due(at, limit=1, owner="run-0", lease=DAY, even_if_not_due=True)
            unit.sources.finish(
                a_report("outlet", "run-0", finished_at=at, moved_to=site.url("/new.xml")),
                next_at=at,
                validators=None,
                baseline_done=True,
            )


def test_a_permanent_redirect_is_noted_and_still_followed(site: FakeSite, crawls: Crawls) -> None:
    a_feed(site, "/new.xml")
    site.behave("/old.xml", redirect(site.url("/new.xml"), status=301))
    crawls.run(a_source("outlet", site.url("/old.xml")))
    state = crawls.state("outlet")
    assert (state.moved_to, state.moved_polls) == (site.url("/new.xml"), 1)
    site.forget()
    crawls.run(a_source("outlet", site.url("/old.xml")))
    assert [one.path for one in site.requests() if one.path.endswith(".xml")] == [
        "/old.xml",
        "/new.xml",
    ]


def test_a_redirect_for_now_is_not_noted(site: FakeSite, crawls: Crawls) -> None:
    a_feed(site, "/new.xml")
    site.behave("/old.xml", redirect(site.url("/new.xml"), status=302))
    crawls.run(a_source("outlet", site.url("/old.xml")))
    assert crawls.state("outlet").moved_to is None


def test_a_login_page_behind_a_permanent_redirect_is_not_noted(
    site: FakeSite, crawls: Crawls
) -> None:
    site.page("/login", "<html><body><form>Log in</form></body></html>")
    site.behave("/old.xml", redirect(site.url("/login"), status=301))
    report = crawls.run(a_source("outlet", site.url("/old.xml"))).report("outlet")
    assert report["outcome"] == "not-a-feed"
    assert crawls.state("outlet").moved_to is None


def test_after_days_the_new_address_is_asked_without_the_old(
    site: FakeSite, crawls: Crawls
) -> None:
    moved_for_days(crawls, site)
    a_feed(site, "/new.xml")
    report = crawls.run(a_source("outlet", site.url("/old.xml"))).report("outlet")
    assert report["outcome"] == "ok"
    asked = [one.path for one in site.requests() if one.path.endswith(".xml")]
    assert asked == ["/new.xml"]
    assert crawls.state("outlet").moved_to == site.url("/new.xml")


def test_where_the_new_address_fails_the_declared_one_is_asked_again(
    site: FakeSite, crawls: Crawls
) -> None:
    moved_for_days(crawls, site)
    a_feed(site, "/old.xml")
    site.behave("/new.xml", answer("gone", status=404))
    source = a_source("outlet", site.url("/old.xml"))
    outcomes = [crawls.run(source).report("outlet")["outcome"] for _ in range(4)]
    assert outcomes == ["failed", "failed", "failed", "ok"]
    assert crawls.state("outlet").moved_to is None  # it has come back


def test_hours_of_silence_are_remembered(site: FakeSite, crawls: Crawls) -> None:
    tonight = datetime.now(UTC)
    hours = "".join(f"<hour>{(tonight.hour + n) % 24}</hour>" for n in range(3))
    body = feed([], extra=f"<skipHours>{hours}</skipHours>")
    site.page("/feed.xml", body, content_type=FEED_TYPE)
    crawls.run(a_source("outlet", site.url("/feed.xml")))
    state = crawls.state("outlet")
    assert len(state.silent_hours) == 3 * 7
    assert state.next_at - tonight > timedelta(hours=2)
