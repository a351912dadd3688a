"""The real service while the wall clock jumps: nothing freezes, nothing is told twice."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.measuring.faketime import WrongClock, wrong_clock
from tests.support.servers.mails import alerted
from tests.support.services import (
    Installation,
    Running,
    an_installation,
    eventually,
    own_words,
    publish,
)
from tests.support.site import FakeSite

pytestmark = pytest.mark.long

HOUR, DAY = 3600, 86_400
PATIENCE = 240.0  # seconds; only a failure waits so long


@pytest.fixture
def clock(tmp_path: Path) -> WrongClock:
    return wrong_clock(tmp_path)


@pytest.fixture
def site() -> Iterator[FakeSite]:
    with FakeSite() as site:
        publish(site, 1, text=own_words)
        yield site


@pytest.fixture
def place(tmp_path: Path, site: FakeSite) -> Installation:
    return an_installation(tmp_path, site)


def make_due(place: Installation) -> None:
    """Let the time of the next poll have come, on any clock of this century."""
    place.sql("UPDATE source SET next_at = '2000-01-01 00:00:00.000000'")


def is_idle(place: Installation) -> bool:
    """Whether no crawl is under way."""
    with place.reading() as unit:
        return unit.runs.open() == ()


def ends_well(place: Installation, service: Running) -> bool:
    """Whether the service ends in time; idle, since `Popen.wait` fails under libfaketime."""
    return eventually(lambda: is_idle(place), within=PATIENCE) and service.ends_within(15)


def goes_on(place: Installation, site: FakeSite, service: Running, number: int) -> None:
    """Hold that a new story is polled, read, matched, told and delivered."""
    publish(site, number + 1, text=own_words)
    # a crawl that is under way may have read the listing before, and sets the next poll itself
    assert eventually(lambda: is_idle(place), within=PATIENCE), service.log
    make_due(place)
    story = f"Halcyon-{number}"
    assert eventually(lambda: alerted(place)[story] == 1, within=PATIENCE), service.log


@pytest.mark.parametrize("jump", [HOUR, DAY, 3650 * DAY], ids=["an hour", "a day", "ten years"])
def test_the_service_goes_on_while_the_clock_jumps_ahead_back_and_is_right_again(
    place: Installation, site: FakeSite, clock: WrongClock, jump: int
) -> None:
    with place.running(environ=clock.environ) as service:
        assert eventually(place.welcomed, within=PATIENCE), service.log
        for number, ahead in enumerate((jump, 0, -jump, 0), start=1):
            clock.set_ahead(ahead)
            goes_on(place, site, service, number)
        assert service.log.count("clock.jumped") >= 4, service.log
        assert ends_well(place, service), service.log
    assert set(alerted(place).values()) == {1}
    assert len(alerted(place)) == 4
    with place.reading() as unit:
        assert unit.runs.open() == ()
        assert set(unit.outbox.counts()) == {"sent"}
    assert "Traceback" not in service.log


@pytest.mark.parametrize("jump", [HOUR, 3650 * DAY], ids=["an hour", "ten years"])
def test_a_source_is_polled_soon_after_the_clock_is_right_by_itself(
    place: Installation, site: FakeSite, clock: WrongClock, jump: int
) -> None:
    clock.set_ahead(jump)
    with place.running(environ=clock.environ) as service:
        assert eventually(place.welcomed, within=PATIENCE), service.log
        polls = len(site.requests("/feed.xml"))
        clock.set_ahead(0)
        # nothing is made due here: its next poll stands in the database, that far away
        assert eventually(lambda: len(site.requests("/feed.xml")) > polls, within=PATIENCE)
        assert ends_well(place, service), service.log


def test_a_machine_that_was_suspended_for_eight_hours_catches_up_with_one_poll(
    place: Installation, site: FakeSite, clock: WrongClock
) -> None:
    with place.running(environ=clock.environ) as service:
        assert eventually(place.welcomed, within=PATIENCE), service.log
        polls = len(site.requests("/feed.xml"))
        service.process.send_signal(signal.SIGSTOP)
        clock.set_ahead(8 * HOUR)
        publish(site, 3, text=own_words)
        service.process.send_signal(signal.SIGCONT)
        assert eventually(lambda: alerted(place).total() == 2, within=PATIENCE), service.log
        assert ends_well(place, service), service.log
    assert set(alerted(place).values()) == {1}
    assert len(site.requests("/feed.xml")) == polls + 1
