"""The operator is told of pages that took more than they may, each once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from storage.store import Store
from supplierwatch.health.heavy_pages import (
    MAX_LINES,
    MAX_OF_SOURCE,
    close_page_notices,
    report_heavy_pages,
)
from supplierwatch.health.memory_watch import MIN_MB
from supplierwatch.wiring import load
from tests.support.builders import NOW, a_source, a_text, an_article
from tests.support.clock import Clock
from tests.support.desk import Desk, a_subscription


def too_much(item: int, what: str = "page", source: str = "ledger") -> dict[str, Any]:
    return {
        "event": f"{what}.over-limit",
        "source": source,
        "item": item,
        "url": f"http://{source}.example/{item}",
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
        report_heavy_pages(sqlite_store, context, [too_much(7)], at)
    with sqlite_store.reading() as unit:
        [notice] = unit.notices.open()
    assert "source ledger" in notice.text
    assert "http://ledger.example/7" in notice.text
    assert "15 s of processor time" in notice.text
    assert len(messages(sqlite_store)) == 1


def store_articles(store: Store, keys: Sequence[str]) -> list[int]:
    """An article of each source; returns their numbers."""
    with store.transaction() as unit:
        unit.sources.declare([a_source(key) for key in sorted(set(keys))], NOW)
        return [
            unit.items.put(
                an_article(
                    source_key=key,
                    guid=f"g{number}",
                    title=f"Notice {number} of {key}",
                    url=f"http://{key}.example/{number}",
                    body=a_text(number=number, about=f"{key} {number}"),
                ),
                now=NOW,
                baseline=False,
            ).item_id
            for number, key in enumerate(keys)
        ]


def test_a_flood_of_such_pages_is_one_message_and_leaves_room_for_other_sources(
    sqlite_store: Store,
) -> None:
    context = a_desk(sqlite_store).context
    numbers = store_articles(sqlite_store, ["ledger"] * 2 * MAX_OF_SOURCE)
    for hour, part in enumerate((numbers[:4], numbers[4:])):
        at = NOW + timedelta(hours=hour)
        report_heavy_pages(sqlite_store, context, [too_much(n) for n in part], at)
    with sqlite_store.reading() as unit:
        texts = [one.text for one in unit.notices.open()]
    assert len(texts) == MAX_OF_SOURCE + 1
    assert "more pages of source ledger" in texts[-1]
    assert len(messages(sqlite_store)) == 2
    later = NOW + timedelta(hours=2)
    report_heavy_pages(sqlite_store, context, [too_much(n) for n in numbers], later)
    assert len(messages(sqlite_store)) == 2
    others = [too_much(1000 + n, source=f"outlet-{n}") for n in range(2 * MAX_LINES)]
    report_heavy_pages(sqlite_store, context, others, later)
    assert len(messages(sqlite_store)) == 3
    with sqlite_store.reading() as unit:
        named = " ".join(one.text for one in unit.notices.open())
    assert all(f"source outlet-{n} " in named for n in range(2 * MAX_LINES))


def test_edits_and_entries_that_were_too_much_are_named_too(sqlite_store: Store) -> None:
    context = a_desk(sqlite_store).context
    [number] = store_articles(sqlite_store, ["ledger"])
    events = [too_much(number, "recheck"), too_much(0, "entry", source="trolley")]
    report_heavy_pages(sqlite_store, context, events, NOW)
    with sqlite_store.transaction() as unit:
        close_page_notices(unit, NOW)
        entry, looked = unit.notices.open()
        assert "the text read before is kept" in looked.text
        assert "an entry of source trolley" in entry.text
        close_page_notices(unit, NOW + timedelta(days=15))
        assert unit.notices.open() == ()


def test_a_notice_closes_when_its_page_is_gone_or_was_read(sqlite_store: Store) -> None:
    report_heavy_pages(sqlite_store, a_desk(sqlite_store).context, [too_much(7)], NOW)
    with sqlite_store.transaction() as unit:
        close_page_notices(unit, NOW)  # there is no such item any more
        assert unit.notices.open() == ()


def test_a_memory_limit_that_no_batch_fits_into_is_warned_of(tmp_path: Path) -> None:
    for name in ("sources", "suppliers", "watches", "subscriptions"):
        (tmp_path / f"{name}.toml").write_text("# none\n")
    settings = '[mail]\nfrom = "watch@trust.example"\n[crawl]\nmemory_limit_mb = '
    (tmp_path / "settings.toml").write_text(f"{settings}{MIN_MB - 1}\n")
    [warning] = load(tmp_path, {}).warnings
    assert str(MIN_MB) in warning.message
    (tmp_path / "settings.toml").write_text(f"{settings}{MIN_MB}\n")
    assert load(tmp_path, {}).warnings == ()
