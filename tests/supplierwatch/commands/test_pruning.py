"""`prune` and [retention], as an operator uses them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from storage.tables import item
from tests.supplierwatch.instance import Instance, an_article, an_instance


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    instance = an_instance(tmp_path)
    quiet = "Nothing that anybody watches stands in this text, however long it is read. " * 5
    instance.stores(
        *(an_article(name, title=name, body=f"{name} {quiet}", content_hash=name) for name in "ab")
    )
    return instance


def keep(instance: Instance, written: str) -> None:
    settings = (instance.config / "settings.toml").read_text()
    instance.write("settings.toml", f"{settings}\n[retention]\n{written}\n")


def age(instance: Instance, days: int) -> None:
    """Make the first item older."""
    with instance.store() as store, store.transaction() as unit:
        older = {"first_seen_at": datetime.now(UTC) - timedelta(days=days)}
        unit.items._db.execute(update(item).where(item.c.id == 1).values(older))


def test_without_retention_everything_is_kept(instance: Instance) -> None:
    age(instance, 9000)
    assert "Everything is kept" in instance.run("prune").stdout
    assert instance.json("prune")["texts"] == 0


def test_a_dry_run_says_what_goes_and_leaves_it(instance: Instance) -> None:
    keep(instance, 'texts = "100d"')
    age(instance, 200)
    for _ in range(2):
        assert "1 text with 0 earlier versions" in instance.run("prune", "--dry-run").stdout
    assert instance.json("prune") == {
        "dry_run": False,
        "texts": 1,
        "versions": 0,
        "mentions": 0,
        "messages": 0,
        "raw": 0,
    }
    assert instance.json("prune")["texts"] == 0


def test_the_service_prunes_what_its_time_is_over(instance: Instance) -> None:
    keep(instance, 'texts = "100d"')
    age(instance, 200)
    with instance.service() as service:
        assert service.prune().texts == 1
        with service.store.reading() as unit:
            bodies = [item.body for item in unit.items.newest(limit=9)]
    assert sorted(map(bool, bodies)) == [False, True]


def test_too_short_a_time_is_refused_with_its_line(instance: Instance) -> None:
    keep(instance, 'texts = "2d"')
    run = instance.run("check")
    assert run.exit_code == 3
    assert "texts" in run.output
    assert "30d" in run.output
