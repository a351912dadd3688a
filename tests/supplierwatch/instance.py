"""A small media watch on disk: configuration, database, and the real command line over both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from storage.model import Article, TextState
from storage.rules.identity import content_hash
from storage.store import Store, open_store
from supplierwatch.cli import app
from supplierwatch.service.service import Service
from supplierwatch.wiring import CompiledConfiguration, load
from tests.support.databases import make_sqlite

BODY = (
    "Millbrook Hospitals has paused its move to the shared data platform, the trust told staff "
    "on Monday. Halcyon Health, which supplies the software, said that it would work through "
    "every concern before the next board meeting. Two other trusts are watching closely, and the "
    "contract is worth four million pounds over three years, according to the board papers."
)

SETTINGS = """
[mail]
from = "Media watch <watch@trust.example>"
[service]
data = "{data}"
listen = ""
[crawl]
allowed_hosts = ["127.0.0.0/8"]
max_age = "off"
download_delay = "0s"
memory_limit_mb = 4096 # the process of the tests counts as the service, and holds more than one
"""

SOURCES = """
[[source]]
key = "ward-ledger"
kind = "feed"
url = "https://ward-ledger.example/feed"
name = "The Ward Ledger"

[[source]]
key = "trolley"
kind = "feed"
url = "https://trolley.example/feed"
"""

SUPPLIERS = """
[[supplier]]
key = "halcyon"
names = ["Halcyon Health", "Halcyon"]
"""

WATCHES = """
[[watch]]
key = "halcyon-trusts"
query = '@halcyon AND trust'

[[watch]]
key = "no-board"
query = 'halcyon NOT "board papers"'

[[watch]]
key = "corvid"
query = '"corvid data"'
"""

SUBSCRIPTIONS = """
[[subscription]]
key = "morning"
to = ["comms@trust.example"]
watches = ["halcyon-trusts"]
cadence = "daily at 07:30"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A configuration folder and what was done with it."""

    config: Path
    data: Path

    def run(self, *args: str, input: str | None = None) -> Result:  # noqa: A002
        """Type a command."""
        typed = ["--config", str(self.config), *args]
        return CliRunner().invoke(app, typed, input=input, env={"COLUMNS": "80", "TERM": "dumb"})

    def json(self, *args: str, code: int = 0) -> Any:
        """Type a command with --json; its document."""
        run = self.run(*args, "--json")
        assert run.exit_code == code, run.output
        return json.loads(run.stdout)

    def write(self, name: str, text: str) -> None:
        """Replace a configuration file."""
        (self.config / name).write_text(text, encoding="utf-8")

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The database, open and migrated."""
        with self._open_store(load(self.config, {})) as store:
            yield store

    @contextmanager
    def service(self) -> Iterator[Service]:
        """The service's jobs over the database."""
        configured = load(self.config, {})
        with self._open_store(configured) as store:
            yield Service(configured, store, owner="test")

    @contextmanager
    def _open_store(self, configured: CompiledConfiguration) -> Iterator[Store]:
        url = configured.catalog.settings.service.database_url
        if url.startswith("sqlite:///"):
            make_sqlite(Path(url.removeprefix("sqlite:///")))
        store = open_store(url)
        yield store
        store.close()

    def stores(self, *articles: Article, baseline: bool = False) -> None:
        """Store articles as a poll of now would, and match them."""
        with self.service() as service:
            now = datetime.now(UTC)
            for article in articles:
                with service.store.transaction() as unit:
                    unit.items.put(article, now=now, baseline=baseline)
            service.match()


def an_instance(folder: Path) -> Instance:
    """A valid configuration with nothing stored."""
    instance = Instance(config=folder / "config", data=folder / "data")
    instance.config.mkdir(parents=True)
    instance.write("settings.toml", SETTINGS.format(data=instance.data))
    instance.write("sources.toml", SOURCES)
    instance.write("suppliers.toml", SUPPLIERS)
    instance.write("watches.toml", WATCHES)
    instance.write("subscriptions.toml", SUBSCRIPTIONS)
    return instance


def an_article(name: str = "millbrook", **changes: object) -> Article:
    """What a source listed and its page said; any field may be named."""
    title = str(changes.get("title", "Millbrook pauses its Halcyon roll-out"))
    body = str(changes.get("body", BODY))
    fields: dict[str, object] = {
        "source_key": "ward-ledger",
        "kind": "news",
        "url": f"https://ward-ledger.example/2026/{name}",
        "alias_urls": (),
        "guid": name,
        "title": title,
        "authors": ("Ruth Amery",),
        "published_at": datetime.now(UTC) - timedelta(hours=2),
        "published_raw": None,
        "language": "en",
        "summary": "The move is on hold.",
        "body": body,
        "comments": "",
        "text_state": TextState.FULL,
        "thin_reason": None,
        "content_hash": content_hash(title, body),
        "entry_hash": name,
        "fetched_at": datetime.now(UTC),
    }
    fields.update(changes)
    return Article(**fields)  # type: ignore[arg-type]
