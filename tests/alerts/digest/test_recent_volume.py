"""What a digest says of the last weeks: stories by day against the usual, and whose they were."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from alerts.digest.volume import Bar, Volume, share_of_voice, volume
from alerts.messages.chart import chart
from config.model import Cadence
from storage.mentions.volumes import CountedMention
from storage.store import Store
from tests.alerts.dispatch.test_alarms import CORVID, asking, publish
from tests.support.clock import Clock
from tests.support.desk import Desk, a_subscription
from tests.support.outgoing import assert_mail_is_clean, bodies

pytestmark = pytest.mark.one_database

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG_AGO = date(2026, 1, 1)


def at(moment: datetime, story: int, item: int | None = None) -> CountedMention:
    return CountedMention("halcyon", item or story, story, moment)


def lately(
    *found: CountedMention, since: date | None = LONG_AGO, weekly: bool = False
) -> Volume | None:
    return volume(found, now=NOW, zone=LONDON, since=since, weekly=weekly)


def test_a_day_is_the_24_hours_until_the_message() -> None:
    made = lately(at(NOW - 23 * HOUR, 1), at(NOW - 25 * HOUR, 2), at(NOW - 1 * HOUR, 3))
    assert made is not None
    assert made.bars[-2:] == (Bar(date(2026, 11, 23), 1), Bar(date(2026, 11, 24), 2))
    assert made.said.startswith("Stories in 24 hours until 07:30, 11 to 24 November: 0, 0, ")


def test_a_story_counts_once_when_it_was_first_found() -> None:
    made = lately(at(NOW - 3 * DAY, 1, 1), at(NOW - 1 * HOUR, 1, 2))
    assert made is not None
    assert [bar.stories for bar in made.bars[-4:]] == [1, 0, 0, 0]


def test_a_day_keeps_its_time_of_day_over_a_clock_change() -> None:
    # clocks went back on 25 October 2026 at 02:00
    now = datetime(2026, 10, 26, 7, 30, tzinfo=UTC)
    found = [at(datetime(2026, 10, 24, 6, 45, tzinfo=UTC), 1)]  # 07:45 in summer time
    made = volume(found, now=now, zone=LONDON, since=LONG_AGO, weekly=False)
    assert made is not None
    assert [bar.until for bar in made.bars if bar.stories] == [date(2026, 10, 25)]


def test_a_young_watch_and_an_empty_month_say_nothing() -> None:
    assert lately(at(NOW - HOUR, 1), since=date(2026, 11, 20)) is None
    assert lately(at(NOW - HOUR, 1), since=None) is None
    assert lately() is None


def test_weekly_messages_have_weeks() -> None:
    found = [at(NOW - timedelta(days=7 * week, hours=2), 100 + week) for week in range(8)]
    made = lately(*found, weekly=True)
    assert made is not None
    assert [bar.stories for bar in made.bars] == [1] * 8
    assert made.bars[-1].until - made.bars[0].until == 49 * DAY
    assert made.said.endswith("1, 1, 1, 1, 1, 1, 1, 1. Usually 1.")


def test_share_of_voice_counts_stories_and_needs_two_voices() -> None:
    found = [at(NOW - HOUR, 1), at(NOW - 2 * HOUR, 1, 9), at(NOW - DAY, 2), at(NOW - DAY, 3)]
    found += [at(NOW - 40 * DAY, 4)]
    names = {1: ("Halcyon",), 9: ("Halcyon",), 2: ("Halcyon", "Corvid"), 3: ("Halcyon",)}
    heard = share_of_voice(found, names | {4: ("Corvid",)}, NOW)
    assert [(v.name, v.stories, v.share) for v in heard] == [
        ("Halcyon", 3, 75),
        ("Corvid", 1, 25),
    ]
    assert share_of_voice(found, {1: ("Halcyon",), 2: ("Halcyon",), 3: ("Halcyon",)}, NOW) == ()


@pytest.mark.parametrize("background", [(255, 255, 255), (23, 29, 36)])
def test_the_chart_is_small_alike_each_time_and_stands_out(
    background: tuple[int, int, int],
) -> None:
    bars = tuple(Bar(date(2026, 11, 11) + number * DAY, number % 7) for number in range(14))
    made = Volume(bars=bars, weekly=False, usually=3.0, weekday=True, until="07:30")
    picture = chart(made)
    assert chart(made) == picture
    assert len(picture.png) < 10_000
    assert picture.alt == made.said
    image = Image.open(io.BytesIO(picture.png)).convert("RGBA")
    seen = Image.new("RGB", image.size, background)
    seen.paste(image, (0, 0), image)
    # those of bars, words and the line; what lies between them and the background smooths edges
    colours = {colour for count, colour in seen.getcolors(100_000) or [] if count > 1_000}
    assert background in colours
    assert len(colours) >= 3
    for colour in colours - {background}:
        assert _contrast(colour, background) > 2.5, colour


def _contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """WCAG 2, 1.4.3."""

    def light(colour: tuple[int, ...]) -> float:
        parts = [c / 255 for c in colour]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def a_month(desk: Desk) -> None:
    for _ in range(30):
        publish(desk, 2)
        publish(desk, 1, CORVID, "trolley")
        desk.match()
        desk.tick(DAY)


@pytest.mark.slow
def test_a_digest_shows_chart_and_share_of_voice_and_says_both_in_text(
    store: Store,
) -> None:
    desk = Desk(store, Clock(datetime(2026, 10, 12, 9, 0, tzinfo=UTC)), asking(None))
    a_month(desk)
    publish(desk, 1)
    [digest] = desk.tick(DAY)
    message = assert_mail_is_clean(digest.notification.raw)
    text, html = bodies(message)
    flat = " ".join(text.split())
    assert "Usually 3 on a" in flat
    assert "Share of voice in 30 days, in stories: " in flat
    assert "Corvid Data" in flat
    assert html.count("<img") == 1
    images = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert len(images) == 1
    assert f"cid:{images[0]['Content-ID'].strip('<>')}" in html


def test_an_alert_and_a_first_digest_have_neither(store: Store) -> None:
    clock = Clock(datetime(2026, 10, 12, 9, 0, tzinfo=UTC))
    desk = Desk(store, clock, a_subscription("alerts"), asking(None))
    publish(desk, 3)
    for message in (*desk.tick(), *desk.tick(DAY)):
        assert "<img" not in bodies(assert_mail_is_clean(message.notification.raw))[1]


@pytest.mark.slow
def test_a_month_of_weekly_digests_has_weeks(store: Store) -> None:
    weekly = Cadence(kind="weekly", weekday="mon", at=time(7, 30), text="weekly on monday")
    clock = Clock(datetime(2026, 10, 12, 9, 0, tzinfo=UTC))
    desk = Desk(store, clock, a_subscription("weekly", weekly))
    messages = []
    for _ in range(36):
        publish(desk, 1)
        messages += desk.tick(DAY)
    text = " ".join(bodies(assert_mail_is_clean(messages[-1].notification.raw))[0].split())
    assert "Stories a week, in weeks that end" in text
