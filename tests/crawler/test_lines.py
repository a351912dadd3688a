"""House lines go for their form; lines of articles stay."""

from __future__ import annotations

import pytest

from crawler.extraction.lines import article_lines, is_house_line

HOUSE = [
    "READ MORE: Trust pauses its records system",
    "ALSO READ: Halcyon wins again",
    "Related: How the wards were wired",
    "Read next | Nurses walk out",
    "You may also like...",
    "DON'T MISS",
    "Most read in Health",
    "More from The Ward Ledger",
    "Sign up for our weekly newsletter",
    "Never miss a story: get the best of the Ledger in your inbox every Monday.",
    "Subscribe now to our digital edition for the full story.",
    "Follow us on Facebook, Twitter and Instagram.",
    "Do you have a story to tell? Email: desk@ledger.example",
    "We may earn commission from links in this article, which supports our work.",
    "Would you like to comment on this article?",
    "Sign up (it’s free) or sign in now.",
    "Please read our comment policy.",
    "Image: Imogen Tarrant / Ward Ledger",
    "Reporting by Ruth Amery; editing by Col Brand",
    "Ledger writers Ruth Amery and Col Brand contributed to this report.",
    "© Ward Ledger 2026. All rights reserved.",
    "desk@ledger.example",
    "2026-11-19T08:57:40+01:00",
    "Comments",
    "___",
]
ARTICLE = [
    "Read aloud in the chamber, the letter ran to nine pages.",
    "More from the fund is to be paid in May, the trust said, once the wards have been counted.",
    "The newsletter that Halcyon sends to trusts told readers to subscribe to its new service.",
    "Related party transactions made up a third of Halcyon’s sales.",
    "Get the records of all patients by Monday, the court told the trust.",
    "Follow-up appointments were lost, the inquiry heard.",
    "Images of the scan were sent to the wrong ward: nobody noticed for a week.",
    "Photographs show the server room under water.",
    "Source code of the system was to be handed over by June. It was not.",
    "Subscribers to the scheme pay £4 a month.",
    "Printing the letters cost £2m.",
    "Late filings contributed to the loss of the contract, and to the fall of the board with it.",
    "See you in court, the nurses’ union told the firm.",
    "£41m",
    "42",
]


@pytest.mark.parametrize("line", HOUSE)
def test_a_house_line_is_known_by_its_form(line: str) -> None:
    assert is_house_line(line)


@pytest.mark.parametrize("line", ARTICLE)
def test_a_line_of_an_article_stays(line: str) -> None:
    assert not is_house_line(line)


def test_a_long_line_stays_whatever_it_holds() -> None:
    line = "Sign up for our newsletter, the plea ran. " + "The rest was about the wards. " * 15
    assert not is_house_line(line)


def test_the_headline_and_a_paragraph_told_before_are_not_told_again() -> None:
    story = (
        "The trust said on Monday that the system would be switched on in the spring of 2027, "
        "and that no ward would be left without paper in the meantime."
    )
    text = f"Trust opens ward\n{story}\nNo\nNo\n{story}"
    assert article_lines(text, "Trust opens ward") == f"{story}\nNo\nNo"
