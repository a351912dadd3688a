"""Crawls are forked off one process, and nobody is harmed when that process ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.processes.launcher import START_TIMEOUT, Launcher, launcher
from tests.support.crawls import Crawls, a_source
from tests.support.program_forks import started_launchers
from tests.support.services import eventually
from tests.support.site import FakeSite, hang

pytestmark = pytest.mark.slow
BAD_JOB = 64


@pytest.fixture(autouse=True)
def launchers_of_the_product() -> Iterator[None]:
    with started_launchers():
        yield


@pytest.fixture
def fresh_launcher() -> Iterator[Launcher]:
    made = Launcher()
    yield made
    made.close()


def run_with_job(made: Launcher, environment: dict[str, str], job: bytes) -> int | None:
    """The exit code of a crawl that is given this job."""
    read, write = os.pipe()
    with Path(os.devnull).open("wb") as nothing, Path(os.devnull).open("rb") as turn:
        process = made.launch(
            (read, nothing.fileno(), nothing.fileno()), turn.fileno(), environment
        )
    os.close(read)
    os.write(write, job)
    os.close(write)
    return process.wait(30)


def test_the_exit_code_of_a_crawl_comes_back(fresh_launcher: Launcher) -> None:
    assert run_with_job(fresh_launcher, dict(os.environ), b"no job\n") == BAD_JOB


def test_crawls_share_one_launcher(fresh_launcher: Launcher) -> None:
    run_with_job(fresh_launcher, dict(os.environ), b"no job\n")
    first = fresh_launcher._process
    run_with_job(fresh_launcher, dict(os.environ), b"no job\n")
    assert fresh_launcher._process is first


def test_a_launcher_that_was_killed_is_started_again(fresh_launcher: Launcher) -> None:
    run_with_job(fresh_launcher, dict(os.environ), b"no job\n")
    assert fresh_launcher._process is not None
    fresh_launcher._process.kill()
    fresh_launcher._process.wait()
    assert run_with_job(fresh_launcher, dict(os.environ), b"no job\n") == BAD_JOB


def test_a_machine_too_slow_for_the_first_start_gets_more_time_for_the_next(
    fresh_launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Starved of processor time, no launcher was ever through with its imports."""
    monkeypatch.setattr(fresh_launcher, "_timeout", 0.2)  # seconds; the imports take more
    waits = []
    while len(waits) < 16:
        waits.append(fresh_launcher._timeout)
        try:
            run_with_job(fresh_launcher, dict(os.environ), b"no job\n")
        except TimeoutError:
            continue
        break
    assert waits[:3] == [0.2, 0.4, 0.8]
    assert len(waits) < 16
    assert fresh_launcher._timeout == START_TIMEOUT


def test_a_launcher_that_ends_takes_its_crawls_along_and_the_next_crawl_works(
    site: FakeSite, crawls: Crawls
) -> None:
    site.behave("/feed.xml", hang())
    child = crawls.start(a_source("outlet", site.url("/feed.xml")), timeout=60)
    assert eventually(lambda: bool(site.requests("/feed.xml")))
    assert launcher._process is not None
    launcher._process.kill()
    assert child.wait(10) == -signal.SIGKILL
    assert eventually(lambda: not Path(f"/proc/{child.pid}").exists())
    site.page("/feed.xml", "<rss version='2.0'><channel><title>A</title></channel></rss>")
    assert crawls.run(a_source("outlet", site.url("/feed.xml"))).code == 0


def test_a_crawl_has_no_descriptors_but_its_own(site: FakeSite, crawls: Crawls) -> None:
    """The pipes of one crawl must close when its service is gone, whatever else still runs."""
    site.behave("/feed.xml", hang())
    first = crawls.start(a_source("outlet", site.url("/feed.xml")), timeout=60)
    second = crawls.start(a_source("other", site.url("/feed.xml")), timeout=60)
    assert eventually(lambda: len(site.requests("/feed.xml")) == 2)
    assert _pipes(first.pid).isdisjoint(_pipes(second.pid))
    assert launcher._process is not None
    assert _pipes(launcher._process.pid).isdisjoint(_pipes(first.pid) | _pipes(second.pid))


def _pipes(pid: int) -> set[str]:
    """The pipes that a process holds open, but for those of logs, which all share."""
    found = set()
    for name in Path(f"/proc/{pid}/fd").iterdir():
        if name.name != "2":
            found.add(str(name.readlink()))
    shared = str(Path("/proc/self/fd/2").readlink())
    return {one for one in found if one.startswith("pipe:") and one != shared}
