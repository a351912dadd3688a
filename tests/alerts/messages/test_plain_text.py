"""The plain text of messages, line by line."""

from __future__ import annotations

import pytest

from alerts.messages.plain_text import WIDTH, wrap

LONG = "https://outlet.example/" + "a" * 60


@pytest.mark.parametrize(
    "text",
    [
        f"Read this now {LONG} and nothing else",
        f"{LONG} is where it stands",
        LONG,
        f"{LONG} {LONG}",
        f"{'word ' * 14}{LONG}",
        "HTTPS://outlet.example/x",
        "mailto:somebody@outlet.example",
    ],
)
@pytest.mark.parametrize("indent", ["", "   "])
def test_no_line_of_a_text_is_an_address_alone(text: str, indent: str) -> None:
    lines = wrap(text, indent)

    assert [
        line for line in lines if "://" in line and " " not in line.strip() and '"' not in line
    ] == []
    assert "".join("".join(lines).split()).replace('"', "") == "".join(text.split())


def test_words_are_wrapped_at_the_width() -> None:
    lines = wrap("seven letters " * 20, "  ")

    assert len(lines) > 1
    assert max(map(len, lines)) <= WIDTH
