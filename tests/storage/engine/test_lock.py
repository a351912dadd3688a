"""One service on one data folder, and no lock that outlives its holder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage.engine.service_lock import ServiceLock
from storage.errors import AlreadyRunning

HOLDS = """
import sys, time
from pathlib import Path
from storage.engine.service_lock import ServiceLock

with ServiceLock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_the_second_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    with (
        ServiceLock(tmp_path),
        pytest.raises(AlreadyRunning, match=rf"process {os.getpid()}.*stop it"),
        ServiceLock(tmp_path),
    ):
        pytest.fail("two hold it")


def test_it_can_be_taken_again(tmp_path: Path) -> None:
    for _ in range(2):
        with ServiceLock(tmp_path / "data"):
            pass


def test_two_folders_are_two_services(tmp_path: Path) -> None:
    with ServiceLock(tmp_path / "a"), ServiceLock(tmp_path / "b"):
        pass


@pytest.mark.slow
def test_a_killed_service_holds_nothing(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning, match=str(holder.pid)), ServiceLock(tmp_path):
            pytest.fail("two hold it")
        holder.send_signal(signal.SIGKILL)

    with ServiceLock(tmp_path):
        pass
