"""The operator is told that delivery is paused: once for each pause, by what still works."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.store import open_store
from supplierwatch.service.service import Service
from supplierwatch.wiring import load
from tests.supplierwatch.instance import SETTINGS, SUBSCRIPTIONS, an_article, an_instance
from tests.support.clock import Clock
from tests.support.outgoing import assert_mail_is_clean, bodies
from tests.support.servers.hooks import Hook, answers

SECRET = "SUPPLIERWATCH_CHANNEL_NEWSROOM_SECRET"  # the name of it


@pytest.mark.parametrize("status", [401, 410])
def test_a_channel_that_is_paused_is_told_to_the_operator_once(tmp_path: Path, status: int) -> None:
    instance = an_instance(tmp_path)
    with Hook(answers(status, b"revoked")) as hook:
        table = f'[[channel]]\nkey = "newsroom"\nkind = "webhook"\nurl = "{hook.url}"\n'
        operator = '[operator]\nto = "it@trust.example"\n'
        instance.write("settings.toml", f"{SETTINGS.format(data=instance.data)}{operator}{table}")
        instance.write(
            "subscriptions.toml", SUBSCRIPTIONS.replace("comms@trust.example", "channel:newsroom")
        )
        clock = Clock(datetime.now(UTC))
        instance.data.mkdir()
        with closing(open_store(f"sqlite:///{instance.data}/supplierwatch.db")) as store:
            service = Service(
                load(instance.config, {SECRET: "s"}), store, clock=clock, owner="test"
            )
            with store.transaction() as unit:
                unit.items.put(an_article(), now=clock(), baseline=False)
            service.match()
            with store.reading() as unit:
                everybody = [one.subscriber_id for one in unit.subscribers.all()]
            service.tell(force=everybody)
            for _ in range(6):
                service.deliver()
                clock.advance(timedelta(minutes=16))
            hook.behaviour = answers(200)
            service.deliver()
    assert len(hook.heard) > 2, "one message tries every quarter of an hour"
    [mail] = (instance.data / "mail").glob("*-operator-*.eml")
    message = assert_mail_is_clean(mail.read_bytes())
    assert message["Subject"] == "Delivery by newsroom is paused"
    said = " ".join(bodies(message)[0].split())
    assert f"{status} revoked" in said
    assert "the [[channel]] newsroom in settings.toml" in said
