"""kill -9 at random moments, twenty times: nothing lost, nothing stored twice, no mail twice."""

from __future__ import annotations

import email
import email.policy
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from storage.model import StoredItem, TextState
from storage.store import Store, open_store
from supplierwatch.demo.answers import article_ids
from supplierwatch.demo.articles import load_outlets
from supplierwatch.demo.configuration import SUBSCRIPTIONS, SUPPLIERS, WATCHES

pytestmark = pytest.mark.long

KILLS = 20
REST = 150.0  # seconds that the service gets in the end to come to rest, at the most


class Newsroom:
    """The bundled newsroom in a process of its own, which outlives the service."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "supplierwatch.demo.newsroom"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.feeds: dict[str, str] = {}
        while (line := self._line()) != "serving":
            key, _, url = line.partition(": ")
            self.feeds[key] = url

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def next_wave(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self._line()

    def stop(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


@contextmanager
def newsroom() -> Iterator[Newsroom]:
    room = Newsroom()
    try:
        yield room
    finally:
        room.stop()


def write_config(folder: Path, data: Path, room: Newsroom) -> None:
    folder.mkdir()
    (folder / "settings.toml").write_text(
        f'[mail]\nfrom = "watch@northmoor.example"\n[service]\ndata = \'{data}\'\nlisten = ""\n'
        '[crawl]\nallowed_hosts = ["127.0.0.0/8"]\ndownload_delay = "0s"\nmax_age = "off"\n'
    )
    (folder / "sources.toml").write_text(
        "".join(
            f'[[source]]\nkey = "{key}"\nkind = "feed"\nurl = "{url}"\n'
            for key, url in room.feeds.items()
        )
    )
    (folder / "suppliers.toml").write_text(SUPPLIERS)
    (folder / "watches.toml").write_text(WATCHES)
    # every mention is told at once to one reader, so that each kill may fall between any two steps
    (folder / "subscriptions.toml").write_text(
        SUBSCRIPTIONS.replace('["corvantis-deals", "tide", "outages", "corvantis"]', '["*"]')
    )


def start(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "supplierwatch", "--config", str(folder), "run"],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def make_due(data: Path) -> None:
    """Let the time of each source's next poll have come: no test waits for a quarter of an hour."""
    database = data / "supplierwatch.db"
    if not database.exists():
        return
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE name = 'source'"
        ).fetchall()
        if tables:
            connection.execute("UPDATE source SET next_at = '2026-01-01 00:00:00.000000'")


def kill(service: subprocess.Popen[bytes]) -> None:
    os.killpg(service.pid, signal.SIGKILL)
    service.wait(10)


def life(
    folder: Path, *, seconds: float = 60.0, until: Callable[[], bool] = lambda: False
) -> float:
    """Let the service live until something is so, `seconds` at the most, and kill it."""
    make_due(folder / "data")
    begun = time.monotonic()
    service = start(folder / "config")
    while time.monotonic() < begun + seconds and not until():
        time.sleep(0.05)
    kill(service)
    return time.monotonic() - begun


def count(data: Path, source: str | None = None) -> int:
    """How many items are stored, of one source or of all."""
    if not (data / "supplierwatch.db").exists():
        return 0
    query = "SELECT count(*) FROM item WHERE ?1 IS NULL OR source_key = ?1"
    with closing(sqlite3.connect(data / "supplierwatch.db", timeout=30)) as connection:
        try:
            return int(connection.execute(query, (source,)).fetchone()[0])
        except sqlite3.OperationalError:  # there are no tables yet
            return 0


def reachable() -> set[str]:
    return {
        article.id
        for outlet in load_outlets()
        for article in outlet.articles
        if outlet.dark_from_wave is None or article.wave < outlet.dark_from_wave
    }


def waits_for_its_page(item: StoredItem) -> bool:
    dark = {outlet.key for outlet in load_outlets() if outlet.dark_from_wave is not None}
    return item.text_state is TextState.LISTED and item.source_key not in dark


def at_rest(store: Store) -> bool:
    with store.reading() as unit:
        items = unit.items.newest(limit=500)
        stored = {name for item in items for name in article_ids(item)}
        listed = [item for item in items if waits_for_its_page(item)]
        queued = unit.outbox.list(states=["queued", "leased", "retry", "uncertain"])
    return stored >= reachable() and not listed and not queued


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Path]]:
    folder = tmp_path_factory.mktemp("killed")
    rng = random.Random(20)
    data = folder / "data"
    with newsroom() as room:
        write_config(folder / "config", data, room)
        pace = life(folder, until=lambda: count(data) > 0)
        for number in range(KILLS - 1):
            if number == KILLS // 3:
                # an outlet goes dark with the second wave: what it listed before has to be seen
                life(folder, until=lambda: count(data, "medtech-dispatch") > 0)
                room.next_wave()
            if number == 2 * KILLS // 3:
                room.next_wave()
            life(folder, seconds=rng.uniform(0.3, 2.0) * pace)
        make_due(folder / "data")
        service = start(folder / "config")
        store = open_store(f"sqlite:///{folder / 'data' / 'supplierwatch.db'}")
        try:
            deadline = time.monotonic() + REST
            while time.monotonic() < deadline and not at_rest(store):
                time.sleep(0.5)
            time.sleep(3)  # whatever would be told twice is told now
            yield store, folder / "data" / "mail"
        finally:
            service.send_signal(signal.SIGTERM)
            try:
                service.wait(20)
            finally:
                store.close()


def test_nothing_is_lost_and_nothing_is_stored_twice(ended: tuple[Store, Path]) -> None:
    store, _ = ended
    with store.reading() as unit:
        items = unit.items.newest(limit=500)
    carried = Counter(name for item in items for name in article_ids(item))
    assert reachable() <= carried.keys()
    assert {name: count for name, count in carried.items() if count > 1} == {}
    assert [item.title for item in items if waits_for_its_page(item)] == []


def test_each_mention_is_told_or_waits_exactly_once_for_each_reader(
    ended: tuple[Store, Path],
) -> None:
    store, _ = ended
    wrong, said = [], 0
    with store.reading() as unit:
        readers = {
            s.subscriber_id: (s.recipient, s.subscription_key) for s in unit.subscribers.all()
        }
        # more alerts than a reader can take in a minute wait for the next
        waiting = Counter(
            (t.mention.mention_id, *readers[t.subscriber_id])
            for t in unit.tellings.pending(list(readers))
            if t.what == "new"
        )
        for item in unit.items.newest(limit=500):
            for mention in unit.mentions.of_item(item.item_id):
                told = Counter(
                    (to, key) for to, key, _, _ in unit.tellings.told_to(mention.mention_id)
                )
                for reader in readers.values():
                    # a correction of what was told is told too, as that
                    times = min(told[reader], 1) + waiting[mention.mention_id, *reader]
                    said += told[reader] > 0
                    if times != (0 if mention.baseline else 1) or told[reader] > item.revision:
                        wrong.append((item.title, mention.match.watch_key, reader, times))
    assert wrong == []
    assert said > 10


def test_no_message_is_written_twice(ended: tuple[Store, Path]) -> None:
    store, mails = ended
    parsed = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in mails.glob("*.eml")
    ]
    ids = Counter(str(message["Message-ID"]) for message in parsed)
    assert parsed
    assert {name: count for name, count in ids.items() if count > 1} == {}
    with store.reading() as unit:
        messages = unit.outbox.list(limit=1000)
        assert [m.notification.subject for m in messages if m.state != "sent"] == []
    welcomes = Counter(
        m.notification.recipient for m in messages if m.notification.kind == "welcome"
    )
    assert set(welcomes.values()) == {1}
    assert ids.keys() == {m.notification.message_id for m in messages}


def test_no_lease_and_no_mark_stays_behind(ended: tuple[Store, Path]) -> None:
    store, _ = ended
    with store.reading() as unit:
        assert [run.status for run in unit.runs.last(200) if run.status is None][1:] == []
        assert unit.outbox.list(states=["leased"]) == ()
