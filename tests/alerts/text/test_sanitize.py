"""Hostile text and links (S-05, S-07, S-08, S-21, S-22)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.text.sanitize import fragment, line, shorten, verbatim, web_link


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\nBcc: x@y.example", "a Bcc: x@y.example"),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("nul\x00l", "null"),
        ("\x1b[31mred", "[31mred"),
        ("lone \ud83d half", "lone \ufffd half"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\u2066isolated\u2069", "isolated"),
        ("Hal\u200bcy\u00adon", "Halcyon"),
        ("pay\u200dpal", "paypal"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # a joiner that belongs to the spelling
        ("e\u0301te\u0301", "été"),
        ("  many   blanks ", "many blanks"),
    ],
)
def test_text_loses_its_tricks_and_keeps_its_words(text: str, shown: str) -> None:
    assert line(text) == shown


def test_towers_of_marks_are_cut_down() -> None:
    assert len(line("Z" + "\u0335" * 500)) <= 5


@given(st.text())
def test_a_line_is_a_line_whatever_it_is_made_of(text: str) -> None:
    cleaned = line(text)

    cleaned.encode("utf-8")
    assert cleaned.splitlines() in ([], [cleaned])
    assert not any(ord(c) < 32 or c in "\u202e\u202d\u2066\u2067\u2068\u2069" for c in cleaned)


def test_columns_stay_aligned_where_they_matter() -> None:
    assert verbatim('query = "a AND ("\n') == 'query = "a AND (" '
    assert verbatim("     ^\x00") == "     ^"
    assert fragment("     ^") == " ^"


def test_shortening_cuts_between_words_and_says_so() -> None:
    assert shorten("The trust has paused its roll-out", 20) == "The trust has…"
    assert len(shorten("x" * 10_000, 90)) == 90


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>",
        "file:///etc/passwd",
        "vbscript:x",
        "//evil.example/x",
        "/relative",
        "https:///no-host",
        "https://user:pass@evil.example/",
        "https://trust.example@evil.example/",
        "https://trust.example\\@evil.example/",
        "http://a b.example/",
        "http://[::1",
        "http://host:port/",
        "http://ex\u202eample.org/" + "x" * 3000,
        "",
        None,
    ],
)
def test_what_is_no_plain_web_address_is_no_link(url: str | None) -> None:
    assert web_link(url) is None


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://a.example/x?y=1&z=2#f", "https://a.example/x?y=1&z=2#f"),
        ("HTTPS://A.Example/X", "https://a.example/X"),
        ("https://a.example/%20x", "https://a.example/%20x"),
        ("https://a.example/é\u202e", "https://a.example/%C3%A9%E2%80%AE"),
        ('https://a.example/"><script>', "https://a.example/%22%3E%3Cscript%3E"),
        ("https://раураl.example/", "https://xn--l-7sba6dbr.example/"),
        ("http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        (" https://a.example/ ", "https://a.example/"),
    ],
)
def test_a_link_is_shown_as_what_it_is(url: str, link: str) -> None:
    assert web_link(url) == link
