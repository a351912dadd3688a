"""Reports of one event in digests and alerts: one entry, one alert, each report in some message."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

import pytest

from config.model import Cadence
from storage.model import OutboxMessage
from storage.store import Store
from tests.quality.event_reports import REPORTS
from tests.quality.summarised_events import read_events
from tests.support.clock import Clock
from tests.support.desk import Desk, a_subscription
from tests.support.outgoing import assert_mail_is_clean, bodies

DAILY = Cadence(kind="daily", at=time(7, 30), text="daily at 07:30")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WATCHES = {"oxbow": "oxbow", "tennant": "tennant"}
OWN = "Rivals in Dundee and Perth had bid less, the broker Sable Finch wrote on Sunday."
TITLES = ("Oxbow leaves Leith", "Leith loses Oxbow", "Oxbow and Leith part")


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 24, 6, 0, tzinfo=UTC))


def a_desk(store: Store, clock: Clock, *keys: str, **changes: object) -> Desk:
    """A desk that has read of other events, so that something is rare."""
    known = {"now": a_subscription("now"), "daily": a_subscription("daily", DAILY)}
    subscriptions = [known[key] for key in keys]
    asked = {"watches": WATCHES, "with_events": WATCHES} | changes
    desk = Desk(store, clock, *subscriptions, **asked)  # type: ignore[arg-type]
    for name in ("a2", "b1", "b2", "d1"):
        report(desk, name, REPORTS[name][0])
    desk.tick()
    desk.tick(HOUR)
    return desk


def report(desk: Desk, title: str, body: str, source: str = "ward-ledger") -> None:
    """Publish a report without words of its own, so that it is like others of its event."""
    desk.publish(title, body, source=source, notes=False)


def plain(message: OutboxMessage) -> str:
    text, html = bodies(assert_mail_is_clean(message.notification.raw))
    assert "One event" not in text or "One event" in html
    return " ".join(text.split())


def test_the_stories_of_one_event_are_one_entry_of_a_digest(store: Store, clock: Clock) -> None:
    desk = a_desk(store, clock, "daily")
    first, other, third = REPORTS["c1"]
    for title, body, source in zip(
        TITLES,
        (first, f"{other} {OWN}", third),
        ("ward-ledger", "trolley", "ward-ledger"),
        strict=True,
    ):
        report(desk, title, body, source)
        clock.at += 5 * MINUTE

    [digest] = desk.tick(HOUR)

    text = plain(digest)
    assert "1 new story" in text
    assert "One event in 3 stories of 2 outlets: first The Ward Ledger, Tue 24 Nov, 07:00" in text
    assert "then Trolley Times, Tue 24 Nov, 07:05" in text
    assert f"{OWN} (Trolley Times; only here" in text
    assert f"Only here: “{OWN}”" not in text
    for title in TITLES:
        assert f"https://{'trolley' if title == TITLES[1] else 'ward-ledger'}.example/" in text
        assert title in text.replace("*", "")


def test_an_event_is_alerted_once_and_the_digest_tells_of_later_reports(
    store: Store, clock: Clock
) -> None:
    desk = a_desk(store, clock, "now", "daily")
    desk.tick(HOUR)  # the digest of this day
    report(desk, TITLES[0], REPORTS["c1"][0])
    [alert] = desk.tick(MINUTE)
    assert TITLES[0] in plain(alert).replace("*", "")
    report(desk, TITLES[1], REPORTS["c1"][1], "trolley")
    assert desk.tick(HOUR) == []

    [digest] = desk.tick(DAY)

    text = plain(digest).replace("*", "")
    assert "1 new story" in text
    assert f"Also on this event: “{TITLES[0]}” (The Ward Ledger), alerted Tue 24 Nov" in text
    assert TITLES[1] in text
    assert desk.tick(DAY) == []


def test_a_later_report_that_comes_with_other_news_is_new_in_the_digest(
    store: Store, clock: Clock
) -> None:
    desk = a_desk(store, clock, "now", "daily")
    desk.tick(HOUR)
    report(desk, TITLES[0], REPORTS["c1"][0])
    desk.tick(MINUTE)
    report(desk, TITLES[1], REPORTS["c1"][1], "trolley")
    report(desk, "Oxbow wins a prize", "A jury at Hexley gave Oxbow its garden prize on Friday.")

    [alert] = desk.tick(HOUR)
    [digest] = desk.tick(DAY)

    assert TITLES[1] not in plain(alert).replace("*", "")
    assert "1 new story" in plain(digest)
    assert TITLES[1] in plain(digest).replace("*", "")


def test_who_has_no_digest_is_alerted_of_each_report(store: Store, clock: Clock) -> None:
    desk = a_desk(store, clock, "now")
    report(desk, TITLES[0], REPORTS["c1"][0])
    assert len(desk.tick(MINUTE)) == 1
    report(desk, TITLES[1], REPORTS["c1"][1], "trolley")

    [second] = desk.tick(HOUR)

    assert TITLES[1] in plain(second).replace("*", "")


@pytest.mark.parametrize("off", [{"with_events": ()}, {"every_outlet": WATCHES}])
def test_a_watch_can_tell_each_report_on_its_own(
    store: Store, clock: Clock, off: dict[str, object]
) -> None:
    desk = a_desk(store, clock, "now", "daily", **off)
    desk.tick(HOUR)
    for title, body, source in zip(TITLES, REPORTS["c1"], ("a", "b", "c"), strict=True):
        report(desk, title, body, source)
        assert len(desk.tick(HOUR)) == 1


def test_two_watches_tell_of_an_event_each(store: Store, clock: Clock) -> None:
    desk = a_desk(store, clock, "now", "daily")
    desk.tick(HOUR)
    report(desk, TITLES[0], REPORTS["c1"][0].replace("Tennant", "Somebody"))
    desk.tick(MINUTE)
    report(desk, TITLES[1], REPORTS["c1"][1], "trolley")

    [second] = desk.tick(HOUR)

    assert "Watch: Tennant." in plain(second)


MERGER = next(each for each in read_events() if each.name == "05-merger-cleared").reports[:2]
LEAD, SECOND = (each.body.split("\n\n")[0] for each in MERGER)


def publish_merger(desk: Desk, clock: Clock) -> None:
    for each, source in zip(MERGER, ("ward-ledger", "trolley"), strict=True):
        report(desk, f"Oxbow: {each.title}", each.body, source)
        clock.at += 5 * MINUTE


def test_the_entry_of_an_event_is_summarised_in_the_words_of_its_reports(
    store: Store, clock: Clock
) -> None:
    desk = a_desk(store, clock, "daily")
    publish_merger(desk, clock)

    [digest] = desk.tick(HOUR)

    text, html = bodies(assert_mail_is_clean(digest.notification.raw))
    shown = " ".join(text.replace("*", "").split())
    assert "In the reports' own words: - " in shown
    assert LEAD in shown
    assert "(The Ward Ledger; £330m in 2 outlets; opens its report" in shown
    source = html.partition("own words")[2].partition("</a>")[0]
    assert 'href="https://ward-ledger.example/' in source
    assert source.endswith("The Ward Ledger")


def test_a_sentence_of_the_summary_is_not_said_again_as_only_here(
    store: Store, clock: Clock
) -> None:
    desk = a_desk(store, clock, "daily")
    publish_merger(desk, clock)

    [digest] = desk.tick(HOUR)

    text, _ = bodies(assert_mail_is_clean(digest.notification.raw))
    shown = " ".join(text.replace("*", "").split())
    summary = shown.partition("own words:")[2].partition("One event")[0]
    only = re.findall("Only here: “([^”]+)”", shown)
    assert only
    assert not [each for each in only if each in summary]


@pytest.mark.parametrize("off", [{"without_summaries": WATCHES}, {"with_events": ()}])
def test_a_watch_without_summaries_has_none(
    store: Store, clock: Clock, off: dict[str, object]
) -> None:
    desk = a_desk(store, clock, "daily", **off)
    publish_merger(desk, clock)

    [digest] = desk.tick(HOUR)

    assert "own words" not in "".join(bodies(assert_mail_is_clean(digest.notification.raw)))
