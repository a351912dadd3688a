"""One item or recipient that cannot be worked on: all others are, and it is named and tried again.

Poison is a real row that is damaged, or an item on which a pure function of ours raises or loops.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from alerts import matching
from alerts.digest import digest as digests
from alerts.dispatch import bounded_composition, welcome
from alerts.query import WatchIndex
from alerts.query.text.document import PreparedDocument
from alerts.search import index_filing as filing
from alerts.time_limit import TimeLimit
from storage.archive.stories import Stories
from storage.model import OutboxMessage
from storage.store import Store
from storage.telling.quarantine import DID_NOT_FINISH
from supplierwatch.health.quarantine_mail import retry_quarantined
from tests.support.clock import Clock
from tests.support.desk import READER, Desk, a_subscription
from tests.support.outgoing import assert_mail_is_clean, bodies

pytestmark = pytest.mark.one_database


MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


BRIEF = TimeLimit(processor=0.3, elapsed=300.0)


OTHER = "other@trust.example"


def raises() -> None:
    """A defect of ours."""
    raise ZeroDivisionError("poison")


def loops() -> None:
    """Another one."""
    while True:
        pass


Poison = Callable[[], None]


both = pytest.mark.parametrize("poison", [raises, loops], ids=lambda p: p.__name__)


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 24, 7, 0, tzinfo=UTC))


@pytest.fixture(autouse=True)
def _short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded_composition, "LIMIT", BRIEF)
    monkeypatch.setattr(bounded_composition, "TRIAL_LIMIT", BRIEF)
    for module in (matching, filing, welcome):
        # 25 items take half a second on PostgreSQL where the machine is busy
        monkeypatch.setattr(module, "LIMIT", TimeLimit(processor=1.0, elapsed=300.0))


def text_of(message: OutboxMessage) -> str:
    text = " ".join(bodies(assert_mail_is_clean(message.notification.raw))[0].split())
    return text.replace("*", "")  # hits are marked


def quarantined(store: Store) -> dict[tuple[str, str], bool]:
    """(task, subject) -> whether it is set aside."""
    with store.reading() as unit:
        return {(t.task, t.subject): t.quarantined_at is not None for t in unit.quarantine.list()}


def notices(store: Store) -> str:
    with store.reading() as unit:
        return "\n".join(notice.text for notice in unit.notices.open())


def waiting(store: Store) -> dict[int, int]:
    with store.reading() as unit:
        return unit.tellings.count_pending()


def poison_rendering(patch: pytest.MonkeyPatch, poison: Poison) -> None:
    """Entries of items called Poison cannot be made, but by headline and link."""
    real = digests.entry_of

    def entry_of(findings: Any, *args: Any, **more: Any) -> Any:
        item = findings[0].telling.item
        if "Poison" in item.title and item.body:
            poison()
        return real(findings, *args, **more)

    patch.setattr(digests, "entry_of", entry_of)


def poison_matching(patch: pytest.MonkeyPatch, poison: Poison) -> None:
    real = WatchIndex.match_prepared

    def match(self: WatchIndex, prepared: PreparedDocument) -> Any:
        if "Poison" in prepared.document.title:
            poison()
        return real(self, prepared)

    patch.setattr(WatchIndex, "match_prepared", match)


def poison_grouping(patch: pytest.MonkeyPatch, poison: Poison) -> None:
    real = Stories.assign

    def place(self: Stories, stored: Any) -> int:
        if "Poison" in stored.title:
            poison()
        return real(self, stored)

    patch.setattr(Stories, "assign", place)


@both
def test_an_item_that_cannot_be_shown_is_told_by_headline_and_link(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch, poison: Poison
) -> None:
    desk = Desk(
        store,
        clock,
        a_subscription("all", watches=("halcyon", "epr")),
        a_subscription("epr", to=(OTHER,), watches=("epr",)),
    )
    desk.publish("Poison of Halcyon")
    desk.publish("Halcyon is well")
    desk.publish("A patient record", "A patient record was found.")
    with monkeypatch.context() as patch:
        poison_rendering(patch, poison)
        first = desk.tick()
        assert OTHER in {m.notification.recipient for m in first}, "who is due later is told"
        arrived = list(first)
        for pause in (MINUTE, 5 * MINUTE, 15 * MINUTE):
            arrived += desk.tick(pause)
        assert desk.tick(HOUR) == []

    [message] = [m for m in arrived if m.notification.recipient == READER]
    said = text_of(message)
    assert "https://ward-ledger.example/poison-of-halcyon" in said
    assert "Poison of Halcyon" in said
    assert "could not be shown in full" in said
    assert "Halcyon is well" in said
    assert "https://ward-ledger.example/halcyon-is-well" in said
    assert waiting(store) == {}
    assert quarantined(store) == {("show", "1"): True}
    assert "item 1 cannot be shown in full" in notices(store)
    with store.reading() as unit:
        assert set(unit.outbox.counts()) == {"sent"}
        told = [unit.tellings.told_to(mention_id) for mention_id in (1, 2, 3)]
    assert [len(each) for each in told] == [1, 1, 2]


def test_an_exception_is_tried_three_times_before_it_is_told_in_brief(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Poison of Halcyon")
    poison_rendering(monkeypatch, raises)
    subject = f"alert to {READER}"

    assert desk.tick() == []
    assert desk.tick(timedelta(seconds=30)) == [], "not before its time"
    with store.reading() as unit:
        trouble = unit.quarantine.get("tell", subject)
        assert trouble is not None
        assert (trouble.attempts, trouble.cause) == (1, "ZeroDivisionError: poison")
    assert desk.tick(MINUTE) == []
    assert desk.tick(4 * MINUTE) == []
    assert READER in notices(store)
    assert len(desk.tick(MINUTE)) == 1
    assert "no message can be made" not in notices(store)


def test_an_item_that_is_known_not_to_be_shown_costs_the_next_reader_no_attempt(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(store, clock, a_subscription(to=(READER, OTHER)))
    desk.publish("Poison of Halcyon")
    poison_rendering(monkeypatch, loops)

    assert len(desk.tick()) == 2
    assert quarantined(store) == {("show", "1"): True}


def test_an_item_is_shown_in_full_again_after_a_retry(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(store, clock, a_subscription())
    desk.publish("Poison of Halcyon")
    with monkeypatch.context() as patch:
        poison_rendering(patch, loops)
        assert "could not be shown in full" in text_of(desk.tick()[0])
    with store.transaction() as unit:
        assert len(retry_quarantined(unit, clock(), "show", "1")) == 1
    desk.publish("Poison of Halcyon, part two")

    assert "could not be shown" not in text_of(desk.tick(HOUR)[0])
    assert quarantined(store) == {}
    assert notices(store) == ""


def test_where_not_even_headlines_can_be_told_the_message_is_set_aside_and_shown(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(
        store, clock, a_subscription(watches=("halcyon",)), a_subscription("o", to=(OTHER,))
    )
    desk.publish("Halcyon")
    real = bounded_composition.compose

    def compose(unit: Any, context: Any, group: Any, *rest: Any) -> Any:
        if group.recipient == READER:
            raises()
        return real(unit, context, group, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(bounded_composition, "compose", compose)
        arrived = [m for pause in (0, 1, 5, 15) for m in desk.tick(pause * MINUTE)]
    assert {m.notification.recipient for m in arrived} == {OTHER}
    assert quarantined(store)[("tell", f"alert to {READER}")]
    assert "set aside after 3 attempts" in notices(store)
    assert desk.tick(DAY) == [], "only a command has it tried again"
    assert sum(waiting(store).values()) == 1, "what it tells is kept"

    with store.transaction() as unit:
        retry_quarantined(unit, clock(), "tell")
    [late] = desk.tick()
    assert late.notification.recipient == READER
    assert waiting(store) == {}


def test_a_message_that_took_the_process_with_it_is_tried_after_the_others(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The process is gone: nothing more is written."""

    desk = Desk(store, clock, a_subscription(to=(READER, OTHER)))
    desk.publish("Halcyon")
    real = bounded_composition.compose
    order: list[str] = []

    def compose(unit: Any, context: Any, group: Any, *rest: Any) -> Any:
        order.append(group.recipient)
        if group.recipient == READER and deadly:
            raise Killed
        return real(unit, context, group, *rest)

    monkeypatch.setattr(bounded_composition, "compose", compose)
    desk.match()
    for _ in range(2):
        deadly = True
        with pytest.raises(Killed):
            desk.tell()
        with store.reading() as unit:
            trouble = unit.quarantine.get("tell", f"alert to {READER}")
        assert trouble is not None
        assert trouble.cause == DID_NOT_FINISH
        clock.advance(5 * MINUTE)
    assert trouble.attempts == 2
    assert order == [READER, OTHER, READER], "the second time the other one is first"
    deadly = False

    arrived = desk.tick(5 * MINUTE)
    assert {m.notification.recipient for m in arrived} == {READER, OTHER}
    assert quarantined(store) == {}
    assert waiting(store) == {}


def test_a_message_that_kills_every_time_is_set_aside(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The process is gone."""

    def compose(*_: Any) -> Any:
        raise Killed

    desk = Desk(store, clock, a_subscription())
    desk.publish("Halcyon")
    monkeypatch.setattr(bounded_composition, "compose", compose)
    desk.match()
    deaths = 0
    for _ in range(10):
        try:
            desk.tell()
        except Killed:
            deaths += 1
        clock.advance(15 * MINUTE)
    assert deaths == bounded_composition.MAX_TELLING_ATTEMPTS
    assert quarantined(store) == {("tell", f"alert to {READER}"): True}
