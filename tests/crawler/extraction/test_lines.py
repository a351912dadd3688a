"""Lines of the publisher go for their form; lines of articles stay."""

from __future__ import annotations

import pytest

from crawler.extraction.cleaning.date_lines import is_date_line
from crawler.extraction.cleaning.lines import is_publisher_line, remove_inserted_lines

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
    "1/50",
    "Image 3 of 50",
    "4 / 12",
    "View gallery",
    "Story continues below",
    "Article continues after advertisement",
    "Ruth Amery · Follow · 4 min read · Jul 15, 2026",
    "Was this article helpful?",
    "Choose the Ledger as a preferred source on Google to see more of it.",
    "Start each day with our briefing, sent free to your inbox.",
    "Join 4,000 readers of the Ledger",
    "Filed under: Wards, Brackenford",
    "Posted in | Corvant",
    "Log in or register to comment on our forum.",
    "Join the discussion in our forums",
    "Our website is the place for news of wards. Please bookmark it.",
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
    "Our goal is to leave no ward behind, she wrote in the comments section of the journal.",
    "Our patients asked for a forum, and a subscription to the journal came with it.",
    "Tagged patients were found within a minute, the trust says.",
    "Keywords alone do not find a patient.",
    "£41m",
    "4 of 50 wards were shut.",
    "120/80 mmHg",
    "The story continues below the waterline, engineers found.",
    "Nurses have 4 min to read a chart.",
    "Choose a ward with a window, patients are told.",
    "Add a nurse to each shift, the union says.",
    "Start each shift with a list, the inquiry recommends.",
    "Join 4,000 nurses on the march on Friday.",
    "View galleries of the ward were closed.",
    "42",
]


@pytest.mark.parametrize("line", HOUSE)
def test_a_publisher_line_is_known_by_its_form(line: str) -> None:
    assert is_publisher_line(line)


@pytest.mark.parametrize("line", ARTICLE)
def test_a_line_of_an_article_stays(line: str) -> None:
    assert not is_publisher_line(line)


def test_a_long_line_stays_whatever_it_holds() -> None:
    line = "Sign up for our newsletter, the plea ran. " + "The rest was about the wards. " * 15
    assert not is_publisher_line(line)


STORY = (
    "The trust said on Monday that the system would be switched on in the spring of 2027, and that "
    "no ward would be left without paper in the meantime."
)


def test_the_headlines_of_the_page_are_not_in_the_text() -> None:
    text = f"Trust opens ward\nA ward opens in Corvant at last\n{STORY}\nCorvant\nNo"
    headings = ("A ward opens in Corvant at last", "Corvant")
    assert remove_inserted_lines(text, "Trust opens ward", headings) == f"{STORY}\nCorvant\nNo"


def test_what_an_article_says_twice_is_said_twice() -> None:
    text = f"{STORY}\nNo\n{STORY}"
    assert remove_inserted_lines(text, None) == text


def test_long_publisher_lines_stay_where_they_are_much_of_the_text() -> None:
    plea = (
        "We want to know what you think of the plan to close three wards in Corvant before the "
        "board meets again in the spring of its third year."
    )
    assert is_publisher_line(plea)
    assert remove_inserted_lines(f"{STORY}\n{plea}", None) == f"{STORY}\n{plea}"
    assert remove_inserted_lines("\n".join([*[STORY] * 9, plea]), None) == "\n".join([STORY] * 9)


@pytest.mark.parametrize(
    "line",
    [
        "5:45 AM PST 11/19/2019 by Imogen Tarrant",
        "- Published 18 November 2019",
        "Published: 3 May 2026, 10:15 GMT",
        "Monday, 4 May 2026",
        "Last updated on May 4th, 2026 at 10.30am",
        "2026-05-04",
        "04.05.2026",
        "Posted on Tuesday 5 May 2026 at 09:11 by Col Brand.",
        "Updated 10:15 a.m. EST, Mon May 4, 2026",
        "Stand: 04.05.2026, 10:15 Uhr",
        "Veröffentlicht am Montag, 4. Mai 2026",
        "Publié le 4 mai 2026 à 10h15",
        "4 de mayo de 2026",
        "Pubblicato il 4 maggio 2026, ore 10:15",
        "Publicado em 4 de maio de 2026 às 10h15",
        "Gepubliceerd op 4 mei 2026",
        "Publicerad 4 maj 2026 kl 10:15",
        "4 lutego 2026, 10:15",
        "4. května 2026",
    ],
)
def test_a_date_line_is_not_in_the_text(line: str) -> None:
    assert is_date_line(line)
    assert remove_inserted_lines(f"{line}\n{STORY}", None) == STORY


@pytest.mark.parametrize(
    "line",
    [
        "In May 2026 the trust paid the bill",
        "4 May 2026: the trust pays",
        "+44 158-23-2012",
        "2026",
        "The 2026 plan",
        "14 wards, 2019 beds",
        "Halcyon, May 2026",
        "Am 4. Mai 2026 zahlt die Klinik",
        "Publié le 4 mai 2026 par la clinique des quatre îles du nord et du sud de Corvant",
        "Halcyon, 4 mai 2026",
    ],
)
def test_a_line_that_says_more_than_a_date_stays(line: str) -> None:
    assert remove_inserted_lines(f"{line}\n{STORY}", None) == f"{line}\n{STORY}"


def test_a_date_amid_a_text_stays() -> None:
    text = "\n".join([STORY, f"{STORY} Again.", f"{STORY} And again.", "4 May 2026", STORY])
    assert remove_inserted_lines(text, None) == text


@pytest.mark.parametrize(
    "note",
    [
        "Imogen Tarrant is a reporter at the Ledger.",
        "Imogen Tarrant covers the wards of Corvant for us.",
        "Imogen Tarrant has been writing about wards since the spring.",
        "Imogen Tarrant's book on wards is out. Follow her at the Ledger.",
        "Imogen Tarrant ist freie Journalistin und lebt in Corvant.",
        "Imogen Tarrant est journaliste au Ledger.",
        "Imogen Tarrant es redactora del Ledger.",
        "Imogen Tarrant is redacteur van de Ledger.",
        "Imogen Tarrant jest dziennikarką.",
        "Imogen Tarrant schreibt über Kliniken.",
    ],
)
def test_what_the_last_lines_say_about_an_author_goes(note: str) -> None:
    assert remove_inserted_lines(f"{STORY}\n{note}", None, (), ["Imogen Tarrant"]) == STORY
    for others in ([], ["Col Brand"], ["Imogen"]):
        assert remove_inserted_lines(f"{STORY}\n{note}", None, (), others) == f"{STORY}\n{note}"


def test_an_article_about_its_author_stays() -> None:
    text = "Imogen Tarrant is a reporter at the Ledger.\n" + "\n".join([STORY] * 5)
    assert remove_inserted_lines(text, None, (), ["Imogen Tarrant"]) == text
