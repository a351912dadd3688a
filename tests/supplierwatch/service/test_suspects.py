"""Sources that end the process that polls them: found out one by one, and no other is blamed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.polling.source_health import find_problems
from tests.supplierwatch.service.test_crawling import Crew, crews, site
from tests.support.crawls import a_source
from tests.support.services import eventually
from tests.support.site import FakeSite
from tests.support.trouble import trouble

__all__ = ["crews", "site"]  # fixtures


@pytest.fixture(autouse=True)
def troubled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in trouble(tmp_path).items():
        monkeypatch.setenv(name, value)


def run_while(crew: Crew, true: Callable[[], bool]) -> bool:
    """Start what is due and hear what is said, as the service does, until something is so."""

    def once() -> bool:
        crew.start()
        crew.idle()
        return true()

    return eventually(once, within=120)


def test_a_source_that_ends_its_batch_is_found_and_the_others_are_polled_and_not_blamed(
    crews: Any, site: FakeSite
) -> None:
    crew = crews(
        a_source("kills", site.url("/feed.xml"), kind="trouble"),
        a_source("one", site.url("/feed.xml", host=site.hosts[1]), kind="trouble"),
        a_source("two", site.url("/feed.xml", host=site.hosts[2]), kind="trouble"),
        concurrent=1,
    )
    assert crew.start() == {"kills", "one", "two"}
    assert run_while(crew, lambda: crew.state("kills").failures == 1)
    assert run_while(crew, lambda: {"one", "two"} <= crew.finished())
    assert eventually(crew.idle)
    assert [crew.state(key).failures for key in ("one", "two")] == [0, 0]
    assert [crew.state(key).unfinished_polls for key in ("one", "two")] == [0, 0]
    guilty = crew.state("kills")
    assert guilty.unfinished_polls == 2
    assert guilty.next_at > crew.clock()
    [found] = find_problems(guilty, crew.clock())
    assert found.kind == "unfinished"
    assert "kills" in found.text
    assert guilty.url in found.text


def test_a_source_found_out_is_polled_alone_and_less_and_less_often(
    crews: Any, site: FakeSite
) -> None:
    crew = crews(
        a_source("kills", site.url("/feed.xml"), kind="trouble"),
        a_source("one", site.url("/feed.xml", host=site.hosts[1]), kind="trouble"),
    )
    crew.start()
    assert run_while(crew, lambda: crew.state("kills").failures == 1)
    first = crew.state("kills").next_at - crew.clock()
    # the other was under suspicion too, and one that is runs at a time
    assert run_while(crew, lambda: "one" in crew.finished() and not crew.crawls.busy)
    crew.clock.advance(timedelta(days=1))
    assert {"kills"} in [set(run.keys) for run in _runs(crew)]
    assert run_while(crew, lambda: crew.state("kills").failures == 2)
    assert crew.state("kills").next_at - crew.clock() > first
    assert crew.state("one").failures == 0


def _runs(crew: Crew) -> list[Any]:
    crew.start()
    return list(crew.crawls._running.values())  # to see which sources share a process


def test_a_service_that_is_killed_blames_no_source(crews: Any, site: FakeSite) -> None:
    crew = crews(a_source("one", site.url("/silent.xml")))
    crew.start()
    crew.crawls.stop(grace=5)
    assert crew.state("one").unfinished_polls == 0
