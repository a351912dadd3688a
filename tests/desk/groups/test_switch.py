"""The switch at the top of each page, and what people see without one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest

from storage.model import MarkKind
from storage.rules.groups import scope_of_group
from tests.desk.api.api_client import ApiClient
from tests.desk.browser import Browser, RunningDesk
from tests.desk.forms import send
from tests.desk.groups.two_clients import OWN, PRESS, TwoClients, two_clients
from tests.supplierwatch.instance import an_article


@pytest.fixture
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoClients]:
    with two_clients(tmp_path_factory.mktemp("agency")) as made:
        yield made


def switch(browser: Browser, group: str) -> None:
    """Choose a group at the top of a page."""
    page = browser.ask("/")
    assert 'action="/group"' in page.text
    answer = browser.ask("/group", {"csrf": page.csrf, "group": group})
    assert answer.code == 303


def test_who_is_in_two_groups_sees_one_at_a_time(clients: TwoClients) -> None:
    ruth = clients.desk.browser("ruth")
    assert ruth.ask("/watches/eastmoor-all").code == 200
    assert ruth.ask("/watches/halcyon-north").code == 404
    assert "tadpole note" in ruth.ask(f"/item/{PRESS}").text

    switch(ruth, "northgate")

    assert ruth.ask("/watches/eastmoor-all").code == 404
    assert ruth.ask("/watches/halcyon-north").code == 200
    assert "tadpole note" not in ruth.ask(f"/item/{PRESS}").text
    assert ruth.ask(f"/item/{OWN}").code == 404
    assert clients.desk.browser("ruth").ask("/watches/halcyon-north").code == 200, "is remembered"


def test_who_is_in_one_group_has_no_switch(clients: TwoClients) -> None:
    for name in ("anna", "ben", "hugh"):
        assert "/group" not in clients.desk.browser(name).ask("/").text


def test_a_note_from_a_page_of_another_group_is_refused(clients: TwoClients) -> None:
    ruth = clients.desk.browser("ruth")
    old = ruth.ask(f"/item/{PRESS}").csrf
    switch(ruth, "northgate")
    form = {"do": "note", "text": "for Eastmoor alone"}
    assert ruth.ask(f"/item/{PRESS}/team", {"csrf": old} | form).code == 403
    new = ruth.ask(f"/item/{PRESS}").csrf
    assert ruth.ask(f"/item/{PRESS}/team", {"csrf": new} | form).code == 303
    assert "for Eastmoor alone" in clients.desk.browser("anna").ask(f"/item/{PRESS}").text
    assert "for Eastmoor alone" not in clients.desk.browser("ben").ask(f"/item/{PRESS}").text


def test_an_operator_sees_all_groups_or_one(clients: TwoClients) -> None:
    olive = clients.desk.browser("olive")
    for key in ("eastmoor-all", "halcyon-north", "house"):
        assert olive.ask(f"/watches/{key}").code == 200
    assert olive.ask(f"/item/{OWN}").code == 200
    switch(olive, "northgate")
    assert olive.ask("/watches/eastmoor-all").code == 404
    assert olive.ask("/messages").code == 200
    switch(olive, "")
    assert olive.ask("/watches/eastmoor-all").code == 200


def test_marking_all_as_read_counts_for_the_group_alone(clients: TwoClients) -> None:
    ruth = clients.desk.browser("ruth")
    with clients.desk.service.store.transaction() as unit:
        user = unit.users.find_by_name("ruth")
        assert user is not None
        for group in ("northgate", "eastmoor"):
            before = unit.groups.seen(user.user_id, group)
            assert before is not None
    clients.desk.instance.stores(an_article("new", title="Halcyon again", body="Halcyon again."))
    page = ruth.ask("/")
    assert ruth.ask("/read", {"csrf": page.csrf, "newest": "999"}).code == 303
    with clients.desk.service.store.reading() as unit:
        north, east = (unit.groups.seen(user.user_id, g) for g in ("northgate", "eastmoor"))
    assert north is not None
    assert east is not None
    assert east[0] > north[0]


def test_marks_of_two_groups_do_not_meet(clients: TwoClients) -> None:
    store, now = clients.desk.service.store, clients.desk.clock()
    with store.within(scope_of_group("northgate")).transaction() as unit:
        anna = unit.users.find_by_name("anna")
        assert anna is not None
        assert unit.marks.add(PRESS, MarkKind.TAG, anna.user_id, now, text="tadpole tag")
        assert unit.marks.end(PRESS, MarkKind.TAG, anna.user_id, now, text="tadpole tag") == 1
        assert unit.marks.add(PRESS, MarkKind.ASSIGNMENT, anna.user_id, now, assignee_id=1)
        assert [mark.kind for mark in unit.marks.of_stories([PRESS])[PRESS]] == ["assignment"]
    with store.within(scope_of_group("eastmoor")).reading() as unit:
        kinds = [mark.kind for mark in unit.marks.of_stories([PRESS])[PRESS]]
        assert sorted(kinds) == ["assignment", "note", "tag"]


def test_only_colleagues_are_assigned_a_story(clients: TwoClients) -> None:
    anna = clients.desk.browser("anna")
    page = anna.ask(f"/item/{PRESS}")
    assert "nora" in page.text
    form = {"csrf": page.csrf, "do": "assign"}
    refused = anna.ask(f"/item/{PRESS}/team", form | {"text": "ben"})
    assert refused.code == 400
    assert anna.ask(f"/item/{PRESS}/team", form | {"text": "nora"}).code == 303


def test_what_an_editor_adds_is_of_the_group_they_see(clients: TwoClients) -> None:
    anna = clients.desk.browser("anna")
    page = send(anna, "/new-watch", anna.ask("/new-watch?q=millbrook"), "preview", key="millbrook")
    assert "eastmoor" not in page.text
    assert send(anna, "/new-watch", page, "save").heading == "Saved"
    written = tomllib.loads((clients.desk.instance.config / "watches.toml").read_text("utf-8"))
    assert {each["key"]: each.get("group") for each in written["watch"]} == {
        "halcyon-north": "northgate",
        "eastmoor-all": "eastmoor",
        "house": None,
        "millbrook": "northgate",
    }


def test_a_program_previews_and_adds_in_the_group_it_sees(clients: TwoClients) -> None:
    program = ApiClient(desk=clients.desk, token=clients.secret_of("anna"))
    body = {"key": "millbrook", "query": "millbrook"}
    seen = program.ask("/watch-previews", method="POST", body=body)
    assert seen.code == 200, seen.text
    assert program.ask("/watches", method="POST", body=body).code == 201
    written = tomllib.loads((clients.desk.instance.config / "watches.toml").read_text("utf-8"))
    [made] = [each for each in written["watch"] if each["key"] == "millbrook"]
    assert made["group"] == "northgate"


def test_an_editor_changes_nothing_that_all_share(clients: TwoClients) -> None:
    anna = clients.desk.browser("anna")
    before = (clients.desk.instance.config / "sources.toml").read_bytes()
    page = anna.ask("/sources/ward-ledger")
    assert page.code == 200
    answer = anna.ask("/sources/ward-ledger/switch", {"csrf": page.csrf, "enabled": ""})
    assert answer.code == 400
    assert "another group" in answer.words
    assert anna.ask("/sources/ward-ledger/edit").code == 404
    assert (clients.desk.instance.config / "sources.toml").read_bytes() == before


def test_where_there_is_only_the_default_group_no_page_has_the_word(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("a1"))
    browser = desk.browser("operator")
    for path in ("/", "/users", "/watches", "/sources", "/subscriptions", "/account", "/tokens"):
        page = browser.ask(path)
        assert page.code == 200
        assert "group" not in page.words.casefold(), path
