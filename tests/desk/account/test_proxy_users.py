"""Users whom a reverse proxy has signed in, and who only says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk.browser import RunningDesk, running_desk

TRUSTED = '\n[desk]\nproxy_user_header = "X-Remote-User"\ntrusted_proxies = ["127.0.0.1"]\n'


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[RunningDesk]:
    """A desk that takes users from a proxy on this machine."""
    with running_desk(tmp_path, more=TRUSTED) as made:
        made.people()
        yield made


def test_the_user_of_the_header_is_signed_in_on_pages_and_in_the_api(proxied: RunningDesk) -> None:
    browser = proxied.browser(**{"X-Remote-User": "editor"})
    page = browser.ask("/new-watch")
    assert page.code == 200
    assert browser.ask("/operator").code == 403
    assert '"editor"' in browser.ask("/api/v1/me").text
    form = {"zone": "Europe/Paris", "csrf": page.csrf}
    assert browser.ask("/time-zone", form).code == 303
    assert browser.ask("/time-zone", form | {"csrf": "x"}).code == 403
    assert browser.ask("/time-zone", form, headers={"Origin": "https://evil.example"}).code == 403


@pytest.mark.parametrize("name", ["nobody", "", "editor, operator", "\xff", "e" * 100])
def test_a_header_that_names_no_user_signs_nobody_in(proxied: RunningDesk, name: str) -> None:
    browser = proxied.browser("reader")  # not by the cookie of somebody else, either
    assert browser.ask("/", headers={"X-Remote-User": name}).code == 303


def test_a_disabled_user_does_not_come_in_by_a_proxy(proxied: RunningDesk) -> None:
    with proxied.service.store.transaction() as unit:
        user = unit.users.find_by_name("editor")
        assert user is not None
        unit.users.disable(user.user_id, proxied.clock())
    assert proxied.browser(**{"X-Remote-User": "editor"}).ask("/").code == 303


def test_without_the_header_one_signs_in_as_ever(proxied: RunningDesk) -> None:
    assert proxied.browser().ask("/").code == 303
    assert proxied.browser("reader").ask("/").code == 200


def test_the_header_of_another_address_counts_for_nothing(tmp_path: Path) -> None:
    other = TRUSTED.replace("127.0.0.1", "192.0.2.0/24")
    with running_desk(tmp_path, more=other) as desk:
        desk.people()
        assert desk.browser(**{"X-Remote-User": "operator"}).ask("/").code == 303
        reader = desk.browser("reader", **{"X-Remote-User": "operator"})
        assert reader.ask("/operator").code == 403


def test_the_header_counts_for_nothing_where_it_is_not_declared(desk: RunningDesk) -> None:
    assert desk.browser(**{"X-Remote-User": "operator"}).ask("/").code == 303
