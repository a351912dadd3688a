"""Links in messages: they say what they do, and nobody else can make one."""

from __future__ import annotations

from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.digest.reader_links import Control, ReaderLinks, read_token, token_of

KEY = b"k" * 32
LINKS = ReaderLinks(home="https://watch.example", key=KEY, subscriber_ids=(3, 12))
MUTE = Control(action="mute", subscriber_ids=(3, 12), watch_key="palm-oil")
controls = st.builds(
    Control,
    action=st.sampled_from(["end", "mute", "irrelevant"]),
    subscriber_ids=st.lists(st.integers(1, 10**9), max_size=20).map(tuple),
    watch_key=st.text(ascii_letters + digits + "-_", max_size=40),
    item_id=st.integers(0, 10**12),
)


@given(controls)
def test_a_token_says_what_it_was_made_of(control: Control) -> None:
    assert read_token(token_of(control, KEY), KEY) == control


def test_links_lead_to_the_service_and_say_what_each_does() -> None:
    mute = LINKS.mute("palm-oil")
    assert mute.startswith("https://watch.example/c/")
    assert read_token(mute.rpartition("/")[2], KEY) == MUTE
    ends = read_token(LINKS.end.rpartition("/")[2], KEY)
    assert ends == Control(action="end", subscriber_ids=(3, 12))
    wrong = read_token(LINKS.irrelevant("palm-oil", 7).rpartition("/")[2], KEY)
    assert wrong == Control(
        action="irrelevant", subscriber_ids=(3, 12), watch_key="palm-oil", item_id=7
    )


def test_another_key_reads_nothing() -> None:
    assert read_token(token_of(MUTE, KEY), b"x" * 32) is None


@given(st.integers(0, 400), st.sampled_from(ascii_letters + digits + "-_."))
def test_no_letter_of_a_token_can_be_changed(at: int, letter: str) -> None:
    token = token_of(MUTE, KEY)
    at %= len(token)
    if token[at] == letter:
        return
    changed = token[:at] + letter + token[at + 1 :]
    # the last letter of each part has bits that carry nothing
    assert read_token(changed, KEY) in (None, MUTE)


@given(st.text(max_size=200))
def test_any_other_text_is_no_token(text: str) -> None:
    assert read_token(text, KEY) is None


@pytest.mark.parametrize(
    "text", ["", ".", "a.b", "é.é", "x" * 5000, "MTo.", token_of(MUTE, KEY)[:-4]]
)
def test_broken_tokens_are_none(text: str) -> None:
    assert read_token(text, KEY) is None


def test_the_key_is_not_shown() -> None:
    assert "kkkk" not in repr(LINKS)
