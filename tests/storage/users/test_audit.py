"""The audit trail and kept answers, on both databases."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from storage.model import Actor, Change
from storage.store import Store
from storage.users.audit_trail import MAX_TEXT
from storage.users.idempotent_responses import KEPT_FOR, MAX_RESPONSES
from tests.storage.users.test_users import add
from tests.support.builders import NOW

RUTH = Actor(name="ruth", via="session", client="192.0.2.7")


def record(store: Store, action: str = "user.add", subject: str = "eve", days: int = 0) -> None:
    with store.transaction() as unit:
        unit.audit.record(RUTH, Change(action=action, subject=subject), NOW + timedelta(days=days))


def test_entries_are_listed_the_newest_first_and_by_filter(store: Store) -> None:
    record(store)
    record(store, "user.role", "ada", days=1)
    record(store, "users-imported.add", "eve", days=2)
    with store.reading() as unit:
        listed = unit.audit.list(limit=10)
        assert [each.change.subject for each in listed] == ["eve", "ada", "eve"]
        assert (listed[0].actor, listed[0].at) == (RUTH, NOW + timedelta(days=2))
        assert len(unit.audit.list(limit=2)) == 2
        assert [e.change.action for e in unit.audit.list(limit=9, thing="user")] == [
            "user.role",
            "user.add",
        ]
        assert [e.change.action for e in unit.audit.list(limit=9, thing="user%")] == []
        assert len(unit.audit.list(limit=9, subject="eve")) == 2
        assert unit.audit.list(limit=9, actor="eve") == ()
        assert len(unit.audit.list(limit=9, since=NOW + timedelta(days=1))) == 2
        assert len(unit.audit.list(limit=9, below=listed[0].entry_id)) == 2


def test_an_entry_that_is_rolled_back_with_its_change_is_none(store: Store) -> None:
    with suppress(RuntimeError), store.transaction() as unit:
        unit.audit.record(RUTH, Change(action="user.add", subject="eve"), NOW)
        assert unit.audit.recorded == 1
        raise RuntimeError
    with store.reading() as unit:
        assert unit.audit.list(limit=9) == ()


def test_long_texts_are_cut_and_old_entries_pruned(store: Store) -> None:
    record(store, subject="é" * 5_000)
    record(store, days=10)
    with store.transaction() as unit:
        assert [len(e.change.subject) for e in unit.audit.list(limit=9)] == [3, MAX_TEXT]
        assert unit.audit.prune(NOW + timedelta(days=5)) == 1
        assert [e.change.subject for e in unit.audit.list(limit=9)] == ["eve"]


def test_an_answer_is_kept_for_its_time_and_its_user(store: Store) -> None:
    ruth, ada = add(store), add(store, "ada")
    with store.transaction() as unit:
        assert unit.responses.claim(ruth, "k", "h", NOW)
        unit.responses.store(ruth, "k", status=201, document="{}", location="/x")
    with store.transaction() as unit:
        assert not unit.responses.claim(ruth, "k", "h", NOW)
        assert unit.responses.claim(ada, "k", "h", NOW)
        found = unit.responses.find(ruth, "k", NOW)
        assert found is not None
        assert (found.status, found.document, found.location) == (201, "{}", "/x")
        for over in (NOW + KEPT_FOR, NOW - timedelta(days=3)):
            assert unit.responses.find(ruth, "k", over) is None
        assert unit.responses.claim(ruth, "k", "h", NOW + KEPT_FOR)
        assert unit.responses.prune(NOW + KEPT_FOR) == 1


def test_a_claim_that_is_rolled_back_leaves_the_key_free(store: Store) -> None:
    ruth = add(store)
    with suppress(RuntimeError), store.transaction() as unit:
        assert unit.responses.claim(ruth, "k", "h", NOW)
        raise RuntimeError
    with store.transaction() as unit:
        assert unit.responses.claim(ruth, "k", "h", NOW)


def test_of_one_user_so_many_answers_are_kept_at_most(store: Store) -> None:
    ruth = add(store)
    with store.transaction() as unit:
        for at in range(MAX_RESPONSES + 3):
            assert unit.responses.claim(ruth, f"k{at}", "h", NOW + timedelta(seconds=at))
        later = NOW + timedelta(hours=1)
        assert unit.responses.find(ruth, "k2", later) is None
        assert unit.responses.find(ruth, "k3", later) is not None
