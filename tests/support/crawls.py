"""Crawls for tests: declared sources, jobs, and children that run to their end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from config.model import CrawlSettings, Source, Where
from crawler.jobs.job import CrawlJob
from crawler.processes.children import Child, spawn
from storage.model import SourceState, StoredItem
from storage.store import Store

AGENT = "supplierwatch/0.1 (+https://watch.trust.example/about)"


def utc_now() -> datetime:
    return datetime.now(UTC)


def a_source(key: str, url: str, **changes: Any) -> Source:
    """A source as a file would declare it."""
    values: dict[str, Any] = {
        "kind": "feed",
        "name": key,
        "every": timedelta(minutes=15),
        "min_every": timedelta(minutes=5),
        "max_every": timedelta(hours=24),
        "enabled": True,
        "confidence": "verified",
        "item_kind": "news",
        "language": None,
        "verify_tls": True,
        "where": Where(file="sources.toml", line=1),
    }
    return Source(key=key, url=url, **(values | changes))


def crawl_settings(**changes: Any) -> CrawlSettings:
    """Settings under which loopback may be crawled without waiting."""
    values: dict[str, Any] = {
        "allowed_hosts": ("127.0.0.0/8",),
        "user_agent": AGENT,
        "concurrent_batches": 2,
        "batch_deadline": timedelta(minutes=2),
        "memory_limit_mb": 512,
        "download_delay": timedelta(0),
    }
    return CrawlSettings(**(values | changes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    """What a child said and how it ended."""

    code: int | None
    events: tuple[Mapping[str, Any], ...]

    def report(self, key: str) -> Mapping[str, Any]:
        """The report of a source."""
        for event in self.events:
            if event["event"] == "source.finished" and event["source"] == key:
                report: Mapping[str, Any] = event["report"]
                return report
        raise AssertionError(f"{key} has no report in {self.events}")


class Crawls:
    """Starts crawls of sources over one store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._runs = 0
        self.children: list[Child] = []

    def start(
        self,
        *sources: Source,
        settings: CrawlSettings | None = None,
        pages: int = 50,
        deadline: float = 60.0,
        timeout: float = 5.0,
    ) -> Child:
        """Declare and claim sources and start a child for them."""
        self._runs += 1
        run_id = f"run-{self._runs}"
        now = utc_now()
        with self.store.transaction() as unit:
            unit.sources.declare(sources, now)
            for state in unit.sources.all():
                if state.lease_owner is not None:
                    unit.sources.release(state.lease_owner, now=now, error=None)
            unit.sources.claim_due(
                now,
                limit=len(sources),
                owner=run_id,
                lease=timedelta(minutes=10),
                even_if_not_due=True,
            )
        child = spawn(
            CrawlJob(
                run_id=run_id,
                database_url=self.store.url,
                sources=sources,
                crawl=settings or crawl_settings(),
                pages_per_source=pages,
                deadline=timedelta(seconds=deadline),
                timeout=timedelta(seconds=timeout),
            )
        )
        self.children.append(child)
        return child

    def run(self, *sources: Source, **more: Any) -> Crawled:
        """Crawl sources in a child and wait for its end."""
        child = self.start(*sources, **more)
        code = child.wait(90)
        return Crawled(code=code, events=tuple(child.events()))

    def end(self) -> None:
        """Kill what still runs."""
        for child in self.children:
            child.terminate(grace=0)

    def items(self) -> tuple[StoredItem, ...]:
        """All items, oldest first."""
        with self.store.reading() as unit:
            return tuple(reversed(unit.items.newest(limit=10_000)))

    def state(self, key: str) -> SourceState:
        """What is remembered of a source."""
        with self.store.reading() as unit:
            state: SourceState | None = unit.sources.get(key)
        assert state is not None
        return state


def titles(items: Sequence[StoredItem]) -> list[str]:
    """Titles in the order of the items."""
    return [item.title for item in items]
