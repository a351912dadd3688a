"""A new password by a link in a mail: who gets one, how often, and what it ends."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from supplierwatch.desk.accounts.passwords import MAX_FAILURES
from supplierwatch.desk.pages.account import forgotten
from tests.desk.browser import PASSWORD, Page, RunningDesk, running_desk

NEW = "nine tall storks"


@pytest.fixture(autouse=True)
def nobody_has_asked() -> None:
    """Forget the requests of other tests: they are counted in the process."""
    forgotten.requests._failures.clear()


@pytest.fixture
def public(tmp_path: Path) -> Iterator[RunningDesk]:
    """A desk with an address, whose reader has a mail address."""
    with running_desk(tmp_path, public_url="https://watch.trust.example") as made:
        made.people()
        with made.service.store.transaction() as unit:
            for name in ("reader", "editor"):
                user = unit.users.find_by_name(name)
                assert user is not None
                unit.users.set_email(user.user_id, f"{name}@trust.example")
        yield made


def ask(desk: RunningDesk, name: str, **headers: str) -> Page:
    """Ask for a link, and wait until what that began is over."""
    page = desk.browser(**headers).ask("/sign-in/forgotten", {"name": name})
    for thread in threading.enumerate():
        if thread.name == "link-mail":
            thread.join()
    return page


def list_mails(desk: RunningDesk) -> list[str]:
    texts = []
    for path in sorted(desk.instance.data.rglob("*.eml")):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        body = message.get_body(("plain",))
        assert body is not None
        texts.append(f"{message['to']}\n{body.get_content()}")
    return texts


def test_the_link_sets_a_password_once_and_ends_all_other_sessions(public: RunningDesk) -> None:
    before = public.browser("reader")

    assert ask(public, "reader").code == 200

    [mail] = list_mails(public)
    assert mail.startswith("reader@trust.example")
    found = re.search(r"https://watch\.trust\.example(/link/\S+)", mail)
    assert found is not None
    assert before.ask("/").code == 200, "asking changes nothing"
    browser = public.browser()
    assert browser.ask(found[1], {"password": NEW}).code == 303
    assert browser.ask("/").code == 200
    assert before.ask("/").code == 303
    assert public.browser().ask(found[1], {"password": NEW}).code == 404
    assert public.browser().sign_in("reader", PASSWORD).code == 403
    words = public.browser("operator").ask("/changes").words
    assert "user.linked" in words
    with public.service.store._engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM outbox").all()
        links = connection.exec_driver_sql("SELECT * FROM desk_link").all()
    assert not rows
    assert found[1].rpartition("/")[2] not in str(links)


@pytest.mark.parametrize("name", ["nobody", "operator", "", "e" * 100])
def test_who_is_unknown_or_has_no_address_is_answered_alike(public: RunningDesk, name: str) -> None:
    assert ask(public, name).text == ask(public, "reader").text
    assert len(list_mails(public)) == 1


def test_the_request_itself_looks_nobody_up(
    public: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    callers = []
    make = forgotten._make_link

    def note(*args: object) -> object:
        callers.append(threading.current_thread().name)
        return make(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(forgotten, "_make_link", note)
    ask(public, "reader")
    ask(public, "nobody")
    assert callers == ["link-mail", "link-mail"]


def test_a_disabled_user_gets_no_link(public: RunningDesk) -> None:
    with public.service.store.transaction() as unit:
        user = unit.users.find_by_name("reader")
        assert user is not None
        unit.users.disable(user.user_id, public.clock())
    ask(public, "reader")
    assert not list_mails(public)


def test_one_name_gets_so_many_links_at_most_and_others_still_get_theirs(
    public: RunningDesk,
) -> None:
    for _ in range(MAX_FAILURES + 3):
        assert ask(public, "reader").code == 200
        public.clock.advance(timedelta(seconds=1))  # a file is called by its time
    ask(public, "editor")
    to = [mail.split("\n")[0] for mail in list_mails(public)]
    assert to.count("reader@trust.example") == MAX_FAILURES
    assert to.count("editor@trust.example") == 1


def test_without_an_address_of_the_desk_no_link_is_sent(desk: RunningDesk) -> None:
    with desk.service.store.transaction() as unit:
        user = unit.users.find_by_name("reader")
        assert user is not None
        unit.users.set_email(user.user_id, "reader@trust.example")
    assert "Ask an operator" in ask(desk, "reader", Host="evil.example").words
    assert not list_mails(desk)


def test_a_form_of_another_site_asks_for_nothing(public: RunningDesk) -> None:
    assert ask(public, "reader", Origin="https://evil.example").code == 403
    assert not list_mails(public)
