"""Apprise: used where it is installed, at least once and without causes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.channels.apprise import AppriseChannel, compose_text
from config.model import ChannelSettings, Where
from storage.model import OutboxMessage
from tests.alerts.channels.test_contract import RENDERED
from tests.support.outgoing import a_message
from tests.support.servers.hooks import Hook, answers


def a_place(secret: str) -> ChannelSettings:
    where = Where(file="settings.toml", line=1)
    return ChannelSettings(
        key="rest", kind="apprise", url=None, to=None, secret=secret, where=where
    )


def an_outbox_message() -> OutboxMessage:
    message = a_message()
    raw = compose_text(RENDERED)
    return replace(message, notification=replace(message.notification, raw=raw))


def test_the_text_has_the_subject_in_front_and_fits() -> None:
    text = compose_text(RENDERED).decode()
    assert text.startswith("Halcyon: 60 new stories\n\nHalcyon at trust 0\n")
    assert text.endswith(" more")
    assert len(text) <= 1_800


@pytest.mark.parametrize(("status", "outcome"), [(200, "delivered"), (500, "deferred")])
def test_yes_is_delivered_and_no_is_tried_again(status: int, outcome: str) -> None:
    pytest.importorskip("apprise", reason="Apprise is an extra that is not installed here")
    with Hook(answers(status)) as hook:
        channel = AppriseChannel(a_place(f"json://127.0.0.1:{hook.port}/"))
        assert channel.send(an_outbox_message()).outcome == outcome
    assert b"Halcyon: 60 new stories" in hook.heard[0].body


def test_an_address_that_apprise_cannot_read_pauses() -> None:
    pytest.importorskip("apprise", reason="Apprise is an extra that is not installed here")
    assert AppriseChannel(a_place("nonsense")).send(an_outbox_message()).outcome == "paused"
