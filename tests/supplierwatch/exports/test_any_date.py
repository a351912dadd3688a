"""Every moment that a datetime can hold is written, whatever its zone."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.digest.digest import Digest
from alerts.digest.syndication import story_facts
from alerts.messages import formats
from alerts.messages.mime import Envelope, build_mail
from alerts.messages.render import render
from alerts.schedule.cadence import held_until, next_due, slot_day
from alerts.schedule.due import alert_after
from alerts.search.backtest import week_of
from config.model import Cadence, QuietHours
from storage.mentions.volumes import CountedMention, group_by_day
from storage.rules.local_time import earlier, later, local_time, next_day, utc_text
from supplierwatch.formatting import times
from tests.support.desk import a_catalog
from tests.support.outgoing import assert_mail_is_clean
from tests.support.tellings import NOW, a_digest, a_finding, an_item

FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(tzinfo=UTC)
ZONES = (
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Asia/Kathmandu",
    "UTC",
)
EXTREMES = (FIRST, FIRST + timedelta(hours=5), LAST - timedelta(hours=5), LAST)
moments = st.one_of(
    st.sampled_from(EXTREMES),
    st.datetimes(timezones=st.just(UTC)),
    st.datetimes(max_value=datetime(1, 1, 3), timezones=st.just(UTC)),  # noqa: DTZ001
    st.datetimes(min_value=datetime(9999, 12, 29), timezones=st.just(UTC)),  # noqa: DTZ001
)
zones = st.sampled_from(ZONES)


@given(moments, zones)
def test_every_moment_has_a_local_time(moment: datetime, zone: str) -> None:
    local = local_time(moment, ZoneInfo(zone))

    assert local.utcoffset() is not None
    assert local_time(moment).tzinfo is not None
    if timedelta(days=1) < moment - FIRST and timedelta(days=1) < LAST - moment:
        assert local == moment


@given(moments, st.timedeltas(min_value=timedelta(0)))
def test_a_span_from_any_moment_ends_within_the_calendar(moment: datetime, span: timedelta) -> None:
    assert earlier(moment, span) <= moment <= later(moment, span)


@given(moments)
def test_times_for_scripts_are_rfc_3339(moment: datetime) -> None:
    for said in (utc_text(moment), times.iso(moment)):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", said or "")
        assert datetime.fromisoformat(str(said)).replace(tzinfo=UTC) <= moment


@given(moments, zones)
def test_every_moment_is_worded(moment: datetime, zone: str) -> None:
    assert formats.clock(moment, zone, NOW)
    assert formats.clock(NOW, zone, moment)
    assert formats.long_date(moment, zone)
    assert times.clock(moment)
    assert times.day(moment)
    assert times.ago(moment, NOW)
    assert week_of(moment) <= date.max
    assert group_by_day(
        [CountedMention("w", 1, 1, moment)], ZoneInfo(zone), begins=timedelta(hours=9)
    )


@given(moments, zones)
def test_every_moment_has_its_place_in_a_cadence(moment: datetime, zone: str) -> None:
    daily = Cadence(kind="daily", at=NOW.time().replace(tzinfo=None), text="daily")
    slot_day(daily, zone, NOW)
    held_until(QuietHours(start=NOW.time(), end=NOW.time()), zone, moment)
    assert next_due(daily, zone, None, NOW) is not None


def test_the_day_after_the_last_is_the_last() -> None:
    assert next_day(date.max) == date.max
    assert next_day(date(2026, 11, 24)) == date(2026, 11, 25)


@pytest.mark.parametrize("moment", EXTREMES, ids=str)
@pytest.mark.parametrize("zone", ZONES)
def test_a_message_about_items_of_any_date_is_made(moment: datetime, zone: str) -> None:
    items = [
        an_item(published_at=moment, first_seen_at=seen, story_id=1, source_key=source)
        for source, seen in (("ward-ledger", moment), ("trolley", NOW))
    ]
    findings = [a_finding(item) for item in items]
    told = [a_finding(an_item(published_at=moment), told_before=moment)]
    digest: Digest = a_digest(
        *findings, *told, members={1: items}, timezone=zone, since=min(NOW, moment)
    )
    mail = a_catalog((), {}).settings.mail
    envelope = Envelope(kind="digest", delivery_key="k", recipient="a@b.example")

    assert_mail_is_clean(build_mail(render(digest), envelope, mail, NOW).raw)
    assert story_facts(items, {}) is not None
    facts = story_facts(items, {})
    assert facts is not None
    assert facts.record()


def test_an_alert_after_a_moment_long_gone_goes_at_once() -> None:
    from storage.model import Subscriber
    from tests.support.desk import a_subscription

    subscriber = Subscriber(
        subscriber_id=1,
        subscription_key="daily",
        recipient="a@b.example",
        activated_at=FIRST,
        next_at=FIRST,
        last_cut_at=FIRST,
        last_cut_date=None,
    )
    assert alert_after(subscriber, a_subscription(), NOW) is None
