"""What users say of stories by the forms of the desk: who may, what it does, where it shows."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import pytest

from storage.model import Article, Role
from supplierwatch.desk.reading.mark_requests import MAX_NOTE
from tests.desk.browser import HASH, Browser, Page, RunningDesk
from tests.supplierwatch.instance import BODY, an_article


def say(browser: Browser, action: str, **fields: str) -> Page:
    """Send the form of a story, as the page Today has it."""
    form = {"csrf": browser.ask("/").csrf, "back": "/?days=7"} | fields
    return browser.ask(f"/item/1/{action}", form)


@pytest.fixture
def stored(desk: RunningDesk) -> RunningDesk:
    desk.instance.stores(an_article("a1", title="Halcyon pauses at the trust"))
    return desk


def test_a_star_is_for_its_user_alone(stored: RunningDesk) -> None:
    reader = stored.browser("reader")
    answer = say(reader, "mine", do="star")
    assert (answer.code, answer.headers["location"]) == (303, "/?days=7#story-1")
    assert "Halcyon pauses" in reader.ask("/?show=starred").words
    assert "No stars yet" in stored.browser("editor").ask("/?show=starred").words
    say(reader, "mine", do="unstar")
    assert "No stars yet" in reader.ask("/?show=starred").words


def test_a_story_is_read_and_unread_again_for_its_user_alone(stored: RunningDesk) -> None:
    reader = stored.browser("reader")
    say(reader, "mine", do="read")
    assert "Nothing unread" in reader.ask("/").words
    assert "All read" in reader.ask("/?show=unread").words
    assert "1 unread story" in stored.browser("editor").ask("/").words
    say(reader, "mine", do="unread")
    assert "1 unread story" in reader.ask("/?show=unread").words


def test_an_edit_of_what_was_read_is_unread_and_stands_among_the_edits(
    stored: RunningDesk,
) -> None:
    reader = stored.browser("reader")
    say(reader, "mine", do="read")
    edited = BODY.replace("four million", "nine million")
    stored.instance.stores(an_article("a1", title="Halcyon pauses at the trust", body=edited))

    page = reader.ask("/")

    assert "1 unread story" in page.words
    assert "Texts that changed after they were found" in page.words
    assert "<del>four</del> <ins>nine</ins>" in page.text


def test_what_an_editor_says_is_for_all_with_who_and_when(stored: RunningDesk) -> None:
    editor, reader = stored.browser("editor"), stored.browser("reader")
    say(editor, "team", do="note", text="Call the trust\nbefore noon")
    say(editor, "team", do="tag", text="  Board   Meeting ")
    say(editor, "team", do="assign", text="reader")

    page = reader.ask("/?show=mine")

    assert "For reader" in page.words
    assert "Call the trust\nbefore noon" in page.text
    assert "#board meeting" in page.words
    assert 'title="Assigned by editor, ' in page.text
    tagged = reader.ask("/?tag=" + quote("board meeting"))
    assert "Halcyon pauses" in tagged.words
    assert "Add note" not in page.words


def test_what_was_said_is_taken_back(stored: RunningDesk) -> None:
    editor = stored.browser("editor")
    say(editor, "team", do="note", text="Call the trust")
    say(editor, "team", do="tag", text="board")
    say(editor, "team", do="assign", text="editor")
    say(editor, "team", do="remove-note", mark="1")
    say(editor, "team", do="untag", text="board")
    say(editor, "team", do="assign", text="")
    page = editor.ask("/")
    for gone in ("Call the trust", "#board", "For editor"):
        assert gone not in page.words


def test_only_its_author_or_an_operator_removes_a_note(stored: RunningDesk) -> None:
    say(stored.browser("operator"), "team", do="note", text="Call the trust")
    refused = say(stored.browser("editor"), "team", do="remove-note", mark="1")
    assert (refused.code, refused.heading) == (400, "Not done")
    assert "The note is operator's" in refused.words
    assert say(stored.browser("operator"), "team", do="remove-note", mark="1").code == 303


def test_not_relevant_folds_the_story_away_and_is_noted_for_the_watch(stored: RunningDesk) -> None:
    editor = stored.browser("editor")
    say(editor, "team", do="irrelevant", watch="halcyon-trusts", text="another firm")
    with stored.service.store.reading() as unit:
        [noted] = unit.reader_requests.irrelevant("halcyon-trusts")
    assert (noted.recipient, noted.reason) == ("editor", "another firm")
    page = stored.browser("reader").ask("/")
    assert 'id="not-relevant"' in page.text
    assert "Not relevant to halcyon-trusts: another firm" in page.words
    say(editor, "team", do="relevant", watch="halcyon-trusts")
    assert 'id="not-relevant"' not in editor.ask("/").text


def test_a_link_in_a_message_says_it_for_the_user_of_the_address(stored: RunningDesk) -> None:
    service = stored.service
    with service.store.transaction() as unit:
        ids = [each.subscriber_id for each in unit.subscribers.all()]
        unit.reader_requests.dismiss(ids, "halcyon-trusts", 1, stored.clock())
        unit.users.add("comms", Role.READER, stored.clock(), email="Comms@trust.example")
        user = unit.users.find_by_name("comms")
        assert user is not None
        unit.users.set_password(user.user_id, HASH)
    assert ids
    assert 'id="not-relevant"' in stored.browser("comms").ask("/").text
    page = stored.browser("reader").ask("/")
    assert 'id="not-relevant"' not in page.text
    item = stored.browser("reader").ask("/item/1").words
    assert "comms@trust.example called it not relevant to halcyon-trusts by a link" in item


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("story", "a story"),
        ("outlet", "The Ward Ledger"),
        ("watch:halcyon-trusts", "halcyon-trusts"),
        ("supplier:halcyon-trusts:halcyon", "Halcyon Health in halcyon-trusts"),
    ],
)
def test_what_is_muted_is_folded_away_until_it_is_wanted_again(
    stored: RunningDesk, what: str, said: str
) -> None:
    reader = stored.browser("reader")
    assert say(reader, "mute", what=what, days="7").code == 303
    page = reader.ask("/")
    assert 'id="muted"' in page.text
    assert f"{said} , until" in page.words or f"{said}, until" in page.words
    assert 'id="muted"' not in stored.browser("editor").ask("/").text
    reader.ask("/mutes/end", {"csrf": page.csrf, "mute": "1", "back": "/"})
    assert 'id="muted"' not in reader.ask("/").text


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("mine", {"do": "steal"}),
        ("team", {"do": "note", "text": " "}),
        ("team", {"do": "note", "text": "x" * (MAX_NOTE + 1)}),
        ("team", {"do": "tag", "text": "x" * 41}),
        ("team", {"do": "tag", "text": "a,b"}),
        ("team", {"do": "assign", "text": "nobody"}),
        ("team", {"do": "irrelevant", "watch": "no-such"}),
        ("team", {"do": "remove-note", "mark": "7"}),
        ("mute", {"what": "everything", "days": "7"}),
        ("mute", {"what": "story", "days": "9999"}),
        ("mute", {"what": "watch:no-such", "days": "7"}),
        ("mute", {"what": "supplier:corvid:no-such", "days": "7"}),
        ("mute", {"what": "story", "days": "7", "subscription": "no-such"}),
    ],
    ids=str,
)
def test_what_cannot_be_said_is_refused_with_the_way_back(
    stored: RunningDesk, action: str, fields: dict[str, str]
) -> None:
    answer = say(stored.browser("editor"), action, **fields)
    assert (answer.code, answer.heading) == (400, "Not done")
    assert 'href="/?days=7"' in answer.text


def test_a_reader_mutes_nothing_for_a_subscription(stored: RunningDesk) -> None:
    answer = say(stored.browser("reader"), "mute", what="story", days="7", subscription="morning")
    assert answer.code == 400
    assert "only an editor" in answer.words.lower()


def test_a_mute_of_somebody_else_is_not_ended(stored: RunningDesk) -> None:
    say(stored.browser("editor"), "mute", what="story", days="7")
    reader = stored.browser("reader")
    form = {"csrf": reader.ask("/").csrf, "mute": "1", "back": "/"}
    assert reader.ask("/mutes/end", form).code == 400
    assert 'id="muted"' in stored.browser("editor").ask("/").text


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_a_form_leads_to_no_other_site(stored: RunningDesk, back: str) -> None:
    answer = say(stored.browser("reader"), "mine", do="star", back=back)
    assert answer.headers["location"] == "/#story-1"


def test_times_are_in_the_zone_of_the_user(stored: RunningDesk) -> None:
    reader = stored.browser("reader")
    csrf = reader.ask("/").csrf
    assert reader.ask("/time-zone", {"csrf": csrf, "timezone": "Mars/Base"}).code == 400
    assert reader.ask("/time-zone", {"csrf": csrf, "timezone": "Asia/Tokyo"}).code == 303
    assert " JST" in reader.ask("/").text
    assert " JST" not in stored.browser("editor").ask("/").text
    stored.instance.stores(
        an_article("a2", source_key="trolley", title="Halcyon pauses at the trust")
    )
    # where the story began is said in words, too
    assert " JST; the other" in reader.ask("/story/1").words


def test_a_star_on_what_no_watch_found_is_kept_too(desk: RunningDesk) -> None:
    other: Article = an_article("b1", title="Bus stop moved", body="A bus stop. " * 40)
    desk.instance.stores(other)
    reader = desk.browser("reader")
    say(reader, "mine", do="star")
    page = reader.ask("/?show=starred")
    assert "Bus stop moved" in page.words
    assert "Found by no watch" in page.words


def test_today_is_bounded(desk: RunningDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    from supplierwatch.desk.reading import today_stories

    monkeypatch.setattr(today_stories, "MOST", 1)
    for name in ("a1", "a2"):
        desk.instance.stores(an_article(name, title=f"Halcyon pauses at trust {name}"))
    page = desk.browser("reader").ask("/")
    assert page.text.count('class="story') == 1
    assert "Only the newest" in page.words


def test_a_busy_day_shows_the_first_stories_of_each_supplier_and_leads_to_the_rest(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from supplierwatch.desk.pages.reading import today

    monkeypatch.setattr(today, "MAX_SHOWN", 2)
    titles = [f"Halcyon pauses at trust {name}" for name in ("a1", "a2", "a3")]
    for name, title in zip(("a1", "a2", "a3"), titles, strict=True):
        body = f"Halcyon told the trust {name}. " + " ".join(f"{name}{n}" for n in range(60))
        desk.instance.stores(an_article(name, title=title, body=body))
    reader = desk.browser("reader")
    page = reader.ask("/")

    assert page.text.count('<article class="story') == 2
    assert "1 more: Halcyon Health" in page.words
    rest = re.search(r'href="([^"]*section=[^"]*)"', page.text)
    assert rest is not None
    alone = reader.ask(unescape(rest[1]))
    assert all(title in alone.words for title in titles)
    assert "Only Halcyon Health is shown" in alone.words


def test_the_forms_about_a_story_are_a_page_that_leads_back(stored: RunningDesk) -> None:
    editor, reader = stored.browser("editor"), stored.browser("reader")
    page = editor.ask("/item/1/say?back=%2F%3Fdays%3D7")
    assert 'name="back" value="/?days=7"' in page.text
    assert "Note for the team" in page.words
    assert "Note for the team" not in reader.ask("/item/1/say").words
    assert 'name="back" value="/"' in reader.ask("/item/1/say?back=https%3A%2F%2Fevil.example").text
    assert reader.ask("/item/999/say").code == 404
