"""The service as a process: ends when told to, goes on where it was, shares its data with none."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest

from supplierwatch.shell.exits import Exit
from tests.support.servers.mailserver import Hang, ScriptedServer
from tests.support.services import IMMEDIATE, Installation, an_installation, eventually, publish
from tests.support.site import FakeSite, hang


@pytest.fixture
def site() -> Iterator[FakeSite]:
    with FakeSite() as site:
        publish(site, 1)
        yield site


@pytest.fixture
def place(tmp_path: Path, site: FakeSite) -> Installation:
    return an_installation(tmp_path, site)


def sent(place: Installation) -> Counter[str]:
    """How many messages of each kind were sent."""
    if not place.database.exists():
        return Counter()
    with place.reading() as unit:
        return Counter(m.notification.kind for m in unit.outbox.list() if m.state == "sent")


def pages_asked(site: FakeSite) -> Counter[str]:
    return Counter(asked.path for asked in site.requests() if "-" in asked.path)


def test_a_story_is_read_and_told_and_nothing_stays_open_at_the_end(
    place: Installation, site: FakeSite
) -> None:
    with place.running() as service:
        assert eventually(place.welcomed), service.log
        assert service.ends_within(15)
    with place.reading() as unit:
        assert unit.items.count() == 1
        assert unit.runs.open() == ()
        assert [s.lease_owner for s in unit.sources.all()] == [None]
    assert "Traceback" not in service.log


def test_news_is_told_within_seconds_of_its_poll(place: Installation, site: FakeSite) -> None:
    with place.running() as service:
        assert eventually(place.welcomed), service.log
        publish(site, 2)
        place.make_due()
        assert eventually(lambda: site.requests("/Halcyon-1") != [])
        # matching and telling follow what is stored; alerts wait a few seconds for more to come
        assert eventually(lambda: sent(place)["alert"] == 1), service.log
        assert service.ends_within(15)


def test_it_ends_in_time_while_a_crawl_hangs(place: Installation, site: FakeSite) -> None:
    site.behave("/silent.xml", hang())
    place.sources(silent=site.url("/silent.xml"))
    with place.running() as service:
        assert eventually(lambda: site.requests("/silent.xml") != [])
        assert service.ends_within(15), service.log
    with place.reading() as unit:
        assert unit.runs.open() == ()
        assert [s.lease_owner for s in unit.sources.all()] == [None]


def test_it_ends_in_time_while_the_mail_server_hangs_and_sends_the_message_later(
    place: Installation,
) -> None:
    with ScriptedServer({"text": Hang()}) as server:
        place.settings(
            mail=f'smtp = "127.0.0.1:{server.port}"\nsecurity = "none"\n', service='listen = ""\n'
        )
        with place.running() as service:
            assert eventually(lambda: server.received != []), service.log
            assert service.ends_within(15), service.log
        # whether the message arrived is unknown: it goes again, the same to the byte
        server.script["text"] = "250 queued"
        with place.running() as service:
            assert eventually(lambda: sent(place)["welcome"] == 1), service.log
            assert service.ends_within(15)
        assert len(server.received) == 2
        assert server.received[0] == server.received[1]
    with place.reading() as unit:
        assert [m.unknown_outcomes for m in unit.outbox.list()] == [1]


def test_no_further_message_is_begun_once_it_is_told_to_end(place: Installation) -> None:
    readers = ", ".join(f'"reader{n}@trust.example"' for n in range(40))
    place.write("subscriptions.toml", IMMEDIATE.replace('"reader@trust.example"', readers))
    with ScriptedServer(reached={"text": lambda: time.sleep(0.3)}) as server:
        place.settings(mail=f'smtp = "127.0.0.1:{server.port}"\nsecurity = "none"\n')
        with place.running() as service:
            assert eventually(lambda: server.received != []), service.log
            assert service.ends_within(15), service.log
        assert 0 < len(server.received) < 10
        assert sent(place)["welcome"] == len(server.received)
        with place.reading() as unit:
            assert unit.outbox.counts() == {
                "queued": 40 - len(server.received),
                "sent": len(server.received),
            }


def test_a_second_service_on_the_same_data_is_refused(place: Installation) -> None:
    command = [sys.executable, "-m", "supplierwatch", "--config", str(place.config), "run"]
    with place.running() as service:
        assert eventually(place.database.exists)
        second = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        assert second.returncode == Exit.ALREADY_RUNNING
        assert str(service.process.pid) in second.stderr
        assert str(place.data) in second.stderr.replace("\n", "")
        assert service.process.poll() is None
        assert service.ends_within(15)


def test_a_restart_reads_no_page_again_and_tells_nothing_again(
    place: Installation, site: FakeSite
) -> None:
    publish(site, 3)
    with place.running() as service:
        assert eventually(place.welcomed), service.log
        publish(site, 5)
        place.make_due()
        assert eventually(lambda: sent(place)["alert"] >= 1), service.log
        assert service.ends_within(15)
    told = sent(place)
    place.make_due()
    polled = len(site.requests("/feed.xml"))
    with place.running() as service:
        assert eventually(lambda: len(site.requests("/feed.xml")) > polled), service.log
        time.sleep(2)
        assert service.ends_within(15)
    assert set(pages_asked(site).values()) == {1}
    assert sent(place) == told


def test_a_digest_that_fell_due_while_the_service_was_stopped_comes_at_the_start(
    place: Installation, site: FakeSite
) -> None:
    place.write("subscriptions.toml", IMMEDIATE.replace('"immediate"', '"daily at 07:30"'))
    with place.running() as service:
        assert eventually(place.welcomed), service.log
        publish(site, 2)
        place.make_due()
        assert eventually(lambda: site.requests("/Halcyon-1") != [])
        time.sleep(1)
        assert service.ends_within(15)
    assert sent(place)["digest"] == 0
    place.sql("UPDATE subscriber SET next_at = '2026-01-02 07:30:00.000000'")
    with place.running() as service:
        assert eventually(lambda: sent(place)["digest"] == 1), service.log
        time.sleep(2.5)  # another tick
        assert sent(place)["digest"] == 1
        assert service.ends_within(15)


def test_a_source_that_is_added_while_it_runs_is_polled(
    place: Installation, site: FakeSite
) -> None:
    publish(site, 2, path="/second.xml", about="Corvid")
    with place.running() as service:
        assert eventually(place.welcomed), service.log
        place.sources(outlet=site.url("/feed.xml"), second=site.url("/second.xml"))
        assert eventually(lambda: site.requests("/Corvid-1") != []), service.log
        assert service.ends_within(15)
    with place.reading() as unit:
        listed = sorted(item.source_key for item in unit.items.newest(limit=9))
    assert listed == ["outlet", "second", "second"]


def test_an_address_that_is_taken_is_an_error_that_names_it(
    place: Installation, site: FakeSite
) -> None:
    place.settings(service=f'listen = "{site.hosts[0]}:{site.port}"\n')
    with place.running() as service:
        assert service.process.wait(20) == Exit.FAILED
    assert f"cannot listen on {site.hosts[0]}:{site.port}" in service.log.replace("\n", " ")
    assert "Traceback" not in service.log


def test_a_watch_is_written_as_a_feed_file_when_it_finds_something(
    place: Installation, site: FakeSite
) -> None:
    place.settings(service='listen = ""\nfeeds = true\n')
    with place.running():
        assert eventually(lambda: any((place.data / "feeds").glob("*.atom")))
    [file] = (place.data / "feeds").glob("*.atom")
    assert len(feedparser.parse(file.read_bytes()).entries) == 1
