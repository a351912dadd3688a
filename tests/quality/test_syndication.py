"""Copies with a fifth of the words exchanged, cut and headed anew, are known as copies."""

from __future__ import annotations

from bench.loads.stories_load import Newsroom
from bench.syndication import measured, read
from tests.support.shared import shared


def test_copies_of_captured_pages_are_found_and_other_pages_are_none() -> None:
    texts = read(shared("data", "extraction"))
    assert len(texts) > 100

    recall, precision = measured(texts, replaced=0.2)

    assert recall >= 0.95
    assert precision >= 0.99


def test_copies_of_made_up_articles_are_found_and_others_are_none() -> None:
    newsroom = Newsroom(7)
    texts = [newsroom.text(newsroom.article()) for _ in range(300)]

    recall, precision = measured(texts, replaced=0.2)

    assert recall >= 0.95
    assert precision >= 0.99
