"""The service as a process: it ends when told to, shares its data with nobody, heeds edits."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage.store import Store, open_store
from supplierwatch.exits import Exit
from tests.support.site import FEED_TYPE, Entry, FakeSite, article_page, feed, hang, long_text

WATCHES = "[[watch]]\nkey = \"halcyon\"\nquery = 'halcyon'\n"
SUBSCRIPTIONS = (
    '[[subscription]]\nto = ["reader@trust.example"]\nwatches = ["*"]\ncadence = "immediate"\n'
)


@pytest.fixture
def site() -> Iterator[FakeSite]:
    with FakeSite() as site:
        publish(site, 1)
        yield site


def publish(site: FakeSite, count: int) -> None:
    entries = []
    for number in range(count):
        title = f"Halcyon story {number}"
        link = site.page(f"/{number}", article_page(title, long_text("Halcyon")))
        entries.append(Entry(title=title, link=link, guid=f"g{number}"))
    site.page("/feed.xml", feed(entries), content_type=FEED_TYPE)


def write_config(folder: Path, site: FakeSite, *, path: str = "/feed.xml") -> Path:
    config = folder / "config"
    config.mkdir()
    (config / "settings.toml").write_text(
        '[mail]\nfrom = "watch@trust.example"\n[operator]\nto = "it@trust.example"\n'
        f"[service]\ndata = '{folder / 'data'}'\nlisten = \"\"\n"
        '[crawl]\nallowed_hosts = ["127.0.0.0/8"]\ndownload_delay = "0s"\n'
    )
    (config / "sources.toml").write_text(
        f'[[source]]\nkey = "outlet"\nkind = "feed"\nurl = "{site.url(path)}"\n'
    )
    (config / "watches.toml").write_text(WATCHES)
    (config / "subscriptions.toml").write_text(SUBSCRIPTIONS)
    return config


@contextmanager
def running(config: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "supplierwatch", "--config", str(config), "run"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as service:
        try:
            yield service
        finally:
            if service.poll() is None:
                service.kill()


@contextmanager
def archive(config: Path) -> Iterator[Store]:
    store = open_store(f"sqlite:///{config.parent / 'data' / 'supplierwatch.db'}")
    try:
        yield store
    finally:
        store.close()


def eventually(true: Callable[[], bool], *, within: float = 20.0) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.1)
    return true()


def database(config: Path) -> Path:
    return config.parent / "data" / "supplierwatch.db"


def subjects(config: Path) -> list[str]:
    with archive(config) as store, store.reading() as unit:
        return [message.notification.subject for message in unit.outbox.list()]


def ends_when_told(service: subprocess.Popen[bytes]) -> float:
    started = time.monotonic()
    service.send_signal(signal.SIGTERM)
    assert service.wait(20) == 0
    return time.monotonic() - started


def test_a_story_is_read_matched_and_told_and_the_service_ends_cleanly(
    tmp_path: Path, site: FakeSite
) -> None:
    config = write_config(tmp_path, site)
    with running(config) as service:
        mails = config.parent / "data" / "mail"
        assert eventually(lambda: any(mails.glob("*welcome*.eml")))
        assert ends_when_told(service) < 15
    with archive(config) as store, store.reading() as unit:
        assert unit.items.count() == 1
        assert unit.runs.open() == ()
        assert [s.lease_owner for s in unit.sources.all()] == [None]
    asked = len(site.requests("/0"))
    with running(config) as service:
        time.sleep(3)
        ends_when_told(service)
    assert len(site.requests("/0")) == asked  # a restart reads nothing again
    assert len(subjects(config)) == 1


def test_it_ends_in_time_while_a_crawl_hangs(tmp_path: Path, site: FakeSite) -> None:
    site.behave("/silent.xml", hang())
    config = write_config(tmp_path, site, path="/silent.xml")
    with running(config) as service:
        assert eventually(lambda: len(site.requests("/silent.xml")) > 0)
        assert ends_when_told(service) < 15
    with archive(config) as store, store.reading() as unit:
        assert unit.runs.open() == ()


def test_a_second_service_on_the_same_data_is_refused(tmp_path: Path, site: FakeSite) -> None:
    config = write_config(tmp_path, site)
    with running(config) as service:
        assert eventually(database(config).exists)
        second = subprocess.run(
            [sys.executable, "-m", "supplierwatch", "--config", str(config), "run"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert second.returncode == Exit.ALREADY_RUNNING
        assert "stop it first" in second.stderr.lower() or "another" in second.stderr.lower()
        assert service.poll() is None


def test_edits_take_effect_and_a_broken_one_leaves_the_last_good_set(
    tmp_path: Path, site: FakeSite
) -> None:
    config = write_config(tmp_path, site)
    watches = config / "watches.toml"

    def queries() -> dict[str, tuple[str, int]]:
        with archive(config) as store, store.reading() as unit:
            return {key: (v.query, v.version) for key, v in unit.watches.current().items()}

    def notices() -> list[str]:
        with archive(config) as store, store.reading() as unit:
            return [notice.key for notice in unit.notices.open()]

    with running(config) as service:
        mails = config.parent / "data" / "mail"
        assert eventually(lambda: any(mails.glob("*welcome*.eml")))
        watches.write_text(WATCHES.replace("'halcyon'", "'halcyon AND nhs'"))
        assert eventually(lambda: queries() == {"halcyon": ("halcyon AND nhs", 2)}, within=5)
        watches.write_text(WATCHES.replace("'halcyon'", "'halcyon AND ('"))
        assert eventually(lambda: notices() == ["config-refused"], within=5)
        assert queries() == {"halcyon": ("halcyon AND nhs", 2)}
        time.sleep(2)
        refused = [s for s in subjects(config) if "refused" in s]
        assert len(refused) == 1
        watches.write_text(WATCHES)
        assert eventually(lambda: notices() == [], within=5)
        assert eventually(lambda: queries() == {"halcyon": ("halcyon", 3)}, within=5)
        ends_when_told(service)
