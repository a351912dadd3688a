"""Procurement services, polled in a child process from services on loopback."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from config.model import Source
from crawler.kinds.tenders import MAX_REQUESTS
from crawler.processes.inspect import inspect_source
from crawler.tenders.ocds_windows import CONTRACTS_FINDER, FIND_A_TENDER, ProcurementApi
from storage.model import TextState
from tests.support.crawls import Crawls, a_source, crawl_settings, titles
from tests.support.servers.tenders import FakeService, a_release, recently
from tests.support.site import FakeSite

SERVICES = pytest.mark.parametrize("which", [FIND_A_TENDER, CONTRACTS_FINDER], ids=lambda s: s.name)


def source_of(service: FakeService) -> Source:
    return a_source("notices", service.url, kind="tenders", item_kind="tender")


def caught_up(crawls: Crawls, source: Source) -> None:
    """Poll until the baseline has been taken."""
    for _ in range(9):
        crawls.run(source)
        if crawls.state(source.key).baseline_done_at is not None:
            return
    raise AssertionError("the baseline never ends")


@SERVICES
def test_a_week_is_taken_first_and_tells_nobody_then_what_is_published(
    site: FakeSite, crawls: Crawls, which: ProcurementApi
) -> None:
    service = FakeService(site, which, page_size=2)
    for number in range(5):
        service.publish(a_release(f"00010{number}-2026", at=recently(days=6, minutes=number)))
    service.publish(a_release("000109-2026", at=recently(hours=30)))
    service.publish(a_release("000001-2026", at=recently(days=9)))
    source = source_of(service)
    caught_up(crawls, source)
    assert len(crawls.items()) == 6
    assert all(item.baseline for item in crawls.items())

    service.publish(a_release("000200-2026", at=recently(minutes=1)))
    crawls.run(source)

    assert titles(crawls.items())[-1] == "Ward system 000200-2026"
    assert not crawls.items()[-1].baseline


@SERVICES
def test_the_windows_follow_each_other_without_a_gap_and_none_is_too_long(
    site: FakeSite, crawls: Crawls, which: ProcurementApi
) -> None:
    service = FakeService(site, which)
    caught_up(crawls, source_of(service))

    windows = service.windows()

    assert all(until - since <= which.longest for since, until in windows)
    assert all(after[0] <= before[1] for before, after in pairwise(windows))
    assert windows[-1][1] - windows[0][0] >= timedelta(days=7)


def test_a_poll_that_has_asked_enough_goes_on_soon_where_it_ended(
    site: FakeSite, crawls: Crawls
) -> None:
    service = FakeService(site, FIND_A_TENDER)
    source = source_of(service)
    report = crawls.run(source).report("notices")
    state = crawls.state("notices")

    assert len(service.asked) == MAX_REQUESTS
    assert report["errors"] == []
    assert state.baseline_done_at is None
    assert state.covered_until == service.windows()[-1][1]
    assert state.next_at - recently() < source.every


def test_a_notice_is_held_whole_without_its_page_being_fetched(
    site: FakeSite, crawls: Crawls
) -> None:
    service = FakeService(site, FIND_A_TENDER)
    service.publish(a_release("000101-2026", at=recently(minutes=20)))
    caught_up(crawls, source_of(service))

    (item,) = crawls.items()

    assert (item.text_state, item.kind) == (TextState.FULL, "tender")
    assert item.url == site.url("/Notice/000101-2026")
    assert "now by Halcyon Health." in item.body
    assert item.notice is not None
    assert item.notice.buyers == ("Fenmoor NHS Trust",)
    assert (item.notice.value, item.notice.currency) == (1_250_000, "GBP")
    assert site.requests("/Notice/000101-2026") == []


def test_later_notices_of_a_procurement_are_revisions_of_one_item(
    site: FakeSite, crawls: Crawls
) -> None:
    service = FakeService(site, FIND_A_TENDER)
    service.publish(a_release("000101-2026", at=recently(hours=20), ocid="ocds-h6vhtk-a"))
    source = source_of(service)
    caught_up(crawls, source)
    award = [{"id": "1", "status": "active", "suppliers": [{"id": "2", "name": "Corvid Data"}]}]
    title = {"title": "Ward system: contract awarded"}
    at = recently(minutes=5)
    service.publish(
        a_release(
            "000300-2026", at=at, ocid="ocds-h6vhtk-a", tag=["award"], tender=title, awards=award
        )
    )
    report = crawls.run(source).report("notices")

    (item,) = crawls.items()
    assert (report["new"], report["revised"]) == (0, 1)
    assert (item.title, item.revision) == ("Ward system: contract awarded", 2)
    assert item.notice is not None
    assert item.notice.suppliers == ("Corvid Data",)
    again = crawls.run(source).report("notices")
    assert (again["new"], again["revised"]) == (0, 0)


def test_two_notices_of_one_poll_are_one_item_that_holds_what_both_say(
    site: FakeSite, crawls: Crawls
) -> None:
    service = FakeService(site, CONTRACTS_FINDER)
    first: dict[str, Any] = {"title": "Ward system", "description": "Instead of Tidewater Notes."}
    service.publish(a_release("1", at=recently(hours=30), ocid="ocds-b5fd17-1", tender=first))
    service.publish(a_release("2", at=recently(hours=3), ocid="ocds-b5fd17-1", tag=["award"]))
    caught_up(crawls, source_of(service))

    (item,) = crawls.items()

    assert item.revision == 1
    assert "Stage: award" in item.body
    assert "Instead of Tidewater Notes." in item.body


@SERVICES
def test_a_service_that_is_asked_too_often_is_left_alone_and_nothing_is_lost(
    site: FakeSite, crawls: Crawls, which: ProcurementApi
) -> None:
    service = FakeService(site, which)
    for days in range(7):
        service.publish(a_release(f"00010{days}-2026", at=recently(days=days, hours=22)))
    source = source_of(service)
    service.refuse_after(2)
    report = crawls.run(source).report("notices")
    state = crawls.state("notices")

    assert len(service.asked) == 2
    assert state.outcome == "ok"
    assert "too many requests" in report["errors"][0]
    assert state.baseline_done_at is None
    if which is CONTRACTS_FINDER:
        assert state.next_at - recently() > timedelta(minutes=4.5)
    service.refuse_after(None)
    caught_up(crawls, source)
    assert len(crawls.items()) == 7
    assert len(service.windows()) == len(set(service.windows()))


def test_contracts_finder_that_refuses_at_once_is_not_taken_for_blocked(
    site: FakeSite, crawls: Crawls
) -> None:
    service = FakeService(site, CONTRACTS_FINDER)
    service.refuse_after(0)
    crawls.run(source_of(service))

    state = crawls.state("notices")

    assert (state.outcome, state.http_status) == ("failed", 403)
    assert "not polled for 5 minutes" in (state.last_error or "")


def test_find_a_tender_that_refuses_by_403_is_blocked(site: FakeSite, crawls: Crawls) -> None:
    site.page("/api/1.0/ocdsReleasePackages", "no", status=403)
    url = site.url("/api/1.0/ocdsReleasePackages")
    crawls.run(a_source("notices", url, kind="tenders"))

    assert crawls.state("notices").outcome == "blocked"


def test_a_body_that_is_no_utf_8_is_read_as_what_it_is(site: FakeSite, crawls: Crawls) -> None:
    service = FakeService(site, CONTRACTS_FINDER)
    tender = {"title": "Café à la carte", "description": "Worth £5,000 a year."}
    service.publish(a_release("1", at=recently(hours=3), tender=tender))
    caught_up(crawls, source_of(service))

    (item,) = crawls.items()

    assert item.title == "Café à la carte"
    assert "Worth £5,000 a year." in item.body


def test_numbers_that_are_none_cost_only_themselves(site: FakeSite, crawls: Crawls) -> None:
    service = FakeService(site, FIND_A_TENDER)
    for number, written in enumerate(["1e9999", " 000", "NaN", "1250000"]):
        at = recently(hours=2, minutes=number)
        release = json.dumps(a_release(f"00010{number}-2026", at=at))
        service.publish(release.replace("1250000", written), at=at)
    caught_up(crawls, source_of(service))

    values = [item.notice.value for item in crawls.items() if item.notice is not None]

    assert sorted(values, key=str) == [1_250_000, None, None, None]


def test_a_release_that_breaks_the_package_costs_only_those_beside_it(
    site: FakeSite, crawls: Crawls
) -> None:
    service = FakeService(site, FIND_A_TENDER)
    # the border of two windows, which lies whole hours ago, falls between the broken one and the
    # one before it
    at = recently(hours=20, seconds=30)
    for number in range(12):
        release = a_release(f"0001{number:02}-2026", at=at + timedelta(minutes=number * 30))
        service.publish(release)
    service.publish('{"ocid": "ocds-h6vhtk-x", "title": "broken', at=at + timedelta(minutes=301))
    source = source_of(service)
    caught_up(crawls, source)
    crawls.run(source)

    assert len(crawls.items()) == 12
    assert crawls.state("notices").outcome in ("ok", "empty")
    assert (crawls.state("notices").covered_until or at) > recently(hours=1)


def test_requests_are_far_apart_even_where_the_operator_allows_haste(
    site: FakeSite, crawls: Crawls
) -> None:
    service = FakeService(site, FIND_A_TENDER)
    hasty = crawl_settings(download_delay=timedelta(milliseconds=1))
    crawls.run(source_of(service), settings=hasty, deadline=3)

    # robots.txt; at full speed there would have been fifteen windows by now
    assert len(site.requests()) == 1


def test_doctor_shows_a_notice_without_fetching_its_page(site: FakeSite) -> None:
    service = FakeService(site, CONTRACTS_FINDER)
    service.publish(a_release("000101-2026", at=recently(days=6, hours=20)))
    steps = {step.step: step for step in inspect_source(source_of(service), crawl_settings())}

    assert all(step.ok for step in steps.values())
    assert "not needed: the listing has all" in steps["page"].lines[0]
    assert "stored with its full text" in " ".join(steps["decision"].lines)


def test_a_poll_whose_time_is_over_keeps_what_it_has_read(site: FakeSite, crawls: Crawls) -> None:
    service = FakeService(site, FIND_A_TENDER)
    service.publish(a_release("000101-2026", at=recently(days=6, hours=22)))
    service.stall_after(3)
    source = source_of(service)
    crawls.run(source, deadline=4, timeout=60)
    state = crawls.state("notices")

    assert titles(crawls.items()) == ["Ward system 000101-2026"]
    assert state.covered_until == service.windows()[2][1]
    assert state.lease_owner is None
    service.stall_after(None)
    crawls.run(source)
    assert service.windows()[3][0] == service.windows()[2][1]
