"""A damaged row of any table, beside a reader, an operator and articles that are none of its own.

SQLite stores any value in any column. One row is damaged at a time, in a database on which the
steps of the service and the desk run: what comes later is matched and told, and is shown on the
desk to other users.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from supplierwatch.health.health import Health
from supplierwatch.service.run import audience_of
from supplierwatch.service.source_states import read_states
from supplierwatch.wiring import load
from tests.desk.browser import Browser, RunningDesk, running_desk
from tests.faults.damaged_rows import TABLES, columns_of, damaged, fill, odd_values
from tests.supplierwatch.instance import SUBSCRIPTIONS, an_article
from tests.support.services import own_words
from tests.support.sizes import size

SUBSCRIBED = f"""{SUBSCRIPTIONS}
[[subscription]]
key = "now"
to = ["now@trust.example"]
watches = ["*"]
cadence = "immediate"
"""
OF_READERS = (
    "/", "/search?q=halcyon", "/suppliers", "/suppliers/halcyon", "/watches",
    "/watches/halcyon-trusts", "/sources", "/sources/trolley", "/briefings", "/account", "/tokens",
)  # fmt: skip
OF_OPERATORS = (
    "/messages", "/operator", "/set-aside", "/users", "/changes", "/subscriptions",
    "/subscriptions/now", "/channels",
)  # fmt: skip

LOOKS_SIGNED_IN = 50  # of seven hours each


@dataclass(slots=True)
class Innocents:
    """A desk whose reader and operator did nothing that is damaged."""

    desk: RunningDesk
    reader: Browser
    operator: Browser
    stored: int = 0
    faults: list[str] = field(default_factory=list)

    def sign_in(self) -> None:
        """Begin new sessions: they end after 30 days of the clock, which each look advances."""
        self.reader = self.desk.browser("reader")
        self.operator = self.desk.browser("operator")

    def publish(self, title: str, source: str = "trolley") -> int:
        """Store an article with words of its own; returns the number of its item."""
        self.stored += 1
        now, name = self.desk.clock(), f"n{self.stored}"
        article = an_article(
            name,
            source_key=source,
            title=title,
            url=f"https://{source}.example/{name}",
            body=f"Halcyon Health wrote to the trust.\n\n{own_words(self.stored)}",
            fetched_at=now,
            published_at=now - timedelta(hours=1),
        )
        with self.desk.service.store.transaction() as unit:
            return unit.items.put(article, now=now, baseline=False).item_id

    def work(self) -> None:
        """Do each step of the service once; what fails is noted."""
        service = self.desk.service
        health = Health(service, audience=lambda: audience_of(service))
        steps: tuple[Callable[[], object], ...] = (
            lambda: read_states(service.store, self.desk.clock()),  # as the crawls do
            service.match,
            lambda: self.desk.clock.advance(timedelta(minutes=20)),
            service.tell,
            service.deliver,
            service.index,
            lambda: self.desk.clock.advance(timedelta(hours=7)),  # so that pruning is due
            service.prune,
            health.report,
        )
        for step in steps:
            try:
                step()
            except Exception as error:
                self.faults.append(f"{step}: {type(error).__name__}: {error}"[:300])

    def look(self) -> list[str]:
        """Publish, and return what was not matched, told or shown of it."""
        self.faults = []
        if self.stored % LOOKS_SIGNED_IN == 0:
            self.sign_in()
        title = f"Halcyon goes on {self.stored} at the trust"
        number = self.publish(title)
        self.work()
        if not self._is_told(title):
            self.faults.append("not told")
        self._read(self.reader, *OF_READERS, f"/item/{number}", f"/story/{number}")
        self._read(self.operator, *OF_OPERATORS)
        if title not in self.reader.ask("/").words:
            self.faults.append("not shown on Today")
        return self.faults

    def _is_told(self, title: str) -> bool:
        newest = sorted((self.desk.instance.data / "mail").glob("*"))[-6:]
        return any(
            title.encode() in path.read_bytes().replace(b"=\r\n", b"").replace(b"=\n", b"")
            for path in newest
        )

    def _read(self, browser: Browser, *paths: str) -> None:
        for path in paths:
            if (code := browser.ask(path).code) not in (200, 303):
                self.faults.append(f"{path}: {code}")


@pytest.fixture(scope="module")
def innocents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Innocents]:
    with running_desk(tmp_path_factory.mktemp("desk")) as desk:
        desk.instance.write("subscriptions.toml", SUBSCRIBED)
        desk.service.put_in_force(load(desk.instance.config, {}))
        desk.people()
        desk.browser("editor")
        made = Innocents(desk, desk.browser("reader"), desk.browser("operator"))
        made.publish("Halcyon breaks at the trust", "ward-ledger")
        made.publish("Halcyon waits at the trust")
        made.work()
        assert made.look() == []
        for table in TABLES.values():
            fill(desk.service.store._engine, table, desk.clock())
        yield made


@pytest.mark.sized
@pytest.mark.parametrize("name", TABLES)
def test_a_damaged_row_of_any_table_keeps_nothing_from_anybody_else(
    innocents: Innocents, name: str
) -> None:
    table = TABLES[name]
    engine = innocents.desk.service.store._engine
    odd = [(column, value) for column in columns_of(table) for value in odd_values(column)]
    found = {}
    for column, value in size(odd, odd[len(odd) // 2 :][:1]):
        fill(engine, table, innocents.desk.clock())
        with damaged(str(engine.url.database), table, column.name, value) as is_damaged:
            if is_damaged and (faults := innocents.look()):
                found[column.name, value] = list(faults)
    assert found == {}
