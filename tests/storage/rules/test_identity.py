"""Addresses and hashes: what varies between listings of one page, and what makes another page."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.rules.identity import (
    canonical_url,
    content_hash,
    entry_hash,
    guid_key,
    is_identifying_hash,
    url_key,
)
from tests.support.builders import a_text

PAGE = "https://ward-ledger.example/news/halcyon-pauses"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("http://ward-ledger.example/news/halcyon-pauses", id="http"),
        pytest.param("https://www.ward-ledger.example/news/halcyon-pauses", id="www"),
        pytest.param("https://ward-ledger.example/news/halcyon-pauses/", id="closing slash"),
        pytest.param("HTTPS://Ward-Ledger.EXAMPLE/news/halcyon-pauses", id="case of the host"),
        pytest.param("https://ward-ledger.example:443/news/halcyon-pauses", id="default port"),
        pytest.param(f"{PAGE}#comments", id="fragment"),
        pytest.param(f"{PAGE}?utm_source=rss&utm_medium=feed", id="utm"),
        pytest.param(f"{PAGE}?fbclid=abc", id="fbclid"),
        pytest.param(f"{PAGE}?at_medium=RSS&at_campaign=KARANGA", id="broadcaster's campaign"),
        pytest.param(f"{PAGE};jsessionid=A1B2C3", id="session in the path"),
        pytest.param(f"{PAGE}?PHPSESSID=77", id="session in the query"),
        pytest.param(f"  {PAGE}\n", id="blanks around"),
        pytest.param("https://reader:pw@ward-ledger.example/news/halcyon-pauses", id="userinfo"),
        pytest.param("https://ward-ledger.example./news/halcyon-pauses", id="dot after the host"),
        pytest.param("https://ward-ledger.example/news/halcyon%2Dpauses", id="needless escape"),
        pytest.param(f"{PAGE}/index.html", id="index file"),
    ],
)
def test_the_same_page_has_one_key(other: str) -> None:
    assert url_key(other) == url_key(PAGE)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("https://ward-ledger.example/news/halcyon-returns", id="path"),
        pytest.param("https://ward-ledger.example/News/halcyon-pauses", id="case of the path"),
        pytest.param(f"{PAGE}?page=2", id="query"),
        pytest.param(f"{PAGE}?id=1&utm_source=rss", id="query beside tracking"),
        pytest.param("https://blog.ward-ledger.example/news/halcyon-pauses", id="subdomain"),
        pytest.param("https://ward-ledger.example:8443/news/halcyon-pauses", id="port"),
    ],
)
def test_another_page_has_another_key(other: str) -> None:
    assert url_key(other) != url_key(PAGE)


def test_the_order_of_parameters_makes_no_other_page() -> None:
    assert url_key(f"{PAGE}?a=1&b=2") == url_key(f"{PAGE}?b=2&a=1")


def test_a_canonical_address_keeps_what_servers_heed() -> None:
    said = "HTTP://Ward-Ledger.example:80/News/A%20b?b=2&utm_source=x&a=#top"

    assert canonical_url(said) == "http://ward-ledger.example/News/A%20b?b=2&a="


def test_a_host_in_letters_beyond_ascii_becomes_what_is_asked_of_dns() -> None:
    assert canonical_url("https://köln.example/x").startswith("https://xn--kln-sna.example/")


@given(
    st.from_regex(
        r"https?://[a-z]{1,8}\.example(:[0-9]{1,5})?/[^\s#?\\]{0,20}(\?[^\s#]{0,20})?",
        fullmatch=True,
    )
)
def test_canonical_is_where_it_ends(url: str) -> None:
    once = canonical_url(url)

    assert canonical_url(once) == once
    assert url_key(once) == url_key(url)


@given(st.text(max_size=200))
@example("http://[half/an/address")
@example("http://host:port/")
@example("https://a℀b.example/")
@example("http://\ud800.example/\udfff")
@example("http://a..b.example/")
@example(f"https://{'x' * 300}.example/")
def test_no_link_that_a_feed_may_hold_is_too_odd_for_a_key(link: str) -> None:
    assert len(url_key(link)) == 40


@given(st.text(alphabet=st.characters(codec=None), max_size=50))
def test_any_identifier_has_a_key_of_fixed_length(guid: str) -> None:
    assert len(guid_key(guid)) == 40


def test_a_text_is_its_words() -> None:
    text = a_text(words=60)
    spaced = text.replace(" ", "\n\n ").replace(".", " .").upper()

    assert content_hash("Title", text) == content_hash("TITLE", spaced)
    assert content_hash("Title", text) != content_hash("Title", text + " More")


def test_pages_of_one_template_are_told_apart_by_their_headline() -> None:
    assert content_hash("Trust A", a_text()) != content_hash("Trust B", a_text())


def test_an_empty_text_has_no_hash_and_a_short_one_does_not_identify() -> None:
    short = content_hash("Video", "This video is not available in your country.")

    assert content_hash("Title", " \n—\n") is None
    assert not is_identifying_hash(None)
    assert short is not None
    assert not is_identifying_hash(short)
    assert short != content_hash("Video", "This video is available.")
    assert is_identifying_hash(content_hash("Video", a_text(words=60)))


def test_what_a_listing_says_is_title_teaser_and_date() -> None:
    said = entry_hash("A title", "A teaser", "Tue, 24 Nov 2026 04:53:00 GMT")

    assert entry_hash(" a  TITLE", "“A teaser”", "Tue, 24 Nov 2026 04:53:00 GMT") == said
    assert entry_hash("A title", "A teaser", "Tue, 24 Nov 2026 04:54:00 GMT") != said
    assert entry_hash("A title A", "teaser", "Tue, 24 Nov 2026 04:53:00 GMT") != said
