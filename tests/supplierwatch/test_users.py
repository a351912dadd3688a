"""`supplierwatch user`: adds, lists and changes the users of the desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from supplierwatch.shell.exits import Exit
from tests.supplierwatch.house import House, a_house


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


def test_a_name_that_is_taken_is_refused_with_what_to_do(house: House) -> None:
    house.run("user", "add", "ruth")
    ended = house.run("user", "add", "ruth")
    assert ended.exit_code == Exit.FAILED
    assert "user reset" in ended.output
