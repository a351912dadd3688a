"""The operator is told that delivery is paused: once for each pause, by what still works."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.store import open_store
from supplierwatch.service.service import Service
from supplierwatch.wiring import load
from tests.supplierwatch.installation import SETTINGS, SUBSCRIPTIONS, a_house, an_article
from tests.support.clock import Clock
from tests.support.outgoing import assert_mail_is_clean, bodies
from tests.support.servers.hooks import Hook, answers

SECRET = "SUPPLIERWATCH_CHANNEL_NEWSROOM_SECRET"  # the name of it


@pytest.mark.parametrize("status", [401, 410])
def test_a_channel_that_is_paused_is_told_to_the_operator_once(tmp_path: Path, status: int) -> None:
    house = a_house(tmp_path)
    with Hook(answers(status, b"revoked")) as hook:
        table = f'[[channel]]\nkey = "newsroom"\nkind = "webhook"\nurl = "{hook.url}"\n'
        operator = '[operator]\nto = "it@trust.example"\n'
        house.write("settings.toml", f"{SETTINGS.format(data=house.data)}{operator}{table}")
        house.write(
            "subscriptions.toml", SUBSCRIPTIONS.replace("comms@trust.example", "channel:newsroom")
        )
        clock = Clock(datetime.now(UTC))
        house.data.mkdir()
        with closing(open_store(f"sqlite:///{house.data}/supplierwatch.db")) as store:
            service = Service(load(house.config, {SECRET: "s"}), store, clock=clock, owner="test")
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
    [mail] = (house.data / "mail").glob("*-operator-*.eml")
    message = assert_mail_is_clean(mail.read_bytes())
    assert message["Subject"] == "Delivery by newsroom is paused"
    said = " ".join(bodies(message)[0].split())
    assert f"{status} revoked" in said
    assert "the [[channel]] newsroom in settings.toml" in said
