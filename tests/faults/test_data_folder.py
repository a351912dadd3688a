"""A data folder that cannot be written: read-only, or without room for another file."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers.mails import alerted
from tests.support.servers.ports import a_free_port
from tests.support.services import (
    Installation,
    Running,
    an_installation,
    eventually,
    own_words,
    publish,
)
from tests.support.site import FakeSite

PATIENCE = 240.0  # seconds; only a failure waits so long


def in_own_mounts(script: str, *args: str) -> tuple[str, ...]:
    """A command that runs another one where `script` has mounted something, for it alone.

    Skips the test where that is not allowed.
    """
    tried = subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"],
        capture_output=True,
        check=False,
    )
    if tried.returncode:
        pytest.skip("mounting in a namespace of one's own is not allowed here")
    return (
        "unshare",
        "--mount",
        "sh",
        "-c",
        f'{script} && shift {len(args)} && exec "$@"',
        "sh",
        *args,
    )


@pytest.fixture
def site() -> Iterator[FakeSite]:
    with FakeSite() as site:
        publish(site, 1, text=own_words)
        yield site


@pytest.fixture
def place(tmp_path: Path, site: FakeSite) -> Installation:
    made = an_installation(tmp_path, site)
    made.data.mkdir()
    return made


def test_a_read_only_data_folder_is_an_error_that_says_so(place: Installation) -> None:
    with place.running() as service:
        assert eventually(place.database.exists, within=PATIENCE), service.log
        assert eventually(place.welcomed, within=PATIENCE), service.log
        assert service.ends_within(15)
    read_only = in_own_mounts(
        'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"', str(place.data)
    )
    with place.running(before=read_only) as service:
        assert service.process.wait(PATIENCE) != 0
    assert "ead-only file system" in service.log
    assert "Traceback" not in service.log


def health(port: int) -> Any:
    """What /health says; None where it does not answer."""
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as asked:
            asked.request("GET", "/health")
            return json.loads(asked.getresponse().read())
    except (OSError, http.client.HTTPException):
        return None


def fill(folder: Path) -> list[Path]:
    """Make files until there is room for no more; returns them."""
    made: list[Path] = []
    with suppress(OSError):
        while True:
            path = folder / f"filler-{len(made)}"
            path.touch()
            made.append(path)
    return made


def seen_by(service: Running, place: Installation) -> Installation:
    """The same installation through the eyes of the service, whose mounts are its own."""
    return Installation(folder=Path(f"/proc/{service.process.pid}/root{place.folder}"))


def run_inside(service: Running, place: Installation, statement: str) -> None:
    """Change the database that the service sees; SQLite would follow /proc back to our own."""
    change = (
        "import sqlite3, sys\n"
        "with sqlite3.connect(sys.argv[1], timeout=60) as connection:\n"
        "    connection.execute(sys.argv[2])\n"
    )
    enter = ("nsenter", "--target", str(service.process.pid), "--mount")
    command = (*enter, sys.executable, "-c", change, str(place.database), statement)
    subprocess.run(command, check=True, timeout=PATIENCE)


def test_without_room_for_a_file_the_web_answers_and_mail_waits_and_goes_when_there_is(
    place: Installation, site: FakeSite
) -> None:
    port = a_free_port()
    place.settings(service=f'listen = "127.0.0.1:{port}"\n')
    few_files = in_own_mounts(
        'mount -t tmpfs -o size=200m,nr_inodes=200 none "$1"', str(place.data)
    )
    with place.running(before=few_files) as service:
        assert eventually(lambda: health(port) is not None, within=PATIENCE), service.log
        inside = seen_by(service, place)
        assert eventually(inside.welcomed, within=PATIENCE), service.log
        made = fill(inside.data)
        assert made
        publish(site, 2, text=own_words)
        run_inside(service, place, "UPDATE source SET next_at = '2000-01-01 00:00:00.000000'")

        def waits() -> bool:
            said = health(port)
            return said is not None and said["messages"].get("retry", 0) == 1

        assert eventually(waits, within=PATIENCE), service.log
        said = health(port)
        assert any("more files can be made" in reason for reason in said["reasons"])
        assert alerted(inside)["Halcyon-1"] == 0
        for path in made:
            path.unlink()
        due = "UPDATE outbox SET due_at = '2000-01-01 00:00:00.000000' WHERE state = 'retry'"
        run_inside(service, place, due)
        assert eventually(lambda: alerted(inside)["Halcyon-1"] == 1, within=PATIENCE), service.log
        assert service.ends_within(15), service.log
