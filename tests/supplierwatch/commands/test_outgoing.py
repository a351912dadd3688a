"""`resend`, `hold` and `release`, as an operator uses them."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.model import Receipt
from tests.supplierwatch.instance import Instance, an_instance
from tests.support.builders import NOW, a_message_to_send


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    """Three messages: one sent, one dead, one that waits."""
    instance = an_instance(tmp_path)
    with instance.store() as store, store.transaction() as unit:
        for key in "abc":
            unit.outbox.enqueue(a_message_to_send(key, subject=f"Message {key}"), NOW)
        for number, receipt in (
            (1, Receipt(outcome="delivered", code=250)),
            (2, Receipt(outcome="refused", code=550, detail="no such user")),
        ):
            unit.outbox.record(number, receipt, now=NOW, next_at=None)
    return instance


def states(instance: Instance) -> list[str]:
    return [one["state"] for one in reversed(instance.json("deliveries")["messages"])]


def test_a_dead_message_is_sent_again_without_a_question(instance: Instance) -> None:
    assert instance.run("resend", "2").exit_code == 0
    assert states(instance) == ["sent", "queued", "queued"]


def test_a_message_that_was_sent_is_asked_about(instance: Instance) -> None:
    assert instance.run("resend", "1", input="n\n").exit_code == 1
    assert states(instance)[0] == "sent"
    run = instance.run("resend", "1", input="y\n")
    assert "send it once more?" in run.output
    assert states(instance)[0] == "queued"


def test_the_question_can_be_answered_beforehand(instance: Instance) -> None:
    assert instance.run("resend", "1", "2", "--yes").exit_code == 0
    assert states(instance) == ["queued", "queued", "queued"]


def test_what_waits_is_held_until_it_is_released(instance: Instance) -> None:
    assert "is held: Message c" in instance.run("hold", "3").stdout
    assert states(instance) == ["sent", "dead", "held"]
    with instance.service() as service:
        service.deliver()
    assert states(instance)[2] == "held"
    assert "is released: Message c" in instance.run("release", "3").stdout
    assert states(instance)[2] == "queued"


def test_what_cannot_be_held_or_released_is_said_with_its_state(instance: Instance) -> None:
    held = instance.run("hold", "1", "3")
    assert held.exit_code == 1
    assert "does not wait to be sent (sent): Message a" in held.stdout
    assert states(instance) == ["sent", "dead", "held"]
    released = instance.run("release", "2")
    assert released.exit_code == 1
    assert "is not held (dead)" in released.stdout


def test_a_number_that_does_not_exist_changes_nothing(instance: Instance) -> None:
    run = instance.run("hold", "3", "77")
    assert run.exit_code == 2
    assert "there is no message 77" in run.output
    assert states(instance) == ["sent", "dead", "queued"]


def test_deliveries_shows_the_numbers_that_these_commands_take(instance: Instance) -> None:
    shown = instance.run("deliveries").stdout.splitlines()
    assert [line.split()[0] for line in shown if "@" in line] == ["3", "2", "1"]
