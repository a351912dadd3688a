"""Health tells what hangs, waits, fails and is gone; the operator hears of it another way."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.engine.service_lock import ServiceLock
from storage.model import Receipt
from storage.store import Store
from supplierwatch.health import health
from supplierwatch.health import operator_alerts as attention
from supplierwatch.health.disk_space import LOW_BYTES, LOW_FILES, disk_reasons
from supplierwatch.health.health import Audience, Health
from supplierwatch.health.operator_alerts import OperatorAlerts, attention_file
from supplierwatch.health.reasons import ROUND_LIMITS, Reason
from supplierwatch.service import watchdog as guardian
from supplierwatch.service.service import Service
from supplierwatch.service.watchdog import Watchdog
from supplierwatch.shell.exits import Exit
from supplierwatch.wiring import load
from tests.supplierwatch.instance import Instance, an_instance
from tests.support.builders import NOW, an_article
from tests.support.clock import Clock
from tests.support.outgoing import a_notification

MINUTE = timedelta(minutes=1)


PATIENCE = 240.0  # seconds; only a failure waits so long


COMMAND = (sys.executable, "-m", "supplierwatch")


class Watched:
    """As much of a service as health looks at."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock


class Seconds:
    """A monotonic clock that goes when it is told to."""

    now = 1_000_000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> Seconds:
    made = Seconds()
    monkeypatch.setattr(health, "time", made)
    return made


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def watched(sqlite_store: Store, clock: Clock, seconds: Seconds) -> Health:
    return Health(
        Watched(sqlite_store, clock),
        audience=lambda: Audience(digests=("daily",), alerts=("alerts",)),
    )


@pytest.mark.parametrize("worker", sorted(ROUND_LIMITS))
def test_a_worker_that_is_busy_for_longer_than_its_limit_hangs(
    watched: Health, seconds: Seconds, worker: str
) -> None:
    watched.note_start(worker)
    watched.note_round(worker)
    seconds.now += ROUND_LIMITS[worker]
    assert watched.report()["status"] == "ok"
    seconds.now += 1
    said = watched.report()
    assert said["status"] == "failing"
    assert said["reasons"] == [
        f"the worker {worker} hangs: it has been busy with one task for "
        f"{ROUND_LIMITS[worker] + 1:.0f} seconds, "
        f"and should take {ROUND_LIMITS[worker]:.0f} at most"
    ]
    watched.note_success(worker)
    assert watched.report()["status"] == "ok"


def test_a_worker_that_gets_on_with_a_long_round_does_not_hang(
    watched: Health, seconds: Seconds
) -> None:
    watched.note_round("deliver")
    for _ in range(20):
        seconds.now += 300
        watched.beat("deliver")
    assert watched.report()["status"] == "ok"


def test_telling_that_writes_message_after_message_does_not_hang(
    watched: Health, seconds: Seconds, sqlite_store: Store
) -> None:
    watched.note_round("tell")
    for number in range(5):
        with sqlite_store.transaction() as unit:
            unit.outbox.enqueue(a_notification(key=f"k{number}"), NOW)
        seconds.now += 250
        watched.observe_progress()
        assert not [r for r in watched.reasons() if r.key == "worker:tell"]
    seconds.now += 301
    watched.observe_progress()
    assert [r.key for r in watched.reasons() if r.weight == "failing"] == ["worker:tell"]


def test_a_worker_that_fails_again_and_again_says_how_often(watched: Health) -> None:
    for _ in range(3):
        watched.note_round("tell")
        watched.note_failure("tell", OSError("disk full"))
    said = watched.report()
    assert said["reasons"] == [
        "the worker tell failed 3 times in a row, last by OSError: disk full; it is tried again"
    ]
    watched.note_success("tell")
    assert watched.report()["workers"]["tell"]["failures"] == 0


def test_an_item_that_waits_too_long_to_be_matched_is_told_with_its_age(
    watched: Health, seconds: Seconds, clock: Clock, sqlite_store: Store
) -> None:
    with sqlite_store.transaction() as unit:
        unit.items.put(an_article(), now=NOW, baseline=False)
    clock.advance(10 * MINUTE)
    # a service that was started just now has had no time for it
    assert watched.report()["status"] == "ok"
    seconds.now += 600
    said = watched.report()
    assert said["status"] == "degraded"
    assert said["waiting"]["match"] == {
        "count": 1,
        "oldest_seconds": 600.0,
        "normal_seconds": 300.0,
    }
    assert said["reasons"] == [
        "1 wait at the stage match, the oldest for 600 seconds; up to 300 are usual"
    ]
    assert said["waiting"]["index"]["count"] == 1


def test_a_message_that_nobody_sends_is_told(
    watched: Health, seconds: Seconds, clock: Clock, sqlite_store: Store
) -> None:
    with sqlite_store.transaction() as unit:
        unit.outbox.enqueue(a_notification(), NOW)
    clock.advance(16 * MINUTE)
    seconds.now += 16 * 60
    assert [reason.key for reason in watched.reasons()] == ["late:deliver"]


def defer(store: Store, clock: Clock, key: str) -> None:
    """A message of which an attempt fails now, by a mail server that does not answer."""
    with store.transaction() as unit:
        unit.outbox.enqueue(a_notification(key=key), clock())
        message = unit.outbox.claim(clock(), owner="o", lease=MINUTE)
        assert message is not None
        receipt = Receipt(outcome="deferred", detail="connection refused")
        unit.outbox.record(message.row_id, receipt, now=clock(), next_at=clock() + 300 * MINUTE)


def deliver(store: Store, clock: Clock, key: str) -> None:
    """A message that is delivered now."""
    with store.transaction() as unit:
        unit.outbox.enqueue(a_notification(key=key), clock())
        message = unit.outbox.claim(clock(), owner="o", lease=MINUTE)
        assert message is not None
        receipt = Receipt(outcome="delivered", detail="250 queued")
        unit.outbox.record(message.row_id, receipt, now=clock(), next_at=None)


def test_a_mail_server_that_takes_nothing_for_ten_minutes_degrades_it(
    watched: Health, clock: Clock, sqlite_store: Store
) -> None:
    defer(sqlite_store, clock, "one")
    clock.advance(9 * MINUTE)
    defer(sqlite_store, clock, "two")
    assert watched.report()["status"] == "ok"
    clock.advance(2 * MINUTE)
    said = watched.report()
    assert said["status"] == "degraded"
    [reason] = said["reasons"]
    assert "nothing could be delivered by email for more than ten minutes" in reason
    assert "2 messages are tried again" in reason
    assert reason.endswith("connection refused")
    assert said["channels_failing"][0]["messages"] == 2
    deliver(sqlite_store, clock, "three")
    assert watched.report()["status"] == "ok"


def stat_of(*, free: int = 10 * LOW_BYTES, files: int = 10 * LOW_FILES, flag: int = 0) -> Any:
    """As os.statvfs would say of a disk."""
    return lambda _: os.statvfs_result(
        (1, 1, free * 2, free, free, files * 2, files, files, flag, 255)
    )


def test_a_disk_with_little_room_is_told(tmp_path: Path) -> None:
    assert disk_reasons(tmp_path, stat_of()) == ()
    [full] = disk_reasons(tmp_path, stat_of(free=LOW_BYTES - 1))
    assert (full.key, full.weight, full.urgent) == ("disk-full", "degraded", True)
    [files] = disk_reasons(tmp_path, stat_of(files=LOW_FILES - 1))
    assert files.key == "disk-files"
    [readonly] = disk_reasons(tmp_path, stat_of(flag=os.ST_RDONLY))
    assert (readonly.key, readonly.weight) == ("disk-readonly", "failing")
    [gone] = disk_reasons(tmp_path / "gone")
    assert (gone.key, gone.weight) == ("data-folder", "failing")


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    made = an_instance(tmp_path)
    settings = (made.config / "settings.toml").read_text()
    made.write(
        "settings.toml",
        settings
        + '\n[operator]\nto = "it@trust.example"\nalso = ["channel:ops"]\n'
        + '[[channel]]\nkey = "ops"\nkind = "ntfy"\nurl = "https://ntfy.example"\nto = "ops"\n',
    )
    return made


@pytest.fixture
def service(instance: Instance) -> Iterator[Service]:
    with instance.store() as store:
        yield Service(load(instance.config, {}), store, owner="test")


MAIL_FAILS = Reason(
    key="channel:email", text="nothing could be delivered", weight="degraded", urgent=True
)


def operators(service: Service) -> list[tuple[str, str]]:
    """Channel and recipient of each message to the operator."""
    with service.store.reading() as unit:
        return sorted(
            (m.notification.channel, m.notification.recipient) for m in unit.outbox.list()
        )


def test_what_is_urgent_and_lasts_is_told_once_by_each_way_and_stands_in_a_file(
    service: Service, instance: Instance
) -> None:
    seconds = Seconds()
    told = OperatorAlerts(service.store, seconds.monotonic)

    def update(*reasons: Reason) -> None:
        told.update(reasons, service.in_force.context, instance.data, NOW)

    update(MAIL_FAILS)
    assert operators(service) == []  # it may pass
    assert not attention_file(instance.data).exists()
    for _ in range(3):
        seconds.now += attention.NOTIFY_AFTER
        update(MAIL_FAILS)
    assert operators(service) == [("email", "it@trust.example"), ("ops", "channel:ops")]
    assert "nothing could be delivered" in attention_file(instance.data).read_text()
    update()
    assert not attention_file(instance.data).exists()
    # it comes back the same day: the file says so, and nobody is written to again
    for _ in range(2):
        update(MAIL_FAILS)
        seconds.now += attention.NOTIFY_AFTER
    assert len(operators(service)) == 2
    update(MAIL_FAILS)
    assert attention_file(instance.data).exists()


def test_what_is_not_urgent_is_left_to_notices(service: Service, instance: Instance) -> None:
    seconds = Seconds()
    told = OperatorAlerts(service.store, seconds.monotonic)
    for _ in range(2):
        told.update(
            [Reason(key="notice:x", text="x", weight="degraded")],
            service.in_force.context,
            instance.data,
            NOW,
        )
        seconds.now += attention.NOTIFY_AFTER
    assert operators(service) == []


def test_a_channel_that_the_operator_names_has_to_exist(instance: Instance) -> None:
    settings = (instance.config / "settings.toml").read_text()
    instance.write("settings.toml", settings.replace('"channel:ops"', '"channel:opps"'))
    run = instance.run("check")
    assert run.exit_code == Exit.CONFIG_INVALID
    assert "names no [[channel]]" in run.output
    assert "did you mean channel:ops?" in run.output


def test_the_running_service_writes_the_file_while_its_mail_server_is_down(
    service: Service, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attention, "NOTIFY_AFTER", 0.0)
    monkeypatch.setattr(guardian, "EXAMINE_EVERY", 0.0)
    clock = Clock(service.clock() - 20 * MINUTE)
    defer(service.store, clock, "one")
    with ServiceLock(instance.data) as lock:
        keeper = Watchdog(service, Health(service), lock)
        keeper.check()
        assert "connection refused" in attention_file(instance.data).read_text()
        assert ("ops", "channel:ops") in operators(service)
