"""Subscriptions that are edited in their file: only their own lines change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from config.editing.subscription_draft import (
    SubscriptionDraft,
    drop_subscription,
    edit_subscription,
    read_subscription,
    subscription_text,
)
from config.errors import EditRefused

FILE = """\
[[subscription]] # the morning
to = ["comms@trust.example"]
watches = ["halcyon"]
cadence = "daily at 07:30"
expect = [{ within = "30d", watch = "halcyon" }]

[[subscription]]
key = "at-once"
to = ["duty@trust.example", "press@trust.example"]
watches = ["*"]
cadence = "immediate"
quiet_hours = "21:00-07:00"
"""
LINES = FILE.encode()


def draft(key: str) -> SubscriptionDraft:
    found = read_subscription(LINES, key)
    assert found is not None
    return found


def test_a_subscription_without_a_key_is_found_by_the_one_that_it_gets() -> None:
    assert draft("daily-halcyon").to == ("comms@trust.example",)
    assert read_subscription(LINES, "nobody") is None


def test_an_edit_writes_the_key_so_that_its_readers_stay() -> None:
    after = edit_subscription(LINES, replace(draft("daily-halcyon"), cadence="hourly"))
    assert "cadence = 'hourly'\nexpect = [{ within" in after.decode()
    assert "key = 'daily-halcyon'\n" in after.decode()
    assert read_subscription(after, "daily-halcyon") is not None
    assert read_subscription(after, "hourly-halcyon") is None


def test_an_edit_changes_only_its_own_lines() -> None:
    assert edit_subscription(LINES, draft("at-once")) == LINES
    changed = replace(draft("at-once"), to=("duty@trust.example",), quiet_hours="", send_empty=True)
    assert edit_subscription(LINES, changed).decode() == FILE.replace(
        '"duty@trust.example", "press@trust.example"', '"duty@trust.example"'
    ).replace('quiet_hours = "21:00-07:00"', "send_empty = true")


def test_a_new_one_comes_at_the_end_and_can_be_removed_again() -> None:
    new = SubscriptionDraft(
        key="new", to=("a@trust.example",), watches=("halcyon",), cadence="hourly"
    )
    after = edit_subscription(LINES, new)
    assert after.decode() == f"{FILE}\n{subscription_text(new)}"
    assert 'key = "at-once"' in drop_subscription(after, "new").decode()
    assert "'new'" not in drop_subscription(after, "new").decode()


def test_a_file_with_an_invalid_subscription_is_not_edited() -> None:
    with pytest.raises(EditRefused, match="check"):
        read_subscription(LINES.replace(b"daily at 07:30", b"sometimes"), "at-once")
