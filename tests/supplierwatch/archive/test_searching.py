"""search over an indexed archive: what it says of how far it looked, and how the index is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.query.index.archive_words import SPELLING
from alerts.search.archive_search import Order, SearchResult
from storage.text_index.full_text import IndexCoverage
from supplierwatch.shell.exits import Exit
from supplierwatch.views.search_results import summary
from tests.supplierwatch.instance import Instance, an_article, an_instance
from tests.support.services import an_installation, eventually, publish
from tests.support.site import FakeSite

MARCH = datetime(2026, 3, 3, 12, tzinfo=UTC)


@pytest.fixture
def stocked(tmp_path: Path) -> Instance:
    """Thirty items, all in the index; one is about Corvid and Halcyon, the others about one."""
    instance = an_instance(tmp_path)
    instance.stores(
        an_article("both", title="Corvid Data and Halcyon Health share an office"),
        *[an_article(f"n{n}", title=f"Halcyon opens office {n}") for n in range(29)],
    )
    with instance.service() as service:
        assert service.index() == 30
        assert service.index() == 0
    return instance


def test_only_what_the_index_names_is_looked_at(stocked: Instance) -> None:
    run = stocked.run("search", "corvid")
    assert "1 item found (30 items stored)." in run.stdout
    assert "newest first" not in run.stdout


def test_what_the_index_rules_out_is_no_empty_archive(stocked: Instance) -> None:
    run = stocked.run("search", "zorbiq")
    assert run.exit_code == Exit.NOTHING_FOUND
    assert "Nothing found (30 items stored)." in run.stdout


def test_the_most_telling_come_first_where_that_is_asked_for(stocked: Instance) -> None:
    by_words = stocked.json("search", "corvid OR halcyon", "--sort", "relevance", "--limit", "3")
    by_date = stocked.json("search", "corvid OR halcyon", "--limit", "3")
    assert by_words["found"][0]["url"].endswith("/both")
    assert not by_date["found"][0]["url"].endswith("/both")
    assert by_words["looked_back_to"] is None
    assert (by_words["stopped"], by_date["stopped"]) == ("limit", "limit")
    out = stocked.run("search", "halcyon", "--sort", "relevance", "--limit", "3").stdout
    assert "At least 3 found (30 items stored, most relevant first; --limit shows more)." in out


@pytest.mark.slow
def test_the_archive_is_counted_from_when_the_search_begins(stocked: Instance) -> None:
    answer = stocked.json("search", "corvid", "--since", "1d")
    assert (answer["stored"], answer["looked_at"]) == (30, 1)
    run = stocked.run("watches", "try", "corvid", "--since", "1d")
    assert "1 item found (30 items stored since then)." in run.stdout


@pytest.mark.parametrize("command", [("search",), ("watches", "try"), ("backtest",)])
def test_a_query_is_read_before_the_archive_is_asked(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    """Nothing is stored yet: what is wrong with the query is said all the same."""
    run = an_instance(tmp_path).run(*command, "palantir AND (nhs")
    assert run.exit_code == Exit.USAGE
    assert "column" in run.stderr


def test_an_order_that_there_is_none_of_is_refused(stocked: Instance) -> None:
    run = stocked.run("search", "halcyon", "--sort", "length")
    assert run.exit_code == Exit.USAGE
    assert "relevance" in run.stderr


@pytest.mark.parametrize(
    ("hits", "order", "said"),
    [
        (0, "date", "Nothing found in 5 seconds: searched back to 3 Mar 2026 (70 items searched "),
        (
            2,
            "date",
            "At least 2 found in 5 seconds: searched back to 3 Mar 2026 (70 items searched",
        ),
        (2, "relevance", "At least 2 found in 5 seconds (70 items searched of 9,000 stored);"),
    ],
)
def test_a_search_that_was_stopped_says_how_far_it_looked(
    hits: int, order: Order, said: str
) -> None:
    looked = SearchResult(
        hits=(object(),) * hits,  # type: ignore[arg-type]
        looked_at=70,
        stopped="time",
        since=None,
        oldest=MARCH,
        order=order,
        stored=9_000,
    )
    text = summary(looked, 5.0)
    assert text.startswith(said)
    assert text.endswith("--deadline 50 searches further.")


@pytest.mark.slow
def test_the_service_files_what_it_stored(tmp_path: Path) -> None:
    with FakeSite() as site:
        publish(site, 2)
        place = an_installation(tmp_path, site)
        with place.running() as service:
            assert eventually(place.welcomed), service.log

            def filed() -> bool:
                with place.reading() as unit:
                    return unit.fulltext.coverage() == IndexCoverage(SPELLING, 0, 0)

            assert eventually(filed), service.log
            assert service.ends_within(15)
    assert "Traceback" not in service.log
