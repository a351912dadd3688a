"""Jumps of the wall clock under the running service, by libfaketime, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attack.newsroom import Newsroom, a_newsroom

LIBRARIES = [
    found
    for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib")
    for found in Path(folder).glob("faketime/libfaketimeMT.so.1")
]
pytestmark = [
    pytest.mark.attack,
    pytest.mark.skipif(not LIBRARIES, reason="libfaketime is not installed (Debian: faketime)"),
]
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
def clock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file whose number of seconds the service's wall clock is off by."""
    file = tmp_path_factory.mktemp("clock") / "offset"
    file.write_text("+0\n")
    return file


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory, clock: Path) -> Iterator[Newsroom]:
    environ = {
        "LD_PRELOAD": str(LIBRARIES[0]),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": "1",  # seconds; to read the file at each call costs much
        # the guard waits on the monotonic clock, which no jump moves
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with a_newsroom(tmp_path_factory.mktemp("clocks"), [], environ=environ) as made:
        yield made


@pytest.mark.parametrize("jump", JUMPS)
def test_a_jump_and_the_way_back_cost_nobody_anything(
    room: Newsroom, clock: Path, jump: str
) -> None:
    if room.process is None:
        room.renew()
    clock.write_text(f"{JUMPS[jump]:+d}\n")
    off = room.round()
    clock.write_text("+0\n")
    # after ten years no outlet is made due: what lies years off is put right where it is read
    right = room.round(due=(lambda: None) if jump == "ten-years-ahead" else None)
    if not (off.held and right.held):
        room.kill()  # the next jump begins with a clean service
    assert (off.untold, off.twice) == (frozenset(), frozenset())
    assert (right.untold, right.twice) == (frozenset(), frozenset())
    assert off.seconds <= off.allowed
    assert right.seconds <= right.allowed
