"""Mail as files: whole or not at all, and never twice."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.channels.files import FileChannel
from tests.support.outgoing import a_message, a_notification, assert_mail_is_clean, bodies


def test_a_message_becomes_a_mail_and_a_page(tmp_path: Path) -> None:
    message = a_message()

    receipt = FileChannel(tmp_path / "mail").send(message)

    assert receipt.outcome == "delivered"
    [eml] = (tmp_path / "mail").glob("*.eml")
    assert str(eml) == receipt.detail
    assert eml.read_bytes() == message.notification.raw
    html = bodies(assert_mail_is_clean(eml.read_bytes()))[1]
    assert eml.with_suffix(".html").read_bytes().decode() == html


def test_a_resend_overwrites_and_never_doubles(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path)

    channel.send(a_message())
    channel.send(a_message(attempts=3, unknown_outcomes=1))

    assert len(list(tmp_path.iterdir())) == 2  # one .eml, one .html


def test_messages_of_one_second_do_not_overwrite_each_other(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path)

    for key in ("a", "b"):
        channel.send(a_message(a_notification(key=key)))

    assert len(list(tmp_path.glob("*.eml"))) == 2


def test_a_recipient_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    # no address that the configuration would take, which is why the mail is no clean one
    notification = a_notification(recipient="../../etc/passwd@evil.example")

    FileChannel(tmp_path / "letters").send(a_message(notification))

    assert [p.parent for p in tmp_path.rglob("*.eml")] == [tmp_path / "letters"]


def test_what_cannot_be_written_is_deferred_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    receipt = FileChannel(tmp_path).send(a_message())

    assert receipt.outcome == "deferred"
    assert "No space left" in receipt.detail
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_deferred(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("in the way")

    assert FileChannel(tmp_path / "mail").send(a_message()).outcome == "deferred"


def test_the_name_follows_the_time_at_which_the_message_was_made(tmp_path: Path) -> None:
    message = a_message()
    [eml] = [Path(FileChannel(tmp_path).send(message).detail)]

    assert eml.name.startswith(f"{message.created_at:%Y%m%d-%H%M%S}-digest-comms@trust.example-")
    assert message.created_at.utcoffset() == timedelta(0)
