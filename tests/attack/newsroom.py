"""The real service between innocent outlets and readers, with hostile parties beside them.

The outlets and the parties are hosts on loopback, the readers a mail server; the service is a
process of its own, watched from outside: by its database, its log, /health, and what is mailed.
Time is let pass by moving the dates in its database: no test waits for a quarter of an hour.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.architecture.project import ROOT
from tests.attack.newsroom_files import write_readers, write_settings, write_sources
from tests.attack.party import Party
from tests.attack.processes import PeakWatch, descendants
from tests.attack.stories import SUPPLIERS, Story, make_story, tokens_of
from tests.attack.work_clock import CLOCK, eventually
from tests.support.servers.mailserver import MailServer, mail_server
from tests.support.servers.ports import a_free_port
from tests.support.site import FEED_TYPE, Entry, FakeSite, feed

OUTLETS = {"ward-ledger": "127.0.0.11", "trolley": "127.0.0.12", "quayside": "127.0.0.13"}
STORIES_OF_ROUND = 2  # of each outlet
READERS = {"all@trust.example": SUPPLIERS, "corvid@trust.example": ("Corvid",)}
OPERATOR = "it@trust.example"
# seconds are those of `work_clock`
MIN_PATIENCE = 25.0  # twice the usual of an idle machine is less than what noise adds
EACH_PARTY = 3.0  # that a task of each party may take before it is ended
START_WITHIN = 90.0
PAST = "2026-01-01 00:00:00.000000"

Told = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What became of the innocents' articles while a party struck."""

    seconds: float  # of `work_clock` until all were told, or until patience ended
    allowed: float
    untold: Told  # what was not told in time: recipient, token
    twice: Told
    peak_mb: float

    @property
    def held(self) -> bool:
        """Whether nobody noticed the party."""
        return not self.untold and not self.twice and self.seconds <= self.allowed


@dataclass(slots=True, kw_only=True)
class Newsroom:
    """One installation with its outlets, parties and mail server."""

    folder: Path
    site: FakeSite
    mail: MailServer
    parties: Sequence[Party]
    rng: random.Random
    environ: Mapping[str, str] = field(default_factory=dict)
    program: str = "tests.attack.quick_service"
    usual: float = 0.0
    process: subprocess.Popen[bytes] | None = None
    stories: dict[str, list[Story]] = field(default_factory=dict)
    port: int = 0
    lives: int = 0
    parsed: list[tuple[str, str]] = field(default_factory=list)

    # --- the installation

    @property
    def data(self) -> Path:
        """The data folder of this life of the service."""
        return self.folder / f"data-{self.lives}"

    @property
    def database(self) -> Path:
        """The database."""
        return self.data / "supplierwatch.db"

    @property
    def log(self) -> str:
        """What the service has said on standard error in this life."""
        return (self.folder / f"log-{self.lives}").read_text(errors="replace")

    def host_of(self, party: Party) -> str:
        """The address of a party's host."""
        return f"127.0.1.{1 + [one.key for one in self.parties].index(party.key)}"

    def renew(
        self, *, settings: str = "", crawl: str = "", start_within: float = START_WITHIN
    ) -> None:
        """Start over: no data, no messages, all parties at rest; then measure the usual time."""
        self.kill()
        self.lives += 1
        self.stories = {outlet: [] for outlet in OUTLETS}
        self.mail.inbox.received.clear()
        self.parsed.clear()
        self.mail.inbox.raw.clear()
        for party in self.parties:
            party.rest(self.site, self.host_of(party))
        self._list_stories()
        self._configure(settings, crawl)
        self.start()
        if not eventually(self._all_polled, within=start_within):
            self.kill()
            raise RuntimeError(f"the service did not begin: {self.log[-2000:]}")
        # what comes first is slower: files are not cached yet
        self.usual = max(self.round().seconds for _ in range(2))

    def _configure(self, settings: str, crawl: str) -> None:
        folder = self.folder / "config"
        folder.mkdir(exist_ok=True)
        self.port = a_free_port()
        write_settings(
            folder,
            data=self.data,
            smtp_port=self.mail.port,
            web_port=self.port,
            operator=OPERATOR,
            more=(settings, crawl),
        )
        write_sources(
            folder,
            {key: self.site.url("/feed.xml", host=host) for key, host in OUTLETS.items()},
            [one.declaration(self.site, self.host_of(one)) for one in self.parties],
        )
        write_readers(folder, SUPPLIERS, READERS)

    # --- the process

    def start(self, environ: Mapping[str, str] | None = None) -> None:
        """Start the service."""
        folder = str(self.folder / "config")
        with (self.folder / f"log-{self.lives}").open("ab") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self.program, "--config", folder, "run"],
                stdout=subprocess.DEVNULL,
                stderr=sink,
                cwd=ROOT,
                env=os.environ | self.environ | (environ or {}),
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process of the service."""
        assert self.process is not None
        return self.process.pid

    def kill(self) -> None:
        """Kill the service and its children: one that hangs in an expression ends no other way."""
        if self.process is not None:
            for pid in descendants(self.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait(10)
            self.process = None

    def stop(self) -> None:
        """End the service in order, or kill it."""
        if self.process is not None:
            left = descendants(self.pid)[1:]
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
            self.process = None
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    # --- looking at it from outside

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of its database; none where there is no such table (yet)."""
        if not self.database.exists():
            return []
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)) as db:
            try:
                return db.execute(query, values).fetchall()
            except sqlite3.OperationalError:
                return []

    def change(self, statement: str, *values: object) -> None:
        """Change its database as time would."""
        with closing(sqlite3.connect(self.database, timeout=30)) as db, db:
            db.execute(statement, values)

    def health(self, *, patience: float = 10.0) -> dict[str, Any]:
        """What /health says; empty when it does not answer."""
        address = f"http://127.0.0.1:{self.port}/health"
        try:
            with urllib.request.urlopen(address, timeout=patience) as said:
                return dict(json.load(said))
        except urllib.error.HTTPError as error:
            with error:
                return dict(json.load(error))
        except OSError:
            return {}

    def texts(self) -> Iterator[tuple[str, str]]:
        """Each message that has arrived: its recipient, and its subject and text."""
        # each message is parsed once, however often it is looked for
        for recipient, message in self.mail.inbox.received[len(self.parsed) :]:
            body = message.get_body(("plain",))
            text = "" if body is None else str(body.get_content())
            self.parsed.append((recipient, f"{message['Subject']}\n{text}"))
        yield from self.parsed

    def told(self) -> Counter[tuple[str, str]]:
        """How often each recipient has been told of each story, by its token."""
        counted: Counter[tuple[str, str]] = Counter()
        for recipient, text in self.texts():
            if recipient in READERS:
                counted.update((recipient, token) for token in tokens_of(text))
        return counted

    def operator_mail(self) -> str:
        """All that the operator was written."""
        return "\n".join(text for recipient, text in self.texts() if recipient == OPERATOR)

    def names(self, party: Party) -> str:
        """What names the party where an operator looks; empty where nothing does."""
        culprit = re.compile(rf"{re.escape(party.key)}\b|{re.escape(self.host_of(party))}:")
        health, mails = json.dumps(self.health()), self.operator_mail()
        notices = str(self.rows("SELECT key, text FROM notice WHERE cleared_at IS NULL"))
        found = {"health": health, "operator": mails, "notices": notices}
        return " ".join(name for name, text in found.items() if culprit.search(text))

    def account(self, party: Party) -> dict[str, list[tuple[Any, ...]]]:
        """What is stored of a party: its items, its source's state."""
        return {
            "items": self.rows(
                "SELECT url, text_state, thin_reason, length(body), revision, page_due_at "
                "FROM item WHERE source_key = ? LIMIT 20",
                party.key,
            ),
            "source": self.rows(
                "SELECT outcome, failures, last_error FROM source WHERE key = ?", party.key
            ),
            "set aside": self.rows(
                "SELECT task, subject, attempts, last_error FROM quarantine WHERE subject IN "
                "(SELECT CAST(id AS TEXT) FROM item WHERE source_key = ?)",
                party.key,
            ),
        }

    # --- what happens

    def publish(self) -> Told:
        """Have every outlet list new stories; returns who is to be told of what by them."""
        expected = set()
        for outlet, host in OUTLETS.items():
            for number in range(STORIES_OF_ROUND):
                story = make_story(self.rng, SUPPLIERS[number % len(SUPPLIERS)])
                self.stories[outlet].append(story)
                self.site.page(f"/{story.token}", story.page, host=host)
                expected |= {(to, story.token) for to in READERS if story.supplier in READERS[to]}
        self._list_stories()
        return frozenset(expected)

    def _list_stories(self) -> None:
        for outlet, host in OUTLETS.items():
            entries = [
                Entry(
                    title=story.title,
                    link=self.site.url(f"/{story.token}", host=host),
                    guid=story.token,
                )
                for story in reversed(self.stories[outlet][-20:])
            ]
            self.site.page("/feed.xml", feed(entries), content_type=FEED_TYPE, host=host)

    def make_due(self, *parties: Party) -> None:
        """Let the time of the next poll of all outlets, and of these parties, have come."""
        keys = [*OUTLETS, *(party.key for party in parties)]
        marks = ",".join("?" * len(keys))
        self.change(f"UPDATE source SET next_at = '{PAST}' WHERE key IN ({marks})", *keys)
        for party in parties:
            self.change(
                f"UPDATE item SET look_at = '{PAST}' WHERE source_key = ? AND look_at IS NOT NULL",
                party.key,
            )

    def let_alerts_go(self) -> None:
        """Let the time have passed that lies between many alerts to one reader."""
        # the service may be writing for long: that shows in what it tells
        with contextlib.suppress(sqlite3.OperationalError):
            self.change("UPDATE subscriber SET next_at = NULL WHERE next_at IS NOT NULL")

    def show(self, parties: Sequence[Party]) -> None:
        """Have the first texts of parties read and told."""
        names = set()
        for party in parties:
            party.show(self.site, self.host_of(party))
            names |= {f"{party.key} {number}" for number in range(len(party.before))}
        self.make_due(*parties)

        def told() -> bool:
            self.let_alerts_go()
            said = " ".join(" ".join(text.split()) for _, text in self.texts())
            return all(name in said for name in names)

        if not eventually(told, within=90.0):
            accounts = [self.account(party) for party in parties]
            raise RuntimeError(f"not all was told at first: {accounts}")

    def round(self, *parties: Party, due: Callable[[], None] | None = None) -> Round:
        """Publish, let the parties strike, and wait until the readers have been told.

        Waits no longer than what is allowed: twice the usual time, or `MIN_PATIENCE`; and
        `EACH_PARTY` for each party.
        """
        allowed = max(MIN_PATIENCE, 2 * self.usual) if self.usual else START_WITHIN
        allowed += EACH_PARTY * len(parties)
        expected = self.publish()
        for party in parties:
            party.strike(self.site, self.host_of(party))
        begun = CLOCK.now()
        with PeakWatch(self.pid) as watch:
            if due is None:
                self.make_due(*parties)
            else:
                due()

            def all_told() -> bool:
                self.let_alerts_go()
                return expected <= self.told().keys()

            eventually(all_told, within=allowed, every=0.3)
        told = self.told()
        return Round(
            seconds=CLOCK.now() - begun,
            allowed=allowed + 1.0,
            untold=frozenset(expected - told.keys()),
            twice=frozenset(pair for pair, times in told.items() if times > 1),
            peak_mb=watch.peak_mb,
        )

    def wait_until_idle(self) -> None:
        """Wait until no source is claimed: a poll that ended later would set when it is due."""
        claimed = "SELECT count(*) FROM source WHERE lease_owner IS NOT NULL"
        assert eventually(lambda: self.rows(claimed)[:1] == [(0,)], within=MIN_PATIENCE)

    def _all_polled(self) -> bool:
        keys = [*OUTLETS, *(party.key for party in self.parties)]
        query = "SELECT count(*) FROM source WHERE last_polled_at IS NOT NULL"
        return self.rows(query)[:1] == [(len(keys),)]


@contextmanager
def a_newsroom(
    folder: Path,
    parties: Sequence[Party],
    *,
    environ: Mapping[str, str] | None = None,
    program: str = "tests.attack.quick_service",
) -> Iterator[Newsroom]:
    """A newsroom that is not running yet; `renew` starts its service."""
    hosts = [*OUTLETS.values(), *(f"127.0.1.{1 + n}" for n in range(len(parties)))]
    folder.mkdir(parents=True, exist_ok=True)
    with FakeSite(hosts) as site, mail_server() as mail:
        room = Newsroom(
            folder=folder,
            site=site,
            mail=mail,
            parties=parties,
            rng=random.Random(13),
            environ=environ or {},
            program=program,
        )
        try:
            yield room
        finally:
            room.stop()
