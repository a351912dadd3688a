"""The real data that may lie beside the project: found, or the test skips and says why."""

from __future__ import annotations

import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2].parent / "shared"


def shared(*parts: str) -> Path:
    """A path in the data beside the project; skips the test where it is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(
            f"no {'/'.join(('shared', *parts))} beside the project: real data is not shipped"
        )
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An outlet of the loopback newsroom of captured pages."""

    name: str
    feed: str
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedNewsroom:
    """The running newsroom."""

    outlets: tuple[Outlet, ...]

    def open_second_wave(self) -> None:
        """Have every outlet list the rest of its pages."""
        base = self.outlets[0].feed.rsplit("/", 1)[0]
        request = urllib.request.Request(f"{base}/second", data=b"", method="POST")
        urllib.request.urlopen(request, timeout=10).close()

    def listed(self, outlet: Outlet) -> list[str]:
        """The links that an outlet's feed lists now."""
        import re

        with urllib.request.urlopen(outlet.feed, timeout=10) as answer:
            feed = answer.read().decode()
        return re.findall(r"<item>.*?<link>(.*?)</link>", feed)


@contextmanager
def captured_newsroom(*, seconds: int = 300) -> Iterator[CapturedNewsroom]:
    """Serve the captured pages on loopback until the block ends."""
    script = shared("newsroom", "serve.py")
    command = [sys.executable, str(script), "--second-after", "0", "--seconds", str(seconds)]
    process = subprocess.Popen(
        [*command, "--port", str(_free_port())], stdout=subprocess.PIPE, text=True
    )
    try:
        outlets: list[Outlet] = []
        assert process.stdout is not None
        expected = _outlet_count(script)
        while len(outlets) < expected:
            line = process.stdout.readline()
            if not line:
                raise RuntimeError(f"the newsroom ended with {process.wait(10)}")
            name, _, rest = line.partition(": ")
            feed, pages, _ = rest.split(maxsplit=2)
            outlets.append(Outlet(name=name, feed=feed, pages=int(pages)))
        yield CapturedNewsroom(outlets=tuple(outlets))
    finally:
        process.kill()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


def _outlet_count(script: Path) -> int:
    listed = subprocess.run(
        [sys.executable, str(script), "--list"], capture_output=True, text=True, check=True
    )
    return len(listed.stdout.splitlines())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
