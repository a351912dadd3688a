"""The operator is told of pages that took more than they may, each once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from storage.store import Store
from supplierwatch.heavy_pages import MOST_OPEN, close_notices_of_pages, tell_of_pages
from supplierwatch.memory_watch import LEAST_MB
from supplierwatch.wiring import load
from tests.support.builders import NOW
from tests.support.clock import Clock
from tests.support.desk import Desk, a_subscription


def too_much(item: int) -> dict[str, Any]:
    return {
        "event": "page.too-much",
        "source": "ledger",
        "item": item,
        "url": f"http://ledger.example/{item}",
        "reason": "reading it took longer than 15 s of processor time",
    }


def a_desk(store: Store) -> Desk:
    return Desk(store, Clock(NOW), a_subscription())


def messages(store: Store) -> list[str]:
    with store.reading() as unit:
        return [one.notification.raw.decode() for one in unit.outbox.list()]


def test_the_operator_is_told_once_of_a_page_that_was_too_much(sqlite_store: Store) -> None:
    context = a_desk(sqlite_store).context
    for hour in range(3):
        at = NOW + timedelta(hours=hour)
        tell_of_pages(sqlite_store, context, [too_much(7)], at)
    with sqlite_store.reading() as unit:
        [notice] = unit.notices.open()
    assert "source ledger" in notice.text
    assert "http://ledger.example/7" in notice.text
    assert "15 s of processor time" in notice.text
    assert len(messages(sqlite_store)) == 1


def test_a_flood_of_such_pages_is_one_message_and_so_many_notices(sqlite_store: Store) -> None:
    tell_of_pages(
        sqlite_store, a_desk(sqlite_store).context, [too_much(n) for n in range(MOST_OPEN + 9)], NOW
    )
    with sqlite_store.reading() as unit:
        assert len(unit.notices.open()) == MOST_OPEN
    assert len(messages(sqlite_store)) == 1


def test_a_notice_closes_when_its_page_is_gone_or_was_read(sqlite_store: Store) -> None:
    tell_of_pages(sqlite_store, a_desk(sqlite_store).context, [too_much(7)], NOW)
    with sqlite_store.transaction() as unit:
        close_notices_of_pages(unit, NOW)  # there is no such item any more
        assert unit.notices.open() == ()


def test_a_memory_limit_that_no_batch_fits_into_is_warned_of(tmp_path: Path) -> None:
    for name in ("sources", "suppliers", "watches", "subscriptions"):
        (tmp_path / f"{name}.toml").write_text("# none\n")
    settings = '[mail]\nfrom = "watch@trust.example"\n[crawl]\nmemory_limit_mb = '
    (tmp_path / "settings.toml").write_text(f"{settings}{LEAST_MB - 1}\n")
    [warning] = load(tmp_path, {}).warnings
    assert str(LEAST_MB) in warning.message
    (tmp_path / "settings.toml").write_text(f"{settings}{LEAST_MB}\n")
    assert load(tmp_path, {}).warnings == ()
