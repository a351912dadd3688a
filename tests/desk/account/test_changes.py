"""The audit trail: every route that changes something leaves a row, and operators read them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress

import pytest

from storage.model import DeskSession
from supplierwatch.desk import site
from supplierwatch.desk.api import routing
from supplierwatch.desk.api.endpoint import Answer, ApiRequest
from supplierwatch.desk.api.writing import writing
from supplierwatch.service.desk_source import ServiceSource
from tests.desk.api.api_client import client
from tests.desk.browser import PASSWORD, REPORT, RunningDesk, running_desk
from tests.supplierwatch.instance import an_article

# forms of the pages that change something: the values that they are sent, and what is recorded
RECORDED: Mapping[str, tuple[Mapping[str, str], str]] = {
    "/users": ({"name": "ruth", "role": "reader"}, "user.added"),
    "/users/role": ({"name": "reader", "role": "editor"}, "user.role"),
    "/users/email": ({"name": "reader", "email": "r@trust.example"}, "user.email"),
    "/users/groups": ({"name": "reader", "in_group": "northgate"}, "user.groups"),
    "/users/link": ({"name": "reader"}, "user.linked"),
    "/users/disable": ({"name": "reader"}, "user.disabled"),
    "/tokens": ({"label": "x", "days": "3", "scope-read": "1"}, "token.made"),
    "/tokens/revoke": ({"token": "1"}, "token.revoked"),
    "/sign-in": ({"name": "editor", "password": PASSWORD}, "session.opened"),
    "/account/password": (
        {"current": PASSWORD, "password": "nine tall cranes"},
        "user.password-set",
    ),
    "/briefings": ({"title": "June"}, "briefing.made"),
    "/briefings/{number}": ({"title": "July"}, "briefing.changed"),
    "/briefings/{number}/send": ({"to": "comms@trust.example"}, "briefing.sent"),
    "/sign-out": ({}, "session.closed"),
    "/link/{token}": ({"password": "nine tall cranes"}, "user.password-set"),
}
# what leaves no row, each with the reason
UNRECORDED = {
    "/read": "what one has read oneself",
    "/group": "which group one sees oneself",
    "/time-zone": "how one sees times oneself",
    "/account/language": "in which language one sees pages oneself",
    "/item/{number}/mine": "what one says of a story for oneself",
    "/item/{number}/team": "marks keep who made and who ended them",
    "/item/{number}/mute": "what one mutes for oneself",
    "/mutes/end": "what one mutes for oneself",
    "/item/{number}/evidence": "exports are chained in a table of their own",
    "/story/{number}/evidence": "exports are chained in a table of their own",
    "/search/evidence": "exports are chained in a table of their own",
    "/new-source": "finds feeds, and saves nothing",
    "/new-source/try": "tries a source, and saves nothing",
    "/opml": "shows what would be added",
    "/sources/{key}/doctor": "examines a source, and saves nothing",
    "/sources/{key}/poll": "asks for a poll that would come anyway",
    "/sign-in/forgotten": "asks for a mail; the use of its link is recorded",
    "/item/{number}/event": "recorded where there is an event, see test_events_shown",
}
# recorded when their forms are saved, most by `note_edit`; the forms are filled in by other tests
BY_NOTE_EDIT = {
    "/new-watch",
    "/watches/{key}/edit",
    "/watches/{key}/restore",
    "/watches/{key}/accept",
    "/watches/{key}/dismiss",
    "/new-source/save",
    "/opml/add",
    "/sources/{key}/edit",
    "/sources/{key}/switch",
    "/sources/{key}/remove",
    "/new-subscription",
    "/subscriptions/{key}/edit",
    "/subscriptions/{key}/remove",
    "/subscriptions/{key}/send",
    "/channels",
    "/messages/{number}",
    "/set-aside",
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with running_desk(tmp_path_factory.mktemp("desk")) as made:
        made.people()
        yield made


def actions(desk: RunningDesk) -> list[str]:
    with desk.service.store.reading() as unit:
        return [each.change.action for each in unit.audit.list(limit=1_000)]


def test_every_form_is_recorded_or_says_why_it_is_not() -> None:
    posts = {page.path for page in site.load_pages() if page.method == "POST"}
    assert posts - set(UNRECORDED) - BY_NOTE_EDIT == set(RECORDED)


@pytest.mark.parametrize("path", RECORDED)
def test_a_form_that_changes_something_leaves_a_row(desk: RunningDesk, path: str) -> None:
    values, action = RECORDED[path]
    who = "editor" if path == "/account/password" else "operator"
    browser = desk.browser(who)
    asked = path.replace("{number}", "1")
    if path == "/link/{token}":
        with desk.service.store.transaction() as unit:
            user = unit.users.find_by_name("editor")
            assert user is not None
            asked = f"/link/{unit.users.make_link(user.user_id, desk.clock())}"
    csrf = browser.ask("/").csrf
    if path.startswith("/briefings/{number}"):
        desk.instance.stores(an_article("a1", title="Halcyon pauses"))
        made = browser.ask("/briefings", {"csrf": csrf, "title": "May", "item": "1"})
        asked = path.replace("/briefings/{number}", made.headers["location"])
    before = actions(desk)
    answer = browser.ask(asked, {"csrf": csrf, **values})
    assert answer.code in (200, 303), answer.text
    added = actions(desk)[: -len(before)]
    assert action in added
    with desk.service.store.reading() as unit:
        [newest] = unit.audit.list(limit=1)
    assert newest.actor.client == "127.0.0.1"


def test_an_edit_of_a_watch_by_the_editor_leaves_a_row(desk: RunningDesk) -> None:
    browser = desk.browser("operator")
    form = browser.ask("/watches/corvid/edit")
    base = re.search(r'name="base" value="([^"]+)"', form.text)
    assert base is not None
    values = {"csrf": form.csrf, "base": base[1], "query": "rook", "by": "query"}
    seen = browser.ask("/watches/corvid/edit", values)
    previewed = re.search(r'name="previewed" value="([^"]+)"', seen.text)
    assert previewed is not None
    save = {"action": "save", "previewed": previewed[1]}
    assert browser.ask("/watches/corvid/edit", values | save).code == 200
    with desk.service.store.reading() as unit:
        [newest] = unit.audit.list(limit=1)
    assert (newest.change.action, newest.change.subject) == ("watch.changed", "corvid")
    assert (newest.actor.name, newest.change.after) == ("operator", "rook")


def test_every_writing_route_of_the_api_works_within_writing() -> None:
    silent = [e.name for e in routing.load_endpoints() if e.method != "GET" and not e.changes]
    assert silent == ["watch-preview"]


def test_a_change_of_the_api_that_is_not_recorded_is_rolled_back(desk: RunningDesk) -> None:
    with desk.service.store.reading() as unit:
        user = unit.users.find_by_name("reader")
        assert user is not None
        session = DeskSession(user=user, csrf="", expires_at=desk.clock())
    source = ServiceSource(desk.service, lambda: REPORT, {})
    request = ApiRequest(source=source, values={}, session=session)
    for finish in (True, False):
        with suppress(RuntimeError), writing(request) as change:
            change.unit.users.set_email(user.user_id, "x@trust.example")
            if finish:
                change.finish(Answer(document={}))
    with desk.service.store.reading() as unit:
        assert unit.users.find_by_name("reader") == user


def test_operators_read_the_trail_by_filter_and_page(desk: RunningDesk) -> None:
    browser = desk.browser("operator")
    program = client(desk)
    for at in range(3):
        program.ask("/users", method="POST", body={"name": f"u{at} <b>", "role": "reader"})
    page = browser.ask("/changes?thing=user&subject=u1+%3Cb%3E")
    assert page.words.count("user.added") == 1
    assert "<b>" not in page.text
    assert "No change of this kind" in browser.ask("/changes?actor=nobody").words
    first = program.json("/changes?limit=2&thing=user")
    assert [each["action"] for each in first["changes"]] == ["user.linked", "user.added"]
    rest = program.json(f"/changes?thing=user&cursor={first['next']}")
    assert rest["changes"][0]["id"] < first["changes"][-1]["id"]


def test_the_command_lists_the_trail(desk: RunningDesk) -> None:
    assert desk.instance.run("user", "add", "ada", "--email", "ada@trust.example").exit_code == 0
    [linked, added] = desk.instance.json("user", "audit", "--of", "user", "--limit", "2")["changes"]
    assert (added["action"], added["subject"], added["via"]) == ("user.added", "ada", "command")
    assert linked["client"] is None
    shown = desk.instance.run("user", "audit", "--by", added["actor"])
    assert "user.added ada" in shown.output
    assert json.dumps(linked)
