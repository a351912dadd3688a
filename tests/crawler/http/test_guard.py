"""Which addresses may be fetched. Each case names what it stands for in RELIABILITY 1b."""

from __future__ import annotations

import ipaddress

import pytest

from crawler.fetch_errors import FetchRefused
from crawler.http.guard import MAX_URL, FetchGuard, literal_address

PRIVATE_FORMS = [
    "127.0.0.1",
    "[::1]",
    "0",
    "0.0.0.0",
    "127.1",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "169.254.169.254",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[2002:7f00:1::]",
    "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
    "100.64.0.1",
    "224.0.0.1",
    "[ff02::1]",
    "192.88.99.1",
    "198.18.0.1",
    "[3fff::1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::1]",
    "[fe80::1]",
    "[fc00::1]",
    "[fec0::1]",
    "255.255.255.255",
]


@pytest.mark.parametrize("host", PRIVATE_FORMS)
def test_private_addresses_are_refused_in_every_form(host: str) -> None:
    with pytest.raises(FetchRefused, match="not a public address"):
        FetchGuard().check_url(f"http://{host}/")


@pytest.mark.parametrize(
    "host", ["93.184.215.14", "[2606:2800:21f:cb07:6820:80da:af6b:8b2c]", "[64:ff9b::5db8:d70e]"]
)
def test_public_addresses_are_let_through(host: str) -> None:
    FetchGuard().check_url(f"https://{host}/feed")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "file:/etc/passwd",
        "FILE:///etc/passwd",
        "source:file:///etc/passwd",
        "view-source:http://outlet.example/",
        " file:///etc/passwd",
        "ftp://outlet.example/",
        "gopher://outlet.example/",
        "data:text/html,hello",
        "javascript:alert(1)",
        "//outlet.example/",
        "outlet.example/feed",
        "http:///feed",
        "http://",
    ],
)
def test_only_web_addresses_are_fetched(url: str) -> None:
    with pytest.raises(FetchRefused):
        FetchGuard().check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8888\\@outlet.example/",
        "http://outlet.example\\@127.0.0.1/",
        "http://user@outlet.example/",
        "http://user:word@outlet.example/",
        "http://outlet .example/",
        "http://outlet.example/a ",
        "http://outlet.example/\r\nHost: other.example",
        "http://outlet.example/\x00",
        "http://outlet.example:99999/",
        "http://outlet.example:0/",
        "http://[::1/",
    ],
)
def test_urls_that_parsers_read_differently_are_refused(url: str) -> None:
    with pytest.raises(FetchRefused):
        FetchGuard().check_url(url)


def test_a_blank_in_a_path_is_no_danger() -> None:
    FetchGuard().check_url("http://outlet.example/a b?c d")


def test_a_url_longer_than_any_article_needs_is_refused() -> None:
    with pytest.raises(FetchRefused, match="characters"):
        FetchGuard().check_url("http://outlet.example/" + "a" * MAX_URL)


def test_a_host_with_one_public_and_one_private_address_is_refused() -> None:
    both = [ipaddress.ip_address("93.184.215.14"), ipaddress.ip_address("10.0.0.5")]
    with pytest.raises(FetchRefused, match=r"10\.0\.0\.5"):
        FetchGuard().check_resolved("outlet.example", both)


def test_the_refusal_says_how_to_allow_the_host() -> None:
    with pytest.raises(FetchRefused, match=r'add "intranet" to allowed_hosts under \[crawl\]'):
        FetchGuard().check_resolved("intranet", [ipaddress.ip_address("10.0.0.5")])


@pytest.mark.parametrize("allowed", ["10.0.0.5", "10.0.0.0/24", "10.0.0.7/24"])
def test_an_allowed_address_or_network_is_let_through(allowed: str) -> None:
    guard = FetchGuard([allowed])
    assert guard.is_allowed_address(ipaddress.ip_address("10.0.0.5"))
    assert not guard.is_allowed_address(ipaddress.ip_address("10.0.1.5"))


def test_an_allowed_name_lets_through_its_addresses_and_no_other_name() -> None:
    guard = FetchGuard(["Intranet.Trust.Example."])
    private = [ipaddress.ip_address("10.0.0.5")]
    guard.check_resolved("intranet.trust.example", private)
    with pytest.raises(FetchRefused):
        guard.check_resolved("outlet.example", private)


def test_an_allowed_loopback_network_does_not_open_other_private_ones() -> None:
    guard = FetchGuard(["127.0.0.0/8"])
    guard.check_url("http://127.0.0.11:8099/feed.xml")
    with pytest.raises(FetchRefused):
        guard.check_url("http://169.254.169.254/latest/meta-data/")


@pytest.mark.parametrize("host", ["outlet.example", "1.2.3.4.5", "feed", "::g"])
def test_names_are_no_addresses(host: str) -> None:
    assert literal_address(host) is None
