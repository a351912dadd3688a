"""Crawls in children: which are started, and that each is answered for however it ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config.model import Catalog, Source
from storage.model import SourceState
from storage.store import Store
from supplierwatch.service.crawl_supervisor import CrawlSupervisor
from tests.support.clock import Clock
from tests.support.crawls import a_source, crawl_settings, utc_now
from tests.support.desk import a_catalog
from tests.support.program_forks import started_launchers
from tests.support.services import eventually, publish
from tests.support.site import FEED_TYPE, FakeSite, feed, hang


class Monotonic:
    """A monotonic clock that goes forward by hand alone: a busy machine must not be overdue."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return self.ahead


@dataclass
class Crew:
    """A supervisor over a store, with everything that its children said."""

    store: Store
    crawls: CrawlSupervisor
    clock: Clock
    monotonic: Monotonic
    catalog: Catalog
    said: list[dict[str, Any]] = field(default_factory=list)

    def start(self, **more: Any) -> frozenset[str]:
        return self.crawls.start_due(self.catalog, **more)

    def idle(self) -> bool:
        self.said += self.crawls.collect()
        return not self.crawls.busy

    def state(self, key: str) -> SourceState:
        with self.store.reading() as unit:
            state: SourceState | None = unit.sources.get(key)
        assert state is not None
        return state

    def runs(self) -> list[str | None]:
        with self.store.reading() as unit:
            return [run.status for run in unit.runs.last(20)]

    def finished(self) -> set[str]:
        return {e["source"] for e in self.said if e["event"] == "source.finished"}


@pytest.fixture
def crews(sqlite_store: Store) -> Iterator[Any]:
    made: list[Crew] = []

    def crew(*sources: Source, concurrent: int = 2, owner: str = "service") -> Crew:
        clock, monotonic = Clock(utc_now()), Monotonic()
        catalog = a_catalog([], {})
        # the tests of a whole worker of pytest count as the service
        settings = crawl_settings(concurrent_batches=concurrent, memory_limit_mb=4096)
        object.__setattr__(catalog, "sources", tuple(sources))
        object.__setattr__(catalog.settings, "crawl", settings)
        with sqlite_store.transaction() as unit:
            unit.sources.declare(sources, clock())
        made.append(
            Crew(
                sqlite_store,
                CrawlSupervisor(sqlite_store, owner=owner, clock=clock, monotonic=monotonic),
                clock,
                monotonic,
                catalog,
            )
        )
        return made[-1]

    yield crew
    for each in made:
        each.crawls.stop(grace=0)


@pytest.fixture
def site() -> Iterator[FakeSite]:
    with FakeSite(("127.0.0.2", "127.0.0.3", "127.0.0.4")) as site:
        publish(site, 2)
        site.page("/empty.xml", feed([]), content_type=FEED_TYPE)
        site.behave("/silent.xml", hang())
        yield site


def test_due_sources_are_read_and_are_not_due_again(crews: Any, site: FakeSite) -> None:
    crew = crews(a_source("ledger", site.url("/feed.xml")))
    assert crew.start() == {"ledger"}
    assert eventually(crew.idle)
    assert crew.finished() == {"ledger"}
    assert crew.runs() == ["finished"]
    assert crew.state("ledger").lease_owner is None
    assert crew.state("ledger").next_at > crew.clock()
    assert crew.start() == frozenset()


def test_a_source_is_asked_before_its_time_only_where_that_is_wanted(
    crews: Any, site: FakeSite
) -> None:
    crew = crews(a_source("ledger", site.url("/empty.xml")), a_source("b", site.url("/feed.xml")))
    assert crew.start() == {"ledger", "b"}
    assert eventually(crew.idle)
    assert crew.start() == frozenset()
    assert crew.start(keys=["ledger"], even_if_not_due=True) == {"ledger"}
    assert eventually(crew.idle)


def test_one_host_is_never_asked_by_two_crawls(crews: Any, site: FakeSite) -> None:
    crew = crews(a_source("one", site.url("/silent.xml")), a_source("two", site.url("/empty.xml")))
    assert crew.start(keys=["one"]) == {"one"}
    assert crew.start() == frozenset()


def test_no_more_children_run_than_the_settings_allow(crews: Any, site: FakeSite) -> None:
    hosts = [a_source(f"s{n}", site.url("/silent.xml", host=h)) for n, h in enumerate(site.hosts)]
    crew = crews(*hosts, concurrent=1)
    assert crew.start(keys=["s0"]) == {"s0"}
    assert crew.start() == frozenset()


def test_slow_sources_leave_a_slot_to_the_others(crews: Any, site: FakeSite) -> None:
    first, second, third = site.hosts
    crew = crews(
        a_source("slow", site.url("/silent.xml", host=first), kind="tenders"),
        a_source("slow-too", site.url("/silent.xml", host=second), kind="tenders"),
        a_source("press", site.url("/feed.xml", host=third)),
    )
    assert crew.start(keys=["slow"]) == {"slow"}
    assert crew.start(keys=["slow-too"]) == frozenset()
    assert crew.start() == {"press"}


def test_slow_sources_are_polled_where_there_is_one_slot(crews: Any, site: FakeSite) -> None:
    crew = crews(a_source("slow", site.url("/silent.xml"), kind="tenders"), concurrent=1)
    assert crew.start() == {"slow"}


def pid_of(crew: Crew) -> int:
    [running] = crew.crawls._running.values()  # to kill it as the kernel would
    return running.child.pid


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_child_that_is_killed_costs_its_sources_a_retry_and_nothing_else(
    crews: Any, site: FakeSite
) -> None:
    crew = crews(a_source("silent", site.url("/silent.xml")))
    crew.start()
    assert eventually(lambda: site.requests("/silent.xml") != [])
    os.killpg(pid_of(crew), signal.SIGKILL)
    assert eventually(crew.idle)
    state = crew.state("silent")
    assert state.lease_owner is None
    assert state.failures == 1
    assert "ended with -9" in (state.last_error or "")
    assert crew.runs() == ["ended with -9"]
    crew.clock.advance(timedelta(days=1))
    assert crew.start() == {"silent"}


def test_what_a_killed_child_had_finished_is_not_counted_against_its_source(
    crews: Any, site: FakeSite
) -> None:
    crew = crews(
        a_source("quick", site.url("/feed.xml")),
        a_source("silent", site.url("/silent.xml", host=site.hosts[1])),
    )
    assert crew.start() == {"quick", "silent"}
    assert eventually(lambda: not crew.idle() and "quick" in crew.finished())
    os.killpg(pid_of(crew), signal.SIGKILL)
    assert eventually(crew.idle)
    assert (crew.state("quick").failures, crew.state("silent").failures) == (0, 1)


def test_a_child_that_lets_its_deadline_pass_is_ended(crews: Any, site: FakeSite) -> None:
    crew = crews(a_source("silent", site.url("/silent.xml")))
    crew.start()
    assert eventually(lambda: site.requests("/silent.xml") != [])
    pid = pid_of(crew)
    crew.monotonic.ahead = crew.catalog.settings.crawl.batch_deadline.total_seconds() + 5
    assert not crew.idle()  # the child itself has a few seconds to see to it
    crew.monotonic.ahead += 15
    assert eventually(crew.idle)
    assert not alive(pid)
    assert crew.state("silent").lease_owner is None
    assert crew.state("silent").failures == 1


def test_a_stop_ends_children_and_is_not_held_against_their_sources(
    crews: Any, site: FakeSite
) -> None:
    crew = crews(a_source("silent", site.url("/silent.xml")))
    crew.start()
    assert eventually(lambda: site.requests("/silent.xml") != [])
    pid = pid_of(crew)
    crew.crawls.stop(grace=5)
    assert not alive(pid)
    assert not crew.crawls.busy
    state = crew.state("silent")
    assert state.lease_owner is None
    assert state.failures == 0
    assert state.next_at <= crew.clock()  # it is due at the next start
    assert crew.runs() == ["stopped"]


def test_what_an_earlier_process_left_open_is_due_at_once_and_blamed_on_no_source(
    crews: Any, site: FakeSite
) -> None:
    source = a_source("ledger", site.url("/empty.xml"))
    earlier = crews(source)
    with earlier.store.transaction() as unit:
        unit.runs.start("service-dead", ["ledger"], earlier.clock())
        unit.sources.claim_due(
            earlier.clock(), limit=1, owner="service-dead", lease=timedelta(hours=1)
        )
    crew = crews(source)
    assert crew.start() == frozenset()
    assert crew.crawls.release_open_runs() == 1
    assert crew.state("ledger").failures == 0
    with crew.store.reading() as unit:
        assert unit.runs.open() == ()
    assert crew.start() == {"ledger"}
    assert eventually(crew.idle)


def test_runs_of_other_processes_are_left_open_where_the_database_is_shared(store: Store) -> None:
    with store.transaction() as unit:
        for owner in ("service-dead", "other-alive"):
            unit.runs.start(owner, ["ledger"], utc_now())

    closed = CrawlSupervisor(store, owner="service", clock=utc_now).release_open_runs()

    with store.reading() as unit:
        left = [run.run_id for run in unit.runs.open()]
    assert (closed, left) == ((1, ["other-alive"]) if store.shared else (2, []))


def test_a_lease_that_ran_out_is_taken_over(crews: Any, site: FakeSite) -> None:
    crew = crews(a_source("ledger", site.url("/empty.xml")))
    with crew.store.transaction() as unit:
        unit.sources.claim_due(
            crew.clock(), limit=1, owner="elsewhere", lease=timedelta(minutes=12)
        )
    assert crew.start() == frozenset()
    crew.clock.advance(timedelta(minutes=13))
    assert crew.start() == {"ledger"}
    assert eventually(crew.idle)


def test_a_child_that_cannot_be_started_leaves_no_lease_behind(
    crews: Any, site: FakeSite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    crew = crews(a_source("ledger", site.url("/empty.xml")))
    with started_launchers(), monkeypatch.context() as broken:
        broken.setattr("sys.executable", str(tmp_path / "no-python"))
        with pytest.raises(FileNotFoundError):
            crew.start()
    assert crew.state("ledger").lease_owner is None
    assert crew.runs() == ["could not be started"]
    assert crew.start(even_if_not_due=True) == {"ledger"}
    assert eventually(crew.idle)
