"""`quarantine`, and what the service does with alarms, feeds and pruning that fail."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from alerts import matching
from alerts.dispatch import alarms
from config.model import RetentionSettings
from storage.archive.retention import Retention
from supplierwatch.service import watch_feeds as feeds
from supplierwatch.service.steps import pruning
from supplierwatch.service.steps.pruning import prune_all
from supplierwatch.service.watch_feeds import WatchFeeds
from tests.alerts.dispatch.test_alarms import clock  # noqa: F401  # a fixture
from tests.supplierwatch.instance import Instance, an_article, an_instance

DAY = timedelta(days=1)


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return an_instance(tmp_path)


def mark_to_be_matched(instance: Instance) -> None:
    """Have what is stored matched again."""
    with instance.store() as store, store.transaction() as unit:
        for table in ("pending_telling", "mention", "pending_match"):
            unit.items._db.execute(text(f"DELETE FROM {table}"))
        again = "INSERT INTO pending_match SELECT id, '2026-01-01 00:00:00.000000' FROM item"
        unit.items._db.execute(text(again))


def set_aside(instance: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    """One item that cannot be matched, tried three times."""

    def fail(*_: Any) -> Any:
        raise ZeroDivisionError

    instance.stores(an_article())
    mark_to_be_matched(instance)
    with monkeypatch.context() as patch, instance.service() as service:
        patch.setattr(matching, "match_item", fail)
        for minutes in (0, 1, 6):
            service.clock = lambda minutes=minutes: datetime.now(UTC) + timedelta(minutes=minutes)
            service.match()


def test_nothing_is_in_quarantine(instance: Instance) -> None:
    assert "Nothing is in quarantine" in instance.run("quarantine").stdout
    assert instance.json("quarantine") == {"quarantine": []}


def test_what_is_set_aside_is_listed_explained_and_tried_again(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_aside(instance, monkeypatch)

    listed = instance.run("quarantine").stdout
    assert "match 1" in listed
    assert "ZeroDivisionError" in listed
    [trouble] = instance.json("quarantine")["quarantine"]
    assert (trouble["task"], trouble["subject"], trouble["attempts"]) == ("match", "1", 3)
    assert trouble["next_at"] is None
    url = "https://ward-ledger.example/2026/millbrook"
    assert "item 1 cannot be matched: set aside" in instance.run("explain", url).stdout
    assert instance.json("explain", url)["failures"] == [trouble]

    assert "1 subject" in instance.run("quarantine", "retry", "match", "1").stdout
    with instance.service() as service:
        assert service.match() == 1
    assert instance.json("quarantine") == {"quarantine": []}


def test_retry_says_what_there_is_where_nothing_of_that_name_failed(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_aside(instance, monkeypatch)
    said = instance.run("quarantine", "retry", "match", "99")
    assert said.exit_code == 2
    assert "match 1" in said.stderr
    assert instance.run("quarantine", "retry").exit_code == 2
    assert "1 subject" in instance.run("quarantine", "retry", "--all").stdout


def test_a_feed_that_cannot_be_made_keeps_no_other_from_being_written(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = (instance.config / "settings.toml").read_text()
    instance.write("settings.toml", settings.replace("[service]", "[service]\nfeeds = true"))
    instance.write(
        "watches.toml",
        "[[watch]]\nkey = \"bad\"\nquery = 'trust'\n[[watch]]\nkey = \"good\"\nquery = 'trust'\n",
    )
    instance.write("subscriptions.toml", "# none\n")
    instance.stores(an_article())
    real = feeds.render_watch_feed

    def render_watch_feed(unit: Any, context: Any, watch_key: str, place: Any) -> bytes:
        if watch_key == "bad":
            raise ZeroDivisionError
        return real(unit, context, watch_key, place)

    with instance.service() as service:
        service.match()
        desk = WatchFeeds(service)
        folder = service.catalog.settings.service.data / "feeds"
        now = datetime.now(UTC)
        with monkeypatch.context() as patch:
            patch.setattr(feeds, "render_watch_feed", render_watch_feed)
            assert desk.write() == 1
            for minutes in (1, 6, 60):
                service.clock = lambda minutes=minutes: now + timedelta(minutes=minutes)
                assert desk.write() == 0
        assert [path.name for path in folder.iterdir()] == ["good.atom"]
        with service.store.transaction() as unit:
            assert [t.subject for t in unit.quarantine.list() if t.quarantined_at] == ["bad"]
            unit.quarantine.retry(service.clock(), "feed")
        assert desk.write() == 1
        assert (folder / "bad.atom").exists()


def test_a_row_that_cannot_be_pruned_keeps_no_other(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance.stores(*(an_article(name, title=name, content_hash=name) for name in "abc"))
    now = datetime.now(UTC) + 100 * DAY
    kept = RetentionSettings(texts=30 * DAY)
    real = Retention.prune_texts

    def prune_texts(self: Retention, ids: Any, at: datetime) -> Any:
        if 2 in ids:
            raise ZeroDivisionError
        return real(self, ids, at)

    with instance.store() as store:
        # what waits to be matched and what is found waits
        with store.transaction() as unit:
            unit.items._db.execute(text("DELETE FROM pending_telling"))
        with monkeypatch.context() as patch:
            patch.setattr(Retention, "prune_texts", prune_texts)
            assert prune_all(store, kept, now).texts == 2
            for hours in (1, 2, 3, 4):
                assert prune_all(store, kept, now + timedelta(hours=hours)).is_empty
        with store.transaction() as unit:
            [trouble] = unit.quarantine.list()
            assert (trouble.task, trouble.subject) == (pruning.TASK, "text-of-item-2")
            assert trouble.quarantined_at is not None
            unit.quarantine.retry(now, pruning.TASK)
        assert prune_all(store, kept, now + DAY).texts == 1


def test_an_alarm_that_cannot_be_looked_for_keeps_no_other_and_no_message(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance.write(
        "subscriptions.toml",
        "\n".join(
            f'[[subscription]]\nkey = "{key}"\nto = ["{key}@trust.example"]\n'
            'watches = ["halcyon-trusts"]\ncadence = "immediate"\n'
            '[[subscription.expect]]\nwatch = "corvid"\nwithin = "1d"\n'
            for key in ("bad", "good")
        ),
    )
    real = alarms._find_silent

    def silent(*args: Any, subscription: Any, **more: Any) -> Any:
        if subscription.key == "bad":
            raise ZeroDivisionError
        return real(*args, subscription=subscription, **more)

    monkeypatch.setattr(alarms, "_find_silent", silent)
    with instance.service() as service:
        service.clock = lambda: datetime.now(UTC) + 3 * DAY
        service.tell()
        with service.store.reading() as unit:
            told = {m.notification.recipient for m in unit.outbox.list()}
            assert [t.subject for t in unit.quarantine.list()] == ["silent bad"]
    assert told == {"good@trust.example"}
