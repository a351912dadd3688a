"""What readers say on the desk means the same as what they say by the links of their messages."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from alerts.digest.desk_muting import find_mute
from config.model import Cadence
from storage.model import DeskMute, MarkKind, MuteKind, Role
from storage.store import Store
from tests.support.builders import NOW, OUTLET, a_stored_item
from tests.support.clock import Clock
from tests.support.desk import READER, Desk, a_subscription

DAILY = Cadence(kind="daily", at=time(7, 30), text="daily at 07:30")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def desk(store: Store) -> Desk:
    clock = Clock(datetime(2026, 11, 24, 7, 0, tzinfo=UTC))
    made = Desk(store, clock, a_subscription("daily", DAILY))
    made.tick()
    made.publish("Halcyon wins")
    assert len(made.tick(HOUR)) == 1
    return made


def a_user(desk: Desk, email: str | None = READER.upper()) -> int:
    with desk.store.transaction() as unit:
        user = unit.users.add("ruth", Role.EDITOR, desk.clock(), email=email)
        assert user is not None
        return user.user_id


def mark_irrelevant(desk: Desk, user: int) -> None:
    with desk.store.transaction() as unit:
        kind = MarkKind.IRRELEVANT
        unit.marks.add(1, kind, user, desk.clock(), text="another firm", watch_key="halcyon")


def mute(desk: Desk, user: int, kind: MuteKind, **what: str | int) -> None:
    with desk.store.transaction() as unit:
        until = desk.clock() + 30 * DAY
        assert unit.desk_mutes.add(kind, user, desk.clock(), until=until, **what)  # type: ignore[arg-type]


def test_edits_of_what_a_user_called_irrelevant_are_not_told_to_them(desk: Desk) -> None:
    mark_irrelevant(desk, a_user(desk))
    with desk.store.reading() as unit:
        [noted] = unit.reader_requests.irrelevant("halcyon")
        assert unit.reader_requests.irrelevant("corvid") == ()
    assert (noted.title, noted.recipient) == ("Halcyon wins", "ruth")
    assert noted.reason == "another firm"
    desk.publish("Halcyon loses everything", name="Halcyon wins")
    assert desk.tick(DAY) == []


def test_edits_are_told_to_others_and_again_when_it_is_taken_back(desk: Desk) -> None:
    user = a_user(desk, "somebody@else.example")
    mark_irrelevant(desk, user)
    desk.publish("Halcyon loses everything", name="Halcyon wins")
    assert len(desk.tick(DAY)) == 1
    with desk.store.transaction() as unit:
        unit.marks.end(1, MarkKind.IRRELEVANT, user, desk.clock(), watch_key="halcyon")
        assert unit.reader_requests.irrelevant() == ()


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("watch", {"watch_key": "halcyon"}),
        ("outlet", {"source_key": OUTLET}),
        ("story", {"item_id": 1}),
    ],
    ids=["watch", "outlet", "story"],
)
def test_what_a_user_muted_is_not_in_their_messages(
    desk: Desk, kind: MuteKind, what: dict[str, str | int]
) -> None:
    mute(desk, a_user(desk), kind, **what)
    # an edit of the story, which the outlet published and the watch finds
    desk.publish("Halcyon loses everything", name="Halcyon wins")
    assert desk.tick(DAY) == []


def test_a_mute_of_somebody_else_changes_no_message(desk: Desk) -> None:
    mute(desk, a_user(desk, None), "watch", watch_key="halcyon")
    desk.publish("Halcyon loses")
    assert len(desk.tick(DAY)) == 1


def test_a_mute_of_a_subscription_is_for_all_its_readers(desk: Desk) -> None:
    user = a_user(desk, None)
    mute(desk, user, "watch", watch_key="halcyon", subscription_key="daily")
    desk.publish("Halcyon loses")
    assert desk.tick(DAY) == []


def a_mute(kind: MuteKind, **what: str) -> DeskMute:
    return DeskMute(
        mute_id=1,
        kind=kind,
        user_id=1,
        user="ruth",
        made_at=NOW,
        until=NOW + DAY,
        **what,  # type: ignore[arg-type]
    )


def test_a_muted_supplier_is_told_beside_another() -> None:
    item = a_stored_item()
    muted = [a_mute("supplier", watch_key="fdp", supplier_key="halcyon")]
    assert find_mute(muted, item, "fdp", lambda: {"halcyon"})
    assert not find_mute(muted, item, "fdp", lambda: {"halcyon", "corvid"})
    assert not find_mute(muted, item, "fdp", frozenset)
    assert not find_mute(muted, item, "another", lambda: {"halcyon"})


def test_what_a_reader_called_irrelevant_by_a_link_is_known_with_its_story(desk: Desk) -> None:
    with desk.store.transaction() as unit:
        [subscriber] = unit.subscribers.all()
        unit.reader_requests.dismiss([subscriber.subscriber_id], "halcyon", 1, desk.clock())
        [known] = unit.reader_requests.dismissed_by_links([1])
        assert unit.reader_requests.dismissed_by_links([2]) == ()
    assert (known.story_id, known.watch_key, known.recipient) == (1, "halcyon", READER)
