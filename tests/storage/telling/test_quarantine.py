"""Attempts are counted, put off, set aside and tried again; on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage.store import Store
from storage.telling.quarantine import (
    DELAYS,
    DID_NOT_FINISH,
    KEPT_FOR,
    MAX_ATTEMPTS,
    MAX_CAUSE,
    MAX_DELAY,
    FailedTask,
    is_ready,
)
from tests.support.builders import NOW

MINUTE = timedelta(minutes=1)


def trouble_of(store: Store, task: str = "match", subject: str = "7") -> FailedTask | None:
    with store.reading() as unit:
        return unit.quarantine.get(task, subject)


def test_an_attempt_that_never_ends_has_been_counted(store: Store) -> None:
    for number in range(1, 5):
        with store.transaction() as unit:
            assert unit.quarantine.begin("match", "7", NOW) == number
    failed_task = trouble_of(store)
    assert failed_task is not None
    assert (failed_task.attempts, failed_task.cause, failed_task.first_at) == (
        4,
        DID_NOT_FINISH,
        NOW,
    )


def test_pauses_grow_and_are_bounded_and_the_third_failure_sets_aside(store: Store) -> None:
    now = NOW
    for number in range(1, MAX_ATTEMPTS + 1):
        with store.transaction() as unit:
            unit.quarantine.begin("match", "7", now)
            assert unit.quarantine.fail("match", "7", "ZeroDivisionError", now) == (
                number == MAX_ATTEMPTS
            )
        failed_task = trouble_of(store)
        assert failed_task is not None
        assert failed_task.retry_at == now + DELAYS[number - 1]
        if number < MAX_ATTEMPTS:
            assert not is_ready(failed_task, failed_task.retry_at - MINUTE / 2)
            assert is_ready(failed_task, failed_task.retry_at)
        now = failed_task.retry_at
    assert failed_task.quarantined_at is not None
    assert not is_ready(failed_task, NOW + timedelta(days=9000))
    with store.transaction() as unit:
        unit.quarantine.begin("match", "8", NOW)
        for _ in range(9):
            unit.quarantine.begin("match", "8", NOW)
    last = trouble_of(store, subject="8")
    assert last is not None
    assert last.retry_at == NOW + MAX_DELAY


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=1), timedelta(days=3650)])
def test_a_clock_that_ran_ahead_holds_no_attempt_back(store: Store, ahead: timedelta) -> None:
    with store.transaction() as unit:
        unit.quarantine.begin("match", "7", NOW + ahead)
    failed_task = trouble_of(store)
    assert failed_task is not None
    assert is_ready(failed_task, NOW)


def test_what_ends_well_is_forgotten_and_nothing_else(store: Store) -> None:
    with store.transaction() as unit:
        for task, subject in (("match", "7"), ("match", "77"), ("tell", "7")):
            unit.quarantine.begin(task, subject, NOW)
        assert unit.quarantine.succeed("match", ["7", "8"]) == 1
    with store.reading() as unit:
        assert [(t.task, t.subject) for t in unit.quarantine.list()] == [
            ("match", "77"),
            ("tell", "7"),
        ]


def test_a_retry_counts_anew_and_is_due(store: Store) -> None:
    with store.transaction() as unit:
        for subject in "123":
            for _ in range(3):
                unit.quarantine.begin("match", subject, NOW)
            unit.quarantine.fail("match", subject, "why", NOW)
        assert unit.quarantine.retry(NOW, "match", "2") == 1
    two, three = trouble_of(store, subject="2"), trouble_of(store, subject="3")
    assert two is not None
    assert three is not None
    assert (two.attempts, is_ready(two, NOW)) == (0, True)
    assert not is_ready(three, NOW)
    with store.transaction() as unit:
        assert unit.quarantine.retry(NOW) == 3


def test_a_cause_of_any_length_and_kind_is_kept_in_one_bounded_line(store: Store) -> None:
    with store.transaction() as unit:
        unit.quarantine.begin("match", "7", NOW)
        unit.quarantine.fail("match", "7", "a\r\nb\x00\ud800 " + "x" * 100_000, NOW)
        unit.quarantine.begin("tell", "to " + "a" * 5_000, NOW)
        unit.quarantine.fail("tell", "to " + "a" * 5_000, "why", NOW)
    failed_task = trouble_of(store)
    assert failed_task is not None
    assert failed_task.cause is not None
    assert failed_task.cause.startswith("a b")
    assert len(failed_task.cause) <= MAX_CAUSE
    with store.transaction() as unit:
        assert unit.quarantine.succeed("tell", ["to " + "a" * 5_000]) == 1


def test_rows_of_long_ago_go(store: Store) -> None:
    with store.transaction() as unit:
        unit.quarantine.begin("match", "old", NOW - KEPT_FOR - MINUTE)
        unit.quarantine.begin("match", "aside", NOW - KEPT_FOR - MINUTE)
        unit.quarantine.fail("match", "aside", "why", NOW - KEPT_FOR - MINUTE, most=1)
        unit.quarantine.begin("match", "young", NOW)
        assert unit.quarantine.prune(NOW) == 1
        assert set(unit.quarantine.failed_tasks("match")) == {"aside", "young"}
