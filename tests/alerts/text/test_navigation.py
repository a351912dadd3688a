"""Navigation and advertisements are no evidence where a sentence of the article matches."""

from __future__ import annotations

import pytest

from alerts.text.navigation import is_navigation
from alerts.text.sentences import best_excerpt
from storage.model import Span

SENTENCE = "The trust said that Halcyon would run the service until 2029."


@pytest.mark.parametrize(
    "line",
    [
        "Read more: Halcyon wins the Millbrook contract",
        "Related: Halcyon and Corvid merge.",
        "RELATED ARTICLES Halcyon opens an office",
        "See also Halcyon's response.",
        "Home > News > Halcyon Health",
        "Halcyon | Corvid | Jobs | Events",
        "Sign up to our newsletter for more about Halcyon and Corvid.",
        "Advertisement: Halcyon Health keeps wards running.",
        "Sponsored by Halcyon Health and Corvid Data.",
        "Book a demo of Halcyon today!",
        "Tags: Halcyon, Corvid, records",
        "Halcyon Health and Corvid Data",
        "Don’t miss: Halcyon in court.",
        "You may also like Halcyon's new office",
    ],
)
def test_a_sentence_of_the_article_is_shown_instead(line: str) -> None:
    text = f"{line}\n{SENTENCE}\n"
    words = ("Halcyon", "Corvid", "records", "Millbrook")
    spans = [
        Span("body", at, at + len(word))
        for word in words
        for at in range(len(text))
        if text.startswith(word, at)
    ]

    shown = best_excerpt("body", text, spans)

    assert is_navigation(line)
    assert shown is not None
    assert "".join(segment.text for segment in shown.segments) == SENTENCE


@pytest.mark.parametrize(
    "line",
    [
        SENTENCE,
        "Halcyon lost.",
        "“Halcyon is out,” he said",
        "Registered nurses at Halcyon will be asked to subscribe their names to a petition.",
        "The advertising watchdog ruled against Halcyon.",
        "More than 40 trusts use Halcyon.",
        "Sponsored research at Halcyon was stopped.",
        "Promoted to chief executive, she left Halcyon.",
        "Recommended changes to Halcyon were ignored.",
        "Paid for by the trust, Halcyon goes on.",
        "Doctors should read more, Halcyon says.",
        "Related costs of Halcyon rose.",
        "Halcyon told staff in a memo that the work would go on without them until spring",
        "Read more: Halcyon " + "and others " * 30,
    ],
)
def test_a_sentence_is_no_navigation(line: str) -> None:
    assert not is_navigation(line)


def test_navigation_alone_is_better_than_nothing() -> None:
    text = "Read more: Halcyon wins"
    shown = best_excerpt("body", text, [Span("body", 11, 18)])
    assert shown is not None
    assert shown.is_navigation
