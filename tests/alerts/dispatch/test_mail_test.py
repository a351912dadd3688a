"""`mail-test`: one message past the outbox."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from alerts.dispatch.mail_test import send_test
from alerts.errors import MessageError
from config.model import CrawlSettings, MailSettings, ServiceSettings, Settings, SmtpServer
from tests.support.outgoing import assert_mail_is_clean
from tests.support.servers.mailserver import ScriptedServer, mail_server
from tests.support.tellings import NOW


def settings(data: Path, port: int | None = None) -> Settings:
    smtp = None
    if port is not None:
        smtp = SmtpServer(
            host="127.0.0.1", port=port, security="none", username=None, password=None
        )
    return Settings(
        mail=MailSettings(sender="Watch <watch@trust.example>", reply_to=None, smtp=smtp),
        operator_to=None,
        service=ServiceSettings(
            data=data, database_url=f"sqlite:///{data}/w.db", public_url=None, listen=None
        ),
        crawl=CrawlSettings(
            allowed_hosts=(),
            user_agent="x",
            concurrent_batches=1,
            batch_deadline=timedelta(minutes=1),
            memory_limit_mb=512,
            download_delay=timedelta(0),
        ),
    )


def test_a_test_message_arrives(tmp_path: Path) -> None:
    with mail_server() as server:
        receipt = send_test(settings(tmp_path, server.port), "me@trust.example", NOW)

    assert receipt.outcome == "delivered"
    [(to, _)] = server.inbox.received
    assert to == "me@trust.example"
    assert_mail_is_clean(server.inbox.raw[0])


def test_without_a_mail_server_it_becomes_a_file(tmp_path: Path) -> None:
    receipt = send_test(settings(tmp_path), "me@trust.example", NOW)

    assert Path(receipt.detail).is_relative_to(tmp_path / "mail")
    assert_mail_is_clean(Path(receipt.detail).read_bytes())


def test_a_refusal_is_shown_with_the_servers_words(tmp_path: Path) -> None:
    with ScriptedServer({"mail": "550 5.7.1 you may not send as watch@trust.example"}) as server:
        receipt = send_test(settings(tmp_path, server.port), "me@trust.example", NOW)

    assert receipt.outcome == "paused"
    assert "you may not send as" in receipt.detail


def test_what_is_no_address_is_said_before_anything_is_sent(tmp_path: Path) -> None:
    with pytest.raises(MessageError, match="me-at-trust"):
        send_test(settings(tmp_path), "me-at-trust", NOW)
