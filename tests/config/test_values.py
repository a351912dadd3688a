"""Single values are tidied or refused; what is accepted here works where it is used."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages.mail_address import mailbox
from config.values.checks import (
    check_address,
    check_allowed_host,
    check_host_and_port,
    check_key,
    check_mailbox,
    check_url,
)
from config.values.invalid_value import InvalidValue


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("you@example.org", "you@example.org"),
        ("  o'brien+watch@mail.example.org ", "o'brien+watch@mail.example.org"),
        ("root@localhost", "root@localhost"),
        ("you@exämple.org", "you@xn--exmple-cua.org"),
    ],
)
def test_an_address_is_tidied(written: str, address: str) -> None:
    assert check_address(written) == address


@pytest.mark.parametrize(
    "written",
    [
        "",
        "you",
        "@example.org",
        "you@",
        "you@example.org.",
        "you@-example.org",
        "you@192.0.2.1",
        "you@[192.0.2.1]",
        ".you@example.org",
        "yo..u@example.org",
        '"yo u"@example.org',
        "you@example.org, them@example.org",
        "you@example.org\nBcc: them@example.org",
        "zoë@example.org",
        "y" * 65 + "@example.org",
        "you@" + "e" * 64 + ".org",
    ],
)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(InvalidValue):
        check_address(written)


@pytest.mark.parametrize(
    "written",
    ["watch@trust.example", "Media watch <watch@trust.example>", "Watch, media <w@trust.example>"],
)
def test_a_sender_may_have_a_name(written: str) -> None:
    assert check_mailbox(written) == written


@pytest.mark.parametrize(
    "written", ["Watch", "Watch <>", "Watch <w@trust.example", "Watch <w@x.org> and more", "a\nb"]
)
def test_what_is_no_sender_is_refused(written: str) -> None:
    with pytest.raises(InvalidValue):
        check_mailbox(written)


@given(st.text(alphabet="ab.@<>\"', -_+ü\n1", max_size=20), st.booleans())
def test_every_address_that_is_accepted_makes_a_header(text: str, named: bool) -> None:
    try:
        accepted = check_mailbox(f"A <{text}>") if named else check_address(text)
    except InvalidValue:
        return

    assert mailbox(accepted).addr_spec


@pytest.mark.parametrize(
    ("written", "server"),
    [
        ("smtp.example.org:587", ("smtp.example.org", 587)),
        ("localhost:25", ("localhost", 25)),
        ("[::1]:1025", ("::1", 1025)),
        ("192.0.2.1:465", ("192.0.2.1", 465)),
        ("mail_catcher:1025", ("mail_catcher", 1025)),
    ],
)
def test_a_server_is_a_host_and_a_port(written: str, server: tuple[str, int]) -> None:
    assert check_host_and_port(written) == server


@pytest.mark.parametrize(
    "written", ["smtp.example.org", ":25", "host:0", "host:65536", "::1:25", "a b:25", "host:٢٥"]
)
def test_what_is_no_server_is_refused(written: str) -> None:
    with pytest.raises(InvalidValue):
        check_host_and_port(written)


@pytest.mark.parametrize(
    "written",
    [
        "https://example.org/feed/",
        "http://example.org:8080/?s=a&organisations[]=nhs-england&q=%22a+b%22",
        "http://127.0.0.1:8000/feed",
        "http://[::1]:8000/feed",
        "https://exämple.org/",
    ],
)
def test_a_web_address_stays_as_it_was_written(written: str) -> None:
    assert check_url(written) == written


@pytest.mark.parametrize(
    "written",
    [
        "example.org/feed",
        "//example.org/feed",
        "ftp://example.org/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https://exa mple.org/",
        "https://example.org/\x00",
        "https://example.org:99999/",
        "http://[::1/",
        "http://127.0.0.1:88\\@example.org/",
        "https://me@example.org/",
    ],
)
def test_what_cannot_be_fetched_is_refused(written: str) -> None:
    with pytest.raises(InvalidValue):
        check_url(written)


@pytest.mark.parametrize(
    ("written", "allowed"),
    [
        ("Intranet.Example", "intranet.example"),
        ("10.1.2.3", "10.1.2.3"),
        ("10.1.2.3/8", "10.0.0.0/8"),
        ("[fd00::1]", "fd00::1"),
        ("fd00::/8", "fd00::/8"),
    ],
)
def test_a_host_that_is_allowed_is_tidied(written: str, allowed: str) -> None:
    assert check_allowed_host(written) == allowed


@pytest.mark.parametrize(
    "written", ["", "http://intranet.example/", "0.0.0.0/0", "::/0", "10.0.0.0/33", "300.1.1.1"]
)
def test_what_is_no_host_is_not_allowed(written: str) -> None:
    with pytest.raises(InvalidValue):
        check_allowed_host(written)


@pytest.mark.parametrize("written", ["a", "palantir-nhs", "x1.y_z", "0"])
def test_a_key_is_small_letters_digits_and_joints(written: str) -> None:
    assert check_key(written) == written


@pytest.mark.parametrize("written", ["", "A", "a b", "-a", "a-", "a--b", "ä", "*", "a" * 65])
def test_what_is_no_key_is_refused(written: str) -> None:
    with pytest.raises(InvalidValue):
        check_key(written)
