"""Every statement fails once, over matching, filing, alarms, welcome, pruning and quarantine."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from alerts import matching
from alerts.filing import file_some
from config.model import Expected, RetentionSettings
from storage.errors import StorageError
from storage.store import Store
from supplierwatch.pruning import prune_all
from supplierwatch.quarantined import retry_quarantined, tell_of_quarantined
from tests.support.clock import Clock
from tests.support.desk import Desk, a_subscription

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEPT = RetentionSettings(texts=2 * DAY, mentions=2 * DAY)
MOST = 4_000


def a_round(desk: Desk) -> None:
    """What the workers of the service do, once; each fails by itself."""
    steps = (
        desk.match,
        desk.welcome,
        desk.tell,
        desk.alarm,
        lambda: tell_of_quarantined(desk.store, desk.context, desk.clock()),
        lambda: file_some(desk.store),
        lambda: prune_all(desk.store, KEPT, desk.clock()),
        desk.deliver,
    )
    for step in steps:
        with suppress(StorageError):
            step()


def test_every_statement_of_every_stage_that_fails_once_loses_nothing(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The n-th statement fails, for n up to the end of a round (RELIABILITY 6, row 41).

    In each round an item is told, another one fails until it is set aside, and one is pruned.
    """
    expecting = replace(
        a_subscription("alerts"), expect=(Expected(watch="epr", source=None, within=HOUR),)
    )
    desk = Desk(store, clock, expecting)
    desk.poll()
    real = matching.match_item

    def match_item(item: Any, *rest: Any) -> Any:
        if item.title.startswith("Poison"):
            raise ZeroDivisionError
        return real(item, *rest)

    monkeypatch.setattr(matching, "match_item", match_item)
    calls, fails_at = 0, 0

    def before(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal calls
        if statement.lstrip().startswith(("PRAGMA", "SET ", "EXPLAIN", "SELECT set_config")):
            return
        calls += 1
        if calls == fails_at:
            raise OperationalError(statement, {}, Exception("disk I/O error"))

    event.listen(store._engine, "before_cursor_execute", before)
    # rounds differ by a few statements, so that over the rounds every kind of statement is met
    step = 3 if store.url.startswith("sqlite") else 11
    titles: list[str] = []
    poisons = 0
    for nth in range(1, MOST, step):
        fails_at = 0
        titles.append(f"Halcyon reports {nth}")
        desk.publish(titles[-1])
        if len(titles) % 6 == 1:
            desk.publish(f"Poison {nth}")
            poisons += 1
        calls, fails_at = 0, nth
        a_round(desk)
        failed = calls >= nth
        fails_at = 0
        for pause in (HOUR, HOUR, HOUR):
            clock.advance(pause)
            a_round(desk)
        if not failed:
            break
    event.remove(store._engine, "before_cursor_execute", before)
    assert nth > 40
    told = [m for m in desk.inbox.messages if m.notification.kind == "alert"]
    for title in titles:
        slug = title.lower().replace(" ", "-")
        carrying = [m for m in told if f"/{slug}\r\n" in _body(m.notification.raw)]
        assert len(carrying) == 1, f"{title} is told by one message"
    with store.reading() as unit:
        assert unit.subscribers.waiting() == {}
        aside = [t for t in unit.quarantine.list() if t.quarantined_at is not None]
        waiting = unit.items._db.scalar(text("SELECT count(*) FROM pending_match"))
        assert set(unit.outbox.counts()) == {"sent"}
    assert {t.task for t in aside} <= {"match", "index"}
    assert len([t for t in aside if t.task == "match"]) == waiting == poisons
    assert [m.notification.kind for m in desk.inbox.messages].count("welcome") == 1

    monkeypatch.undo()
    with store.transaction() as unit:
        retry_quarantined(unit, clock())
    for _ in titles:
        a_round(desk)
    with store.reading() as unit:
        assert unit.quarantine.troubles("match") == {}
        assert unit.items.pending(now=clock(), limit=9) == ()


def _body(raw: bytes) -> str:
    return raw.decode().replace("=\r\n", "")


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 24, 7, 0, tzinfo=UTC))
