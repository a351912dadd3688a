"""What the service says of its own state, and workers that fail."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.model import CrawlReport, Receipt
from storage.store import Store
from supplierwatch.health import health as module
from supplierwatch.health.health import Health
from supplierwatch.health.reasons import STALE_AFTER
from supplierwatch.service.worker import Worker
from tests.support.crawls import a_source
from tests.support.outgoing import a_notification
from tests.support.services import eventually

NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)


class Service:
    """As much of a service as health looks at."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def clock(self) -> datetime:
        return NOW


@pytest.fixture
def health(store: Store) -> Health:
    return Health(Service(store))


def test_an_empty_service_is_well(health: Health) -> None:
    said = health.report()
    assert said["status"] == "ok"
    assert said["sources"] == {"watched": 0, "polled": 0, "failing": []}
    assert said["items"] == 0


def test_what_is_said_can_be_written_as_json(health: Health, store: Store) -> None:
    polled(store, error="HTTP 403")
    health.note_failure("match", OSError("disk full"))
    said = health.report()
    assert json.loads(json.dumps(said)) == said


def test_a_worker_that_failed_makes_it_fail_until_a_round_goes_well(health: Health) -> None:
    health.note_success("match")
    assert health.report()["status"] == "ok"
    health.note_failure("match", OSError("disk full"))
    said = health.report()
    assert said["status"] == "failing"
    assert said["workers"]["match"]["error"] == "OSError: disk full"
    health.note_success("match")
    assert health.report()["status"] == "ok"


def test_a_worker_that_hangs_makes_it_fail(health: Health, monkeypatch: pytest.MonkeyPatch) -> None:
    health.note_success("deliver")
    late = time.monotonic() + STALE_AFTER + 1
    monkeypatch.setattr(module.time, "monotonic", lambda: late)
    health.note_success("match")
    said = health.report()
    assert said["status"] == "failing"
    assert said["workers"]["deliver"]["seconds_ago"] > STALE_AFTER
    assert said["workers"]["match"]["seconds_ago"] == 0


def test_a_worker_that_hangs_in_its_first_round_makes_it_fail(
    health: Health, monkeypatch: pytest.MonkeyPatch
) -> None:
    health.note_start("crawl")
    assert health.report()["status"] == "ok"
    late = time.monotonic() + STALE_AFTER + 1
    monkeypatch.setattr(module.time, "monotonic", lambda: late)
    assert health.report()["status"] == "failing"


def polled(store: Store, *, error: str | None = None) -> None:
    with store.transaction() as unit:
        unit.sources.declare([a_source("ledger", "https://ledger.example/feed")], NOW)
        unit.sources.claim_due(
            NOW, limit=1, owner="r", lease=timedelta(minutes=5), even_if_not_due=True
        )
        unit.sources.finish(
            CrawlReport(
                source_key="ledger",
                run_id="r",
                started_at=NOW,
                finished_at=NOW,
                outcome="failed" if error else "ok",
                errors=(error,) if error else (),
            ),
            next_at=NOW + timedelta(minutes=15),
            validators=None,
            baseline_done=error is None,
        )


def test_a_source_that_fails_degrades_it_and_is_named_with_its_cause(
    health: Health, store: Store
) -> None:
    polled(store)
    assert health.report()["status"] == "ok"
    polled(store, error="HTTP 403")
    said = health.report()
    assert said["status"] == "degraded"
    [failing] = said["sources"]["failing"]
    assert (failing["key"], failing["failures"], failing["cause"]) == ("ledger", 1, "HTTP 403")
    assert failing["last_success"] == NOW.isoformat()


def test_an_open_notice_degrades_it(health: Health, store: Store) -> None:
    with store.transaction() as unit:
        unit.notices.raise_("config-refused", "watches.toml:3", NOW)
    said = health.report()
    assert said["status"] == "degraded"
    assert said["notices"] == [
        {"key": "config-refused", "text": "watches.toml:3", "since": NOW.isoformat()}
    ]


def test_a_dead_message_degrades_it(health: Health, store: Store) -> None:
    with store.transaction() as unit:
        unit.outbox.enqueue(a_notification(), NOW)
        message = unit.outbox.claim(NOW, owner="o", lease=timedelta(minutes=1))
        assert message is not None
    assert health.report()["status"] == "ok"
    with store.transaction() as unit:
        receipt = Receipt(outcome="refused", code=550, detail="no such user")
        unit.outbox.record(message.row_id, receipt, now=NOW, next_at=None)
    said = health.report()
    assert (said["status"], said["messages"]) == ("degraded", {"dead": 1})


class Broken:
    """A store that does not answer."""

    def reading(self) -> Any:
        raise OSError("disk I/O error")


def test_a_database_that_does_not_answer_makes_it_fail() -> None:
    service: Any = Service(Broken())  # type: ignore[arg-type]
    said = Health(service).report()
    assert said["status"] == "failing"
    assert said["database"] == "OSError: disk I/O error"


@pytest.fixture
def start(tmp_path: Path, sqlite_store: Store) -> Iterator[Callable[..., Worker]]:
    """Starts workers that end with the test."""
    stopping = threading.Event()
    started: list[Worker] = []

    def run(work: Callable[[], object], *wakes: Worker, name: str = "work") -> Worker:
        health = Health(Service(sqlite_store))
        worker = Worker(name, work, health, stopping, wakes=wakes)
        started.append(worker)
        worker.start()
        return worker

    yield run
    stopping.set()
    assert all(worker.join(5) for worker in started)


def test_a_worker_that_failed_tries_again_and_says_so(start: Callable[..., Worker]) -> None:
    rounds: list[int] = []

    def work() -> None:
        rounds.append(1)
        if len(rounds) == 1:
            raise OSError("database is locked")

    worker = start(work)
    assert eventually(lambda: worker.health.report()["status"] == "failing")
    assert eventually(lambda: worker.health.report()["status"] == "ok")
    assert len(rounds) == 2


def test_a_worker_that_did_something_wakes_the_next(start: Callable[..., Worker]) -> None:
    todo, second = [True, False], threading.Event()
    follower = start(second.set, name="second")
    assert second.wait(5)
    second.clear()
    first = start(lambda: todo.pop(0), follower, name="first")
    assert second.wait(5)
    assert eventually(lambda: todo == [False])
    second.clear()
    first.wake()
    assert eventually(lambda: todo == [])
    assert not second.wait(0.3)  # nothing was done: nobody is woken


def test_a_wake_during_a_round_makes_another_round(start: Callable[..., Worker]) -> None:
    begun, go_on, rounds = threading.Event(), threading.Event(), []

    def work() -> None:
        rounds.append(1)
        begun.set()
        go_on.wait(5)

    worker = start(work)
    assert begun.wait(5)
    worker.wake()
    go_on.set()
    assert eventually(lambda: len(rounds) == 2)
