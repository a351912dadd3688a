"""Which sentences of an article may stand in a summary."""

from __future__ import annotations

import pytest

from alerts.summaries.statements import points_back, statements, why_not

MOST = 30


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("Will the trust ever pay back the £48m that it lost?", "question"),
        ("“Who is going to answer for all of this?”", "question"),
        ("More on the Brackenfold contract and its long history", "heading"),
        ("Picture: A trolley of notes at Brackenfold General. ", "caption"),
        ("Photograph by Ana Lund: the new wing of the hospital.", "caption"),
        ("Nurse Callum Adeyo (left) on the third floor of the block.", "caption"),
        ("Support local journalism and become a member of the Courier.", "plea"),
        ("Were patients of the practice not told? Contact our health desk.", "plea"),
        ("If you have been affected by this story, there is a helpline.", "plea"),
        ("Please keep the receipts of what was paid at the machine.", "plea"),
        ("Those who parked should look at your bank statement of April.", "plea"),
        ("Read more about the long strike of the ambulance crews.", "navigation"),
        ("Sign up for news of digital health and of hospitals.", "navigation"),
        ("“Our nurses spend an hour of each shift looking for paper,” she said.", "quotation"),
        ("and that the board had known of it for two years, she said.", "quotation"),
        ("nobody had told the board,” the chair said on Tuesday evening.", "quotation"),
        ("The chair told the board: “We have been here before.", "quotation"),
        ("The inquiry is described at https://ward-ledger.example/inquiry in full.", "address"),
        ("Write down what happened to desk@ward-ledger.example for the inquiry.", "address"),
        ("Last updated on 14 March 2026 at ten in the morning.", "byline"),
        ("By Dora Kemp, health correspondent of the Ward Ledger.", "byline"),
        ("The trust has not commented.", "short"),
        ("Beds 2024 14.1, 2025 17.2, 2026 19.3, 2027 22.8, 2028 24.0 (%).", "table"),
        ("ALL PLANNED OPERATIONS ARE OFF UNTIL THURSDAY OF NEXT WEEK.", "capitals"),
        ("The board met. " * 30, "long"),
    ],
)
def test_what_is_no_statement_is_left_out_with_the_reason(sentence: str, reason: str) -> None:
    assert why_not(sentence) == reason


@pytest.mark.parametrize(
    "sentence",
    [
        "The board approved the decision on Monday after 19 months.",
        "The chair said the board had “put the budget before the river”.",
        "The nurses' union gave the trust's news a cautious welcome.",
        "Anglers at St Osyth's say that the river's trout are 'all but gone'.",
        "Fenlight photographed each of the 9,000 homes before the work began.",
        "By Monday Corvid Health had told its 430 workers at Stannow.",
        "The director said: “If you pay criminals, they come back.”",
    ],
)
def test_a_statement_may_have_quotations_and_apostrophes(sentence: str) -> None:
    assert why_not(sentence) == ""


@pytest.mark.parametrize(("left", "right"), ["“”", '""', "‘’", "''"])
def test_the_sentences_within_a_quotation_are_pieces_of_it(left: str, right: str) -> None:
    text = (
        f"The chair spoke: {left}The board has met on Monday. The board has decided on nothing at"
        f" all. The board will meet again in May.{right} The trust has three hospitals in the west."
    )

    assert list(statements(text, most=MOST)) == ["The trust has three hospitals in the west."]


def test_a_quotation_that_nobody_closes_ends_with_its_paragraph() -> None:
    text = "The chair said: “The board has met.\nThe trust has three hospitals in the west."

    assert list(statements(text, most=MOST)) == ["The trust has three hospitals in the west."]


def test_so_many_sentences_are_looked_at() -> None:
    text = "The trust has three hospitals in the west. " * 100

    assert len(list(statements(text, most=7))) == 7


def test_words_that_point_at_a_sentence_before_are_recognised() -> None:
    assert points_back("It will be introduced at three hospitals.")
    assert not points_back("Item 4 of the agenda was not discussed.")
