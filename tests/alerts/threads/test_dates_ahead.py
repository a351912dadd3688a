"""Which dates ahead a document states."""

from __future__ import annotations

from datetime import date

import pytest

from alerts.threads.dates_ahead import dates_ahead, merge_ahead
from storage.model import ProcurementNotice
from tests.alerts.threads.test_thread import stored

TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("sentence", "kind", "words"),
    [
        ("The contract will be reviewed in 2027.", "review", "2027"),
        ("The board will review it by March 2027.", "review", "March 2027"),
        ("There is a break clause in May 2027.", "review", "May 2027"),
        ("It is due for renewal in April 2028.", "renewal", "April 2028"),
        ("The agreement expires on 31 March 2029.", "end", "31 March 2029"),
        ("The deal runs until 1st July 2030.", "end", "1 July 2030"),
        ("The contract ends on 2029-03-31.", "end", "31 March 2029"),
    ],
)
def test_a_stated_date_is_read(sentence: str, kind: str, words: str) -> None:
    [ahead] = dates_ahead(stored(1), (sentence,), TODAY)
    assert (ahead.kind, ahead.words, ahead.said) == (kind, words, sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The contract was reviewed in 2024.",
        "The contract is for three years.",
        "It was signed in 2027.",
        "Reviewers praised the film, and in 2027 another comes.",
        "The contract ends on 31 February 2029.",
        "The contract will be reviewed in 2099.",
    ],
    ids=["past", "duration", "no-cue", "no-link", "no-day", "too-far"],
)
def test_what_states_no_date_ahead_reminds_of_nothing(sentence: str) -> None:
    assert dates_ahead(stored(1), (sentence,), TODAY) == ()


def test_the_dates_of_a_notice_are_ahead_and_soon_when_it_is_time_to_prepare() -> None:
    notice = ProcurementNotice(starts_on=date(2024, 4, 1), ends_on=date(2027, 3, 31))
    [end] = dates_ahead(stored(1, kind="tender", notice=notice), (), TODAY)
    assert (end.kind, end.last, end.soon) == ("end", date(2027, 3, 31), True)
    later = ProcurementNotice(ends_on=date(2029, 3, 31))
    [end] = dates_ahead(stored(1, kind="tender", notice=later), (), TODAY)
    assert not end.soon


def test_a_date_that_two_items_state_is_said_once() -> None:
    found = [
        *dates_ahead(stored(1), ("It will be reviewed in 2027.",), TODAY),
        *dates_ahead(stored(2), ("They say it will be reviewed in 2027.",), TODAY),
    ]
    assert [each.item_id for each in merge_ahead(found)] == [2]


def test_a_flood_of_dates_is_bounded() -> None:
    sentences = tuple(f"It will be reviewed on {n} March 2027." for n in range(1, 29))
    assert len(dates_ahead(stored(1), sentences, TODAY)) == 6
