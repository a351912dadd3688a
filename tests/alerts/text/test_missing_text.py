"""Readers are told in words why only headline and teaser are held."""

from __future__ import annotations

import pytest

from alerts.text.missing_text import why_thin


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("http-402", "its page asks for payment (HTTP 402)"),
        ("http-503", "its site answered: service unavailable (HTTP 503)"),
        ("http-599", "its site answered: an answer that nobody knows (HTTP 599)"),
        ("scanned", "the document is scanned pictures of pages, without text"),
        ("behind a paywall", "behind a paywall"),
        (None, "its page could not be read"),
    ],
)
def test_a_reason_is_said_in_words(reason: str | None, said: str) -> None:
    assert why_thin(reason) == said
