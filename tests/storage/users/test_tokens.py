"""Personal tokens for the API, on both databases."""

from __future__ import annotations

from datetime import timedelta

from storage.model import Role, Scope
from storage.store import Store
from storage.users.tokens import MAX_TOKENS, MAX_VALIDITY
from tests.storage.users.test_users import add
from tests.support.builders import NOW

DAY = timedelta(days=1)


def make(store: Store, user: int, *, valid_for: timedelta = DAY) -> str:
    with store.transaction() as unit:
        token = unit.tokens.make(user, "newsroom", [Scope.READ], NOW, valid_for=valid_for)
    assert token is not None
    return token


def test_a_token_is_found_by_its_secret_which_is_not_stored(store: Store) -> None:
    user = add(store)
    token = make(store, user)
    with store.reading() as unit:
        found = unit.tokens.find(token, NOW)
        assert unit.tokens.find(token[:-1], NOW) is None
        assert unit.tokens.find("", NOW) is None
    assert found is not None
    assert (found.user.name, found.user.role, found.label) == ("ruth", Role.READER, "newsroom")
    assert found.scopes == {Scope.READ}
    with store._engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM desk_token").all()
    assert len(rows) == 1
    assert token not in str(rows)


def test_a_token_ends_in_time_and_one_of_a_clock_ahead_at_once(store: Store) -> None:
    token = make(store, add(store))
    with store.reading() as unit:
        assert unit.tokens.find(token, NOW + DAY - timedelta(seconds=1)) is not None
        assert unit.tokens.find(token, NOW + DAY) is None
        assert unit.tokens.find(token, NOW - MAX_VALIDITY) is None


def test_none_is_valid_for_longer_than_the_longest(store: Store) -> None:
    token = make(store, add(store), valid_for=timedelta(days=100_000))
    with store.reading() as unit:
        assert unit.tokens.find(token, NOW + MAX_VALIDITY) is None


def test_a_user_has_so_many_tokens_at_most(store: Store) -> None:
    user = add(store)
    with store.transaction() as unit:
        made = [
            unit.tokens.make(user, "x", [Scope.READ], NOW, valid_for=DAY)
            for _ in range(MAX_TOKENS + 1)
        ]
        assert made[-1] is None
        assert None not in made[:-1]
        # those that are over make room
        assert unit.tokens.make(user, "x", [Scope.READ], NOW + DAY, valid_for=DAY) is not None
        assert len(unit.tokens.of_user(user)) == 1


def test_only_its_own_user_revokes_a_token(store: Store) -> None:
    ruth, eve = add(store), add(store, "eve")
    token = make(store, ruth)
    with store.transaction() as unit:
        [known] = unit.tokens.of_user(ruth)
        assert unit.tokens.of_user(eve) == ()
        assert not unit.tokens.revoke(eve, known.token_id)
        assert unit.tokens.find(token, NOW) is not None
        assert unit.tokens.revoke(ruth, known.token_id)
        assert not unit.tokens.revoke(ruth, known.token_id)
        assert unit.tokens.find(token, NOW) is None


def test_a_new_password_and_disabling_end_the_tokens(store: Store) -> None:
    user = add(store)
    token = make(store, user)
    with store.transaction() as unit:
        unit.users.disable(user, NOW)
        assert unit.tokens.find(token, NOW) is None
        unit.users.disable(user, None)
        assert unit.tokens.find(token, NOW) is not None
        unit.users.set_password(user, "hash")
        assert unit.tokens.find(token, NOW) is None
        assert unit.tokens.of_user(user) == ()
