"""Summaries of events: sentences that are there, with their sources and reasons."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.summaries.extract import MAX_REPORTS, MAX_SENTENCES, summarise
from alerts.summaries.model import EventSummary, FeatureFrequencies, SummaryReport
from alerts.summaries.sentence_features import MAX_CHARACTERS, read_report
from alerts.summaries.statements import MAX_LENGTH, why_not
from tests.quality.summarised_events import SummarisedEvent, frequencies_of, read_events
from tests.support.measuring.growth import growth

NONE = FeatureFrequencies()
HOSTILE = (
    "“" * 9_000,
    "A. " * 3_000,
    "' " * 4_000,
    "£1m " * 2_000 + ".",
    "Photo " * 1_500 + ":",
    "@." * 4_000,
    "The trust paid £48m to Corvid on 2 March for its records. " * 150,
    "\u202e\u200b" * 4_000 + " was read here by everybody in the old town.",
    "word " * 1_700 + ".",
)


def a_report(number: int, body: str, outlet: str = "") -> SummaryReport:
    return SummaryReport(item_id=number, outlet=outlet or f"Outlet {number}", title="", body=body)


def summary_of(event: SummarisedEvent) -> EventSummary:
    found = summarise(event.reports, frequencies_of(read_events()))
    assert found is not None
    return found


@pytest.mark.parametrize("event", read_events(), ids=lambda event: event.name)
def test_each_sentence_is_in_the_report_that_it_names(event: SummarisedEvent) -> None:
    reports = {each.item_id: each for each in event.reports}
    summary = summary_of(event)

    assert 2 <= len(summary.sentences) <= MAX_SENTENCES
    for each in summary.sentences:
        assert each.text in reports[each.item_id].body
        assert each.outlet == reports[each.item_id].outlet
        assert why_not(each.text) == ""
        assert each.why


@pytest.mark.parametrize("event", read_events()[:4], ids=lambda event: event.name)
def test_the_order_of_the_reports_does_not_matter(event: SummarisedEvent) -> None:
    expected = summary_of(event)
    shuffled = list(event.reports)

    for seed in range(5):
        Random(seed).shuffle(shuffled)
        assert summary_of(replace(event, reports=tuple(shuffled))) == expected


def test_what_several_outlets_say_is_chosen_and_said_once() -> None:
    reports = [
        a_report(1, "Corvid Health won the £48m contract at Brackenfold. It rained."),
        a_report(2, "The £48 million contract at Brackenfold was won by Corvid Health. It rained."),
        a_report(
            3,
            "Brackenfold awarded a ten-year contract to Corvid Health. Nurses of the Brackenfold "
            "hospital will be trained by Corvid in spring.",
        ),
    ]

    summary = summarise(reports, NONE)

    assert summary is not None
    first, *others = summary.sentences
    assert "contract" in first.text
    assert first.why == "similar in 2 other outlets; £48 million in 2 outlets; opens its report"
    assert [each for each in others if "contract" in each.text] == []


def test_a_word_that_is_common_in_the_archive_counts_less() -> None:
    said = ("The council met on the question of roads.", "Larkhill left its kitchens in Penrow.")
    rest = "Meals for 19,000 pupils are at risk. Odile Strand blamed an index clause."
    reports = [a_report(at, f"{said[0]} {said[1]} {rest}") for at in (1, 2)]
    common = FeatureFrequencies(
        counts=dict.fromkeys(("council", "met", "question", "road"), 900), reports=1_000
    )

    usual, summary = summarise(reports, NONE), summarise(reports, common)

    assert usual is not None
    assert said[0] in [each.text for each in usual.sentences]
    assert summary is not None
    assert said[0] not in [each.text for each in summary.sentences]


@pytest.mark.parametrize(
    "reports",
    [
        [],
        [a_report(1, "Corvid Health won the contract at Brackenfold. Nurses are trained soon.")],
        [a_report(1, "Corvid won a contract."), a_report(2, "Is this the end of paper notes?")],
        [
            a_report(1, "Corvid Health won the contract at Brackenfold on Monday.", "Ward Ledger"),
            a_report(2, "The nurses of Brackenfold will be trained in spring.", "Ward Ledger"),
        ],
        [a_report(at, "Corvid Health won the contract at Brackenfold.") for at in (1, 2, 3)],
    ],
    ids=["no report", "one report", "no statements", "one outlet", "one sentence"],
)
def test_where_there_is_nothing_to_choose_from_there_is_no_summary(
    reports: list[SummaryReport],
) -> None:
    assert summarise(reports, NONE) is None


def test_a_sentence_that_is_cut_by_the_limit_is_not_shown() -> None:
    said = "Brackenfold paid Corvid Health for its records £4."
    filler = "weather " * MAX_CHARACTERS
    long = filler[: MAX_CHARACTERS - len(said) - 2] + ". " + said + "8m in all."
    assert long[:MAX_CHARACTERS].endswith("£4.")

    for body in (long, long[: MAX_CHARACTERS + 1]):
        assert read_report(a_report(1, body)).sentences == ()
    assert [each.text for each in read_report(a_report(1, said)).sentences] == [said]


def test_characters_that_hide_or_turn_text_are_not_shown() -> None:
    body = "Corvid \u202eHealth won\u200b the contract at Brackenfold. It was signed in May by all."
    other = "Brackenfold's contract went to Corvid Health. The nurses are to be trained first."

    summary = summarise([a_report(1, body), a_report(2, other)], NONE)

    assert summary is not None
    assert "Corvid Health won the contract at Brackenfold." in [
        each.text for each in summary.sentences
    ]


def test_the_first_reports_are_read_in_whatever_order_they_come() -> None:
    said = (
        "Corvid Health won contract {0} at Brackenfold. The nurses of ward {0} are trained first."
    )
    reports = [a_report(at, said.format(f"a{at}b")) for at in range(MAX_REPORTS + 5)]
    expected = summarise(reports, NONE)

    assert expected is not None
    assert expected.outlets == MAX_REPORTS
    for seed in range(5):
        shuffled = Random(seed).sample(reports, len(reports))
        assert summarise(shuffled, NONE) == expected


def test_another_statement_on_the_same_matter_is_not_similar() -> None:
    [event] = [each for each in read_events() if each.name == "07-minister-pledge"]

    [said] = [each for each in summary_of(event).sentences if "two thirds" in each.text]

    assert said.similar == ()
    assert said.why == "£115m in 4 outlets; opens its report"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_bounded(text: str) -> None:
    def read(times: int) -> EventSummary | None:
        read_report.cache_clear()
        body = (text + " ") * times
        return summarise([a_report(at, body) for at in range(3 * MAX_REPORTS)], NONE)

    found = read(1)
    assert found is None or all(len(each.text) <= MAX_LENGTH for each in found.sentences)
    assert growth(read, 2, 20) < 2.5


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.sampled_from("aA  bB.?!\n“”'\"£1m,"), max_size=300), max_size=5))
def test_no_text_breaks_it_and_nothing_is_invented(bodies: list[str]) -> None:
    summary = summarise([a_report(at, body) for at, body in enumerate(bodies)], NONE)

    for each in summary.sentences if summary else ():
        assert each.text in " ".join(bodies[each.item_id].split())
