"""`supplierwatch user`: adds, lists and changes the users of the desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplierwatch.shell.exits import Exit
from tests.supplierwatch.instance import Instance, an_instance


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    made = an_instance(tmp_path)
    with made.store():
        return made


def test_a_user_is_added_with_a_link_and_listed(instance: Instance) -> None:
    ended = instance.run("user", "add", "ruth", "--role", "editor")
    assert ended.exit_code == 0, ended.output
    assert "/link/" in ended.output
    [user] = instance.json("user")["users"]
    assert (user["name"], user["role"], user["has_password"]) == ("ruth", "editor", False)


def test_a_role_is_changed_and_a_user_disabled_and_admitted_again(instance: Instance) -> None:
    instance.run("user", "add", "ruth")
    assert instance.run("user", "role", "ruth", "operator").exit_code == 0
    assert instance.run("user", "disable", "ruth").exit_code == 0
    [user] = instance.json("user")["users"]
    assert (user["role"], user["disabled_at"] is None) == ("operator", False)
    instance.run("user", "disable", "ruth", "--undo")
    assert instance.json("user")["users"][0]["disabled_at"] is None


def test_each_reset_prints_another_link(instance: Instance) -> None:
    instance.run("user", "add", "ruth")
    one, two = instance.run("user", "reset", "ruth"), instance.run("user", "reset", "ruth")
    assert one.exit_code == two.exit_code == 0
    assert one.output != two.output


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("add", "ruth", "--role", "king"), "is no role"),
        (("add", " ruth"), "printable characters"),
        (("role", "eve", "reader"), "there is no user 'eve'; there is nobody"),
        (("reset", "eve"), "there is no user"),
    ],
    ids=["role", "name", "unknown", "unknown-reset"],
)
def test_what_is_wrong_is_named(instance: Instance, typed: tuple[str, ...], said: str) -> None:
    ended = instance.run("user", *typed)
    assert ended.exit_code == Exit.USAGE
    assert said in " ".join(ended.output.split())


def test_the_only_operator_who_can_sign_in_stays_one(instance: Instance) -> None:
    instance.run("user", "add", "ruth", "--role", "operator")
    with instance.store() as store, store.transaction() as unit:
        user = unit.users.find_by_name("ruth")
        assert user is not None
        unit.users.set_password(user.user_id, "x")
    for typed in (("role", "ruth", "reader"), ("disable", "ruth")):
        ended = instance.run("user", *typed)
        assert ended.exit_code == Exit.FAILED
        assert "only operator" in ended.output
    [kept] = instance.json("user")["users"]
    assert (kept["role"], kept["disabled_at"]) == ("operator", None)


def test_a_name_that_is_taken_is_refused_with_what_to_do(instance: Instance) -> None:
    instance.run("user", "add", "ruth")
    ended = instance.run("user", "add", "ruth")
    assert ended.exit_code == Exit.USAGE
    assert "user reset" in ended.output


def test_a_token_is_printed_once_listed_without_its_secret_and_revoked(instance: Instance) -> None:
    instance.run("user", "add", "ruth")
    made = instance.run("user", "token", "ruth", "--label", "newsroom", "--days", "30")
    assert made.exit_code == 0, made.output
    [secret] = [line for line in made.stdout.splitlines() if line.startswith("swt_")]
    listed = instance.run("user", "token", "ruth", "--list")
    assert "newsroom" in listed.output
    assert secret not in listed.output
    [token] = instance.json("user", "token", "ruth", "--list")["tokens"]
    assert (token["label"], token["scopes"]) == ("newsroom", ["read"])
    assert instance.run("user", "token", "ruth", "--revoke", str(token["id"])).exit_code == 0
    assert instance.json("user", "token", "ruth", "--list")["tokens"] == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("token", "eve"), "there is no user"),
        (("token", "ruth", "--scope", "everything"), "a scope is one of read, write"),
        (("token", "ruth", "--scope", "operate"), "is for operators; ruth is reader"),
        (("token", "ruth", "--days", "0"), "valid for 1 to"),
        (("token", "ruth", "--label", " "), "a label has"),
        (("token", "ruth", "--revoke", "7"), "has no token 7"),
    ],
)
def test_a_token_that_cannot_be_made_is_refused(
    instance: Instance, typed: tuple[str, ...], said: str
) -> None:
    instance.run("user", "add", "ruth")
    ended = instance.run("user", *typed)
    assert ended.exit_code == Exit.USAGE
    assert said in " ".join(ended.output.split())
    assert instance.json("user", "token", "ruth", "--list")["tokens"] == []
