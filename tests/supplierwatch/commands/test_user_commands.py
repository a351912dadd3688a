"""`supplierwatch user`: adds, lists and changes the users of the desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplierwatch.shell.exits import Exit
from tests.supplierwatch.installation import House, a_house


@pytest.fixture
def house(tmp_path: Path) -> House:
    made = a_house(tmp_path)
    with made.store():
        return made


def test_a_user_is_added_with_a_link_and_listed(house: House) -> None:
    ended = house.run("user", "add", "ruth", "--role", "editor")
    assert ended.exit_code == 0, ended.output
    assert "/link/" in ended.output
    [user] = house.json("user")["users"]
    assert (user["name"], user["role"], user["has_password"]) == ("ruth", "editor", False)


def test_a_role_is_changed_and_a_user_disabled_and_admitted_again(house: House) -> None:
    house.run("user", "add", "ruth")
    assert house.run("user", "role", "ruth", "operator").exit_code == 0
    assert house.run("user", "disable", "ruth").exit_code == 0
    [user] = house.json("user")["users"]
    assert (user["role"], user["disabled_at"] is None) == ("operator", False)
    house.run("user", "disable", "ruth", "--undo")
    assert house.json("user")["users"][0]["disabled_at"] is None


def test_each_reset_prints_another_link(house: House) -> None:
    house.run("user", "add", "ruth")
    one, two = house.run("user", "reset", "ruth"), house.run("user", "reset", "ruth")
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
def test_what_is_wrong_is_named(house: House, typed: tuple[str, ...], said: str) -> None:
    ended = house.run("user", *typed)
    assert ended.exit_code == Exit.USAGE
    assert said in " ".join(ended.output.split())


def test_the_only_operator_who_can_sign_in_stays_one(house: House) -> None:
    house.run("user", "add", "ruth", "--role", "operator")
    with house.store() as store, store.transaction() as unit:
        user = unit.users.named("ruth")
        assert user is not None
        unit.users.set_password(user.user_id, "x")
    for typed in (("role", "ruth", "reader"), ("disable", "ruth")):
        ended = house.run("user", *typed)
        assert ended.exit_code == Exit.FAILED
        assert "only operator" in ended.output
    [kept] = house.json("user")["users"]
    assert (kept["role"], kept["disabled_at"]) == ("operator", None)


def test_a_name_that_is_taken_is_refused_with_what_to_do(house: House) -> None:
    house.run("user", "add", "ruth")
    ended = house.run("user", "add", "ruth")
    assert ended.exit_code == Exit.FAILED
    assert "user reset" in ended.output


def test_a_token_is_printed_once_listed_without_its_secret_and_revoked(house: House) -> None:
    house.run("user", "add", "ruth")
    made = house.run("user", "token", "ruth", "--label", "newsroom", "--days", "30")
    assert made.exit_code == 0, made.output
    [secret] = [line for line in made.stdout.splitlines() if line.startswith("swt_")]
    listed = house.run("user", "token", "ruth", "--list")
    assert "newsroom" in listed.output
    assert secret not in listed.output
    [token] = house.json("user", "token", "ruth", "--list")["tokens"]
    assert (token["label"], token["scopes"]) == ("newsroom", ["read"])
    assert house.run("user", "token", "ruth", "--revoke", str(token["id"])).exit_code == 0
    assert house.json("user", "token", "ruth", "--list")["tokens"] == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("token", "eve"), "there is no user"),
        (("token", "ruth", "--scope", "write"), "a scope is read or operate"),
        (("token", "ruth", "--scope", "operate"), "is for operators; ruth is reader"),
        (("token", "ruth", "--days", "0"), "valid for 1 to"),
        (("token", "ruth", "--label", " "), "a label has"),
        (("token", "ruth", "--revoke", "7"), "has no token 7"),
    ],
)
def test_a_token_that_cannot_be_made_is_refused(
    house: House, typed: tuple[str, ...], said: str
) -> None:
    house.run("user", "add", "ruth")
    ended = house.run("user", *typed)
    assert ended.exit_code == Exit.USAGE
    assert said in " ".join(ended.output.split())
    assert house.json("user", "token", "ruth", "--list")["tokens"] == []
