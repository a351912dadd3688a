"""The address that a message names for readers who want no more of it."""

from __future__ import annotations

import pytest

from alerts.messages.wording import stop_link


@pytest.mark.parametrize(
    ("contact", "address"),
    [
        ("watch@trust.example", "watch@trust.example"),
        ("Media watch <watch@trust.example>", "watch@trust.example"),
        ('"Watch, media" <watch@trust.example> ', "watch@trust.example"),
        ("a&b@trust.example", "a%26b@trust.example"),
    ],
)
def test_a_link_to_unsubscribe_has_the_address_without_the_name(contact: str, address: str) -> None:
    assert stop_link(contact, ["daily"]) == f"mailto:{address}?subject=unsubscribe%20daily"
