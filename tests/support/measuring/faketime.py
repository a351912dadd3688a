"""Moves the wall clock of a process while it runs, by Debian's libfaketime; monotonic time goes on.

Without FAKETIME_DONT_FAKE_MONOTONIC the guard would be deceived with the clock that it guards
against.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

LIBRARIES = ("lib*/*/faketime/libfaketimeMT.so.1", "lib*/faketime/libfaketimeMT.so.1")


@dataclass(frozen=True, slots=True)
class WrongClock:
    """The clock of processes that are started with `environ`."""

    library: Path
    setting: Path

    @property
    def environ(self) -> dict[str, str]:
        """What a process needs in its environment; its children inherit it."""
        return {
            "LD_PRELOAD": str(self.library),
            "FAKETIME_TIMESTAMP_FILE": str(self.setting),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_NO_CACHE": "1",
        }

    def set_ahead(self, seconds: int) -> None:
        """Let the clock be so far ahead of the right time, or behind it, from now on."""
        part = self.setting.with_suffix(".part")
        part.write_text(f"{seconds:+d}\n")
        part.replace(self.setting)


def wrong_clock(folder: Path) -> WrongClock:
    """A clock that is right; skips the test where libfaketime is not installed."""
    found = [path for pattern in LIBRARIES for path in Path("/usr").glob(pattern)]
    if not found:
        pytest.skip("libfaketime is not installed (Debian: apt-get install libfaketime)")
    clock = WrongClock(found[0], folder / "faketime.rc")
    clock.set_ahead(0)
    return clock
