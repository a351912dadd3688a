"""Jumps of the wall clock under the running service, by libfaketime, and the way back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.attack.newsroom import Newsroom, a_newsroom
from tests.support.measuring.faketime import WrongClock, wrong_clock

pytestmark = pytest.mark.attack
HOUR, DAY, TEN_YEARS = 3600, 86_400, 3653 * 86_400
JUMPS = {
    "hour-back": -HOUR,
    "hour-ahead": HOUR,
    "day-back": -DAY,
    "day-ahead": DAY,
    "ten-years-ahead": TEN_YEARS,
    "ten-years-back": -TEN_YEARS,
}


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> WrongClock:
    """The wall clock of the service."""
    return wrong_clock(tmp_path_factory.mktemp("clock"))


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, clock: WrongClock) -> Iterator[Newsroom]:
    # to read the setting at each call costs a busy machine much
    environ = clock.environ | {"FAKETIME_CACHE_DURATION": "1"}
    del environ["FAKETIME_NO_CACHE"]
    with a_newsroom(tmp_path_factory.mktemp("clocks"), [], environ=environ) as made:
        yield made


@pytest.mark.parametrize("jump", JUMPS)
def test_a_jump_and_the_way_back_cost_nobody_anything(
    room: Newsroom, clock: WrongClock, jump: str
) -> None:
    if room.process is None:
        room.renew()
    room.wait_until_idle()
    clock.set_ahead(JUMPS[jump])
    off = room.round()
    room.wait_until_idle()
    clock.set_ahead(0)
    # after ten years no outlet is made due: what lies years off is put right where it is read
    right = room.round(due=(lambda: None) if jump == "ten-years-ahead" else None)
    if not (off.held and right.held):
        room.kill()  # the next jump begins with a clean service
    assert (off.untold, off.twice) == (frozenset(), frozenset())
    assert (right.untold, right.twice) == (frozenset(), frozenset())
    assert off.seconds <= off.allowed
    assert right.seconds <= right.allowed
