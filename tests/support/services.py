"""The real service as a process of its own, over a small configuration that reads a `FakeSite`."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from storage.store import Store, Unit, open_store
from tests.support.program_forks import Forked, start_program
from tests.support.site import FEED_TYPE, Entry, FakeSite, article_page, feed, long_text

WATCHES = "[[watch]]\nkey = \"halcyon\"\nquery = 'halcyon'\n"
IMMEDIATE = (
    '[[subscription]]\nto = ["reader@trust.example"]\nwatches = ["*"]\ncadence = "immediate"\n'
)


def own_words(number: int) -> str:
    """Prose that shares no sentence with that of another number, so that none is a copy."""
    chance = Random(number)  # the same at each run
    syllables = ("ba", "co", "di", "fu", "ge", "hol", "kin", "lar", "mes", "nor", "pra", "ros")
    words = ["".join(chance.choices(syllables, k=chance.randint(2, 3))) for _ in range(160)]
    sentences = [
        f"{words[at].capitalize()} {' '.join(words[at + 1 : at + 8])} of the trust."
        for at in range(0, len(words), 8)
    ]
    return "\n\n".join(" ".join(sentences[at : at + 5]) for at in range(0, len(sentences), 5))


def publish(
    site: FakeSite,
    count: int,
    *,
    path: str = "/feed.xml",
    about: str = "Halcyon",
    text: Callable[[int], str] | None = None,
    extra: str = "",
) -> None:
    """A feed of `count` articles, each with its page; their texts are alike, or made by `text`.

    `extra` are further elements of its head.
    """
    entries = []
    for number in range(count):
        title = f"{about} story {number}"
        words = long_text(f"{about} {number}") if text is None else text(number)
        link = site.page(f"/{about}-{number}", article_page(title, words))
        entries.append(Entry(title=title, link=link, guid=f"{about}-{number}"))
    site.page(path, feed(entries, extra=extra), content_type=FEED_TYPE)


def eventually(true: Callable[[], bool], *, within: float = 60.0) -> bool:
    """Whether something comes true in time."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.02)
    return true()


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A service process."""

    process: Forked | subprocess.Popen[str]
    errors: Path

    @property
    def log(self) -> str:
        """What it has said on standard error."""
        return self.errors.read_text()

    def ends_within(self, seconds: float) -> bool:
        """Whether SIGTERM ends it with exit code 0 in time."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """A configuration folder and a data folder, and the service that runs on them."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def database(self) -> Path:
        return self.data / "supplierwatch.db"

    @property
    def mails(self) -> list[Path]:
        """The messages that were written to files."""
        return sorted((self.data / "mail").glob("*.eml"))

    def write(self, name: str, text: str) -> None:
        """Replace a configuration file."""
        (self.config / name).write_text(text, encoding="utf-8")

    def settings(self, *, mail: str = "", service: str = 'listen = ""\n') -> None:
        """Write settings.toml, with more lines under [mail] and [service]."""
        self.write(
            "settings.toml",
            f'[mail]\nfrom = "watch@trust.example"\n{mail}[operator]\nto = "it@trust.example"\n'
            f"[service]\ndata = '{self.data}'\n{service}"
            '[crawl]\nallowed_hosts = ["127.0.0.0/8"]\ndownload_delay = "0s"\nmax_age = "off"\n',
        )

    def sources(self, **urls: str) -> None:
        """Write sources.toml: key and address of each feed."""
        made = (f'[[source]]\nkey = "{k}"\nkind = "feed"\nurl = "{u}"\n' for k, u in urls.items())
        self.write("sources.toml", "\n".join(made))

    @contextmanager
    def running(
        self,
        *,
        before: Sequence[str] = (),
        environ: Mapping[str, str] | None = None,
        forked: bool = True,
    ) -> Iterator[Running]:
        """The service from start to the end of the block, killed if it has not ended by then.

        `before` is a command that runs it, `environ` what is added to the environment.
        Where memory is measured it should not be `forked`: it would begin with what that holds.
        """
        arguments = ["--config", str(self.config), "run"]
        errors = self.folder / "errors.log"
        process: Forked | subprocess.Popen[str]
        with errors.open("w") as sink:
            if before or not forked:
                process = subprocess.Popen(
                    [*before, sys.executable, "-m", "supplierwatch", *arguments],
                    stdout=subprocess.DEVNULL,
                    stderr=sink,
                    text=True,
                    env={**os.environ, **(environ or {})},
                )
            else:
                process = start_program(arguments, errors=sink, environ=environ)
            try:
                yield Running(process=process, errors=errors)
            finally:
                if process.poll() is None:
                    process.kill()
                process.wait()

    @contextmanager
    def reading(self) -> Iterator[Unit]:
        """What is stored."""
        with self.store() as store, store.reading() as unit:
            yield unit

    @contextmanager
    def store(self) -> Iterator[Store]:
        store = open_store(f"sqlite:///{self.database}")
        try:
            yield store
        finally:
            store.close()

    def welcomed(self) -> bool:
        """Whether the first poll is over and its message written."""
        return any("welcome" in path.name for path in self.mails)

    def sql(self, statement: str) -> None:
        """Change the database as time would, so that no test waits for it."""
        with closing(sqlite3.connect(self.database, timeout=30)) as connection, connection:
            connection.execute(statement)

    def make_due(self) -> None:
        """Let the time of every next poll have come."""
        self.sql("UPDATE source SET next_at = '2026-01-01 00:00:00.000000'")


def an_installation(folder: Path, site: FakeSite) -> Installation:
    """A valid configuration with one feed, one watch and one reader who is told at once."""
    made = Installation(folder=folder)
    made.config.mkdir(parents=True)
    made.settings()
    made.sources(outlet=site.url("/feed.xml"))
    made.write("watches.toml", WATCHES)
    made.write("subscriptions.toml", IMMEDIATE)
    return made
