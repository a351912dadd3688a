"""Quality on labelled data beside the project: floors, a little below what is measured."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from random import Random
from types import ModuleType

import pytest

from bench import adapters
from tests.support.shared import shared

EXTRACTION = {
    "scrapinghub": {"body_f1": 0.982},
    "fundus": {"body_f1": 0.974, "title_exact": 0.91, "date_exact": 1.0, "author_exact": 0.97},
    "trafilatura-eval": {"segments_kept": 0.97, "title_exact": 0.91, "author_exact": 0.77}
    | {"date_exact": 0.90},
    "readability": {"date_exact": 0.93, "body_f1": 0.945, "author_exact": 0.5},
    "newspaper4k": {"body_f1": 0.94, "date_exact": 1.0},
}
CEILINGS = {"trafilatura-eval": {"comments_leaked": 0.0, "boilerplate_leaked": 0.02}}


pytestmark = pytest.mark.long


@pytest.fixture
def scorers() -> Iterator[tuple[ModuleType, ModuleType]]:
    folder = str(shared("score"))
    sys.path.insert(0, folder)
    try:
        import score_extraction
        import score_feeds

        yield score_extraction, score_feeds
    finally:
        sys.path.remove(folder)


@pytest.mark.parametrize("name", EXTRACTION)
def test_articles_are_read_as_well_as_they_were(
    name: str, scorers: tuple[ModuleType, ModuleType]
) -> None:
    cases = shared("data", "extraction", name, "cases.jsonl")
    said = scorers[0].score(str(cases), adapters.extract)
    assert said["crashes"] == 0
    assert {k: said[k] for k, floor in EXTRACTION[name].items() if said[k] < floor} == {}
    ceilings = CEILINGS.get(name, {})
    assert {k: said[k] for k, ceiling in ceilings.items() if said[k] > ceiling} == {}


def test_pages_are_dated_as_well_as_they_were(scorers: tuple[ModuleType, ModuleType]) -> None:
    said = scorers[0].score(
        str(shared("data", "dates", "htmldate", "cases.jsonl")), adapters.extract
    )
    assert said["crashes"] == 0
    assert said["date_exact"] >= 0.93


def test_feeds_are_read_no_worse_than_feedparser_alone(
    scorers: tuple[ModuleType, ModuleType],
) -> None:
    said = scorers[1].score(str(shared("data", "feeds")), adapters.parse_feed)
    by_reference = {row["reference"]: row for row in said}
    ours = by_reference["feedparser"]
    assert ours["crashes"] == 0
    same = ("same_count", "link_same")
    # feedparser gives dates that cannot be of publication, and completes others
    assert ours["date_same"] >= 0.99
    assert by_reference["jsonfeed"]["date_same"] == 1.0
    for reference in ("feedparser", "jsonfeed"):
        assert {by_reference[reference][name] for name in same} == {1.0}
        # nine of 5,441 differ: "<" that is text, and a control character
        assert by_reference[reference]["title_same"] >= 0.998


@pytest.mark.parametrize(
    ("name", "precision", "recall"),
    [
        # other extractors' readings of one page are copies of it
        ("extraction-variants/docs.jsonl.gz", 0.99, 0.97),
        # other events in alike words are none; plain MinHash at one half finds .006 and .002
        ("ecbplus/docs.jsonl", 0.99, 0.09),
        ("uci-headlines/headlines.jsonl", 0.92, 0.005),
    ],
)
def test_copies_are_grouped_and_other_events_are_not(
    name: str, precision: float, recall: float, scorers: tuple[ModuleType, ModuleType]
) -> None:
    import common
    import score_dedup

    gold = common.read_jsonl(str(shared("data", "dedup") / name))
    documents = [{key: row[key] for key in ("id", "title", "text") if key in row} for row in gold]
    Random(7).shuffle(documents)

    said = score_dedup.score(gold, adapters.group(documents))

    assert said["pair_precision"] >= precision
    assert said["pair_recall"] >= recall


@pytest.mark.parametrize(
    ("name", "precision", "recall"),
    [
        # each topic has two events of one kind: the same club, the same law, the same offence
        ("ecbplus/docs.jsonl", 0.93, 0.65),
        # headlines alone
        ("uci-headlines/headlines.jsonl", 0.89, 0.45),
    ],
)
def test_reports_of_one_event_are_grouped_and_others_of_its_kind_are_not(
    name: str, precision: float, recall: float, scorers: tuple[ModuleType, ModuleType]
) -> None:
    import common
    import score_dedup

    gold = common.read_jsonl(str(shared("data", "dedup") / name))
    told = ("id", "title", "text", "ts_ms")
    documents = [{key: row[key] for key in told if key in row} for row in gold]
    Random(7).shuffle(documents)

    said = score_dedup.score(gold, adapters.events(documents))

    assert said["pair_precision"] >= precision
    assert said["pair_recall"] >= recall
