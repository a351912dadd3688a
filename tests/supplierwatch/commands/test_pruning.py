"""`prune` and [retention], as an operator uses them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from storage.tables import item
from tests.supplierwatch.installation import House, a_house, an_article


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path)
    quiet = "Nothing that anybody watches stands in this text, however long it is read. " * 5
    house.stores(
        *(an_article(name, title=name, body=f"{name} {quiet}", content_hash=name) for name in "ab")
    )
    return house


def keep(house: House, written: str) -> None:
    settings = (house.config / "settings.toml").read_text()
    house.write("settings.toml", f"{settings}\n[retention]\n{written}\n")


def age(house: House, days: int) -> None:
    """Make the first item older."""
    with house.store() as store, store.transaction() as unit:
        older = {"first_seen_at": datetime.now(UTC) - timedelta(days=days)}
        unit.items._db.execute(update(item).where(item.c.id == 1).values(older))


def test_without_retention_everything_is_kept(house: House) -> None:
    age(house, 9000)
    assert "Everything is kept" in house.run("prune").stdout
    assert house.json("prune")["texts"] == 0


def test_a_dry_run_says_what_goes_and_leaves_it(house: House) -> None:
    keep(house, 'texts = "100d"')
    age(house, 200)
    for _ in range(2):
        assert "1 text with 0 earlier versions" in house.run("prune", "--dry-run").stdout
    assert house.json("prune") == {
        "dry_run": False,
        "texts": 1,
        "versions": 0,
        "mentions": 0,
        "messages": 0,
        "raw": 0,
    }
    assert house.json("prune")["texts"] == 0


def test_the_service_prunes_what_its_time_is_over(house: House) -> None:
    keep(house, 'texts = "100d"')
    age(house, 200)
    with house.service() as service:
        assert service.prune().texts == 1
        with service.store.reading() as unit:
            bodies = [item.body for item in unit.items.newest(limit=9)]
    assert sorted(map(bool, bodies)) == [False, True]


def test_too_short_a_time_is_refused_with_its_line(house: House) -> None:
    keep(house, 'texts = "2d"')
    run = house.run("check")
    assert run.exit_code == 3
    assert "texts" in run.output
    assert "30d" in run.output
