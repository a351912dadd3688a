"""Users of the desk, their sessions and links, on both databases."""

from __future__ import annotations

from datetime import timedelta

from storage.model import Role
from storage.store import Store
from storage.users.users import MAX_SESSIONS, SESSION_LIFETIME
from tests.support.builders import NOW


def add(store: Store, name: str = "ruth", role: Role = Role.READER) -> int:
    with store.transaction() as unit:
        user = unit.users.add(name, role, NOW)
        assert user is not None
        return user.user_id


def test_a_name_is_taken_once(store: Store) -> None:
    add(store)
    with store.transaction() as unit:
        assert unit.users.add("ruth", Role.OPERATOR, NOW) is None
        assert [(user.name, user.role) for user in unit.users.list()] == [("ruth", Role.READER)]


def test_no_token_stands_in_the_database(store: Store) -> None:
    user = add(store)
    with store.transaction() as unit:
        session = unit.users.open_session(user, NOW)
        link = unit.users.make_link(user, NOW)
    with store._engine.connect() as connection:
        stored = [
            str(row)
            for table in ("desk_session", "desk_link", "desk_user")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}").all()
        ]
    assert stored
    assert not [row for row in stored if session in row or link in row]


def test_a_session_ends_in_time_and_one_of_a_clock_ahead_at_once(store: Store) -> None:
    user = add(store)
    with store.transaction() as unit:
        token = unit.users.open_session(user, NOW)
        ahead = unit.users.open_session(user, NOW + timedelta(days=3650))
        token = unit.users.open_session(user, NOW)
        assert (
            unit.users.find_session(token, NOW + SESSION_LIFETIME - timedelta(seconds=1))
            is not None
        )
        assert unit.users.find_session(token, NOW + SESSION_LIFETIME) is None
        assert unit.users.find_session(ahead, NOW) is None
        assert unit.users.find_session("another", NOW) is None


def test_one_user_has_so_many_sessions_at_most(store: Store) -> None:
    user = add(store)
    with store.transaction() as unit:
        tokens = [
            unit.users.open_session(user, NOW + timedelta(seconds=at))
            for at in range(MAX_SESSIONS + 2)
        ]
        later = NOW + timedelta(minutes=5)
        alive = [token for token in tokens if unit.users.find_session(token, later) is not None]
    assert alive == tokens[2:]


def test_a_link_is_used_once_and_ended_by_a_newer_one(store: Store) -> None:
    user = add(store)
    with store.transaction() as unit:
        old, new = unit.users.make_link(user, NOW), unit.users.make_link(user, NOW)
        assert unit.users.check_link(old, NOW) == (False, None)
        good, found = unit.users.check_link(new, NOW)
        assert (good, found is not None and found.name) == (True, "ruth")
        assert unit.users.use_link(new)
        assert not unit.users.use_link(new)


def test_a_first_link_ends_the_one_before(store: Store) -> None:
    with store.transaction() as unit:
        old, new = unit.users.make_link(None, NOW), unit.users.make_link(None, NOW)
        assert unit.users.check_link(old, NOW) == (False, None)
        assert unit.users.check_link(new, NOW) == (True, None)


def test_what_was_read_is_never_unread(store: Store) -> None:
    user = add(store)
    with store.transaction() as unit:
        unit.users.mark_all_read(user, 7)
        unit.users.mark_all_read(user, 3)
        assert [each.seen_mention_id for each in unit.users.list()] == [7]


def test_roles_include_the_ones_below() -> None:
    assert [[role.includes(other) for other in Role] for role in Role] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]
