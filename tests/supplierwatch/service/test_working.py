"""crawl, run and doctor against a site on loopback, children and all."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from supplierwatch.shell.exits import Exit
from tests.supplierwatch.instance import Instance, an_instance
from tests.support.services import eventually
from tests.support.site import Entry, FakeSite, Reply, article_page, feed, long_text

STORIES = {"wards": "Halcyon Health on the wards", "letters": "letters that go astray"}
LATER = ("theatre", "Halcyon Health in theatre")


@pytest.fixture
def site() -> Iterator[FakeSite]:
    with FakeSite() as made:
        publish(made, *STORIES.items())
        yield made


@pytest.fixture
def instance(tmp_path: Path, site: FakeSite) -> Instance:
    made = an_instance(tmp_path)
    made.write(
        "sources.toml",
        f'[[source]]\nkey = "ward-ledger"\nkind = "feed"\nurl = "{site.url("/feed.xml")}"\n',
    )
    return made


def publish(site: FakeSite, *stories: tuple[str, str]) -> None:
    """Have the site list these stories, each on a page of its own."""
    entries = [
        Entry(
            title=f"About {about}",
            link=site.page(f"/{name}", article_page(f"About {about}", long_text(about))),
            guid=name,
        )
        for name, about in stories
    ]
    site.page("/feed.xml", feed(entries), content_type="application/rss+xml")


def test_a_crawl_stores_a_baseline_then_tells_what_is_new(
    instance: Instance, site: FakeSite
) -> None:
    first = instance.json("crawl")
    assert first["sources"][0]["outcome"] == "ok"
    assert (first["new_items"], first["new_mentions"]) == (2, 2)
    again = instance.json("crawl")
    assert (again["new_items"], again["new_mentions"]) == (0, 0)
    publish(site, *STORIES.items(), LATER)
    later = instance.json("crawl", "ward-ledger")
    assert (later["new_items"], later["new_mentions"]) == (1, 2)
    verdicts = {
        name: instance.json("explain", site.url(f"/{name}"))["watches"][0]["verdict"]
        for name in ("wards", "theatre")
    }
    assert verdicts == {"wards": "baseline", "theatre": "pending"}


def test_a_crawl_shows_each_source_and_what_came_of_it(instance: Instance) -> None:
    run = instance.run("crawl")
    assert run.exit_code == Exit.OK, run.output
    assert "ward-ledger" in run.stdout
    assert "2 new items, 2 new mentions" in " ".join(run.stdout.split())
    assert instance.json("sources")["sources"][0]["status"] == "ok"


def test_only_what_is_due_is_polled_when_that_is_asked(instance: Instance, site: FakeSite) -> None:
    instance.run("crawl")
    site.forget()
    run = instance.run("crawl", "--due")
    assert "No source was due." in run.stdout
    assert site.requests() == []


def test_a_source_that_cannot_be_read_ends_in_exit_code_1_and_its_cause(instance: Instance) -> None:
    instance.write(
        "sources.toml",
        '[[source]]\nkey = "gone"\nkind = "feed"\nurl = "http://127.0.0.3:9/feed.xml"\n',
    )
    run = instance.run("crawl", "gone")
    assert run.exit_code == Exit.FAILED
    assert "gone" in run.stdout
    assert "doctor" in run.stderr
    failing = instance.run("sources", "--failing").stdout
    assert "1 poll in a row" in failing


def test_crawl_refuses_a_source_that_is_not_declared(instance: Instance) -> None:
    run = instance.run("crawl", "ward-leger")
    assert run.exit_code == Exit.USAGE
    assert "Did you mean 'ward-ledger'?" in run.stderr


def test_an_interrupted_crawl_gives_back_what_it_had_claimed(
    instance: Instance, site: FakeSite
) -> None:
    asked = threading.Event()

    def never_answer(_: socket.socket, _asked: object, closing: threading.Event) -> None:
        asked.set()
        closing.wait()

    site.behave("/feed.xml", Reply(never_answer))
    crawl = subprocess.Popen(
        [sys.executable, "-m", "supplierwatch", "--config", str(instance.config), "crawl"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        # whoever starts the tests in the background has them ignore it, and so this child
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        assert asked.wait(30)
        crawl.send_signal(signal.SIGINT)
        assert crawl.wait(15) == Exit.INTERRUPTED
    finally:
        crawl.kill()
        crawl.wait(10)
    publish(site, *STORIES.items())
    assert instance.json("crawl")["new_items"] == 2


def test_doctor_shows_each_step_and_stores_nothing(instance: Instance) -> None:
    run = instance.run("doctor", "ward-ledger")
    assert run.exit_code == Exit.OK, run.output
    assert "This source can be read." in run.stdout
    assert instance.json("doctor", "ward-ledger")["ok"]
    assert instance.run("search", "halcyon").exit_code == Exit.NOTHING_FOUND


def test_doctor_says_which_step_failed(instance: Instance, site: FakeSite) -> None:
    site.page("/feed.xml", "<html><body>We have moved</body></html>")
    run = instance.run("doctor", "ward-ledger")
    assert run.exit_code == Exit.FAILED
    assert "FAIL" in run.stdout


def test_the_service_polls_answers_and_ends_when_it_is_told_to(instance: Instance) -> None:
    settings = (instance.config / "settings.toml").read_text(encoding="utf-8")
    address = f"127.0.0.1:{free_port()}"
    instance.write("settings.toml", settings.replace('listen = ""', f'listen = "{address}"'))
    service = subprocess.Popen(
        [sys.executable, "-m", "supplierwatch", "run", "--config", str(instance.config)],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "NO_COLOR": "1"},
    )
    said = Lines(service)
    try:
        said.wait_for("delivery.delivered")  # the welcome, after the first poll
        with urllib.request.urlopen(f"http://{address}/health", timeout=5) as answer:
            assert answer.status == 200
        assert instance.run("crawl").exit_code == Exit.ALREADY_RUNNING
        # both items until the index has them, then the one that the index names
        assert eventually(lambda: instance.json("search", "halcyon")["looked_at"] == 1)
        assert instance.run("backup", str(instance.data / "copy.db")).exit_code == Exit.OK
        service.send_signal(signal.SIGTERM)
        assert service.wait(60) == Exit.OK  # a thread that did not end would make it another
    finally:
        service.kill()
        service.wait(10)
        said.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Lines:
    """What a process says on standard error, waited for line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._stream = process.stderr
        self._lines: list[str] = []
        self._ended = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._stream is not None
        for line in self._stream:
            with self._changed:
                self._lines.append(line.rstrip())
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait_for(self, part: str, *, seconds: float = 60) -> str:
        """The first line with `part` in it."""

        def found() -> str | None:
            return next((line for line in self._lines if part in line), None)

        with self._changed:
            self._changed.wait_for(lambda: found() or self._ended, seconds)
            line = found()
            assert line, "\n".join(["never said: " + part, *self._lines])
            return line

    def close(self) -> None:
        """Read to the end."""
        self._thread.join(10)
        if self._stream is not None:
            self._stream.close()
