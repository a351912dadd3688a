"""The editor of watches: preview, saving into the real file, conflicts, and the way back."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from supplierwatch.desk.editing import watch_preview
from tests.desk.browser import RunningDesk, running_desk
from tests.desk.forms import form_of, send, take_up, without_rights_of_the_superuser
from tests.supplierwatch.instance import BODY, WATCHES, an_article

QUIET = BODY.replace("paused", "finished").replace("board papers", "minutes")
EDIT = "/watches/halcyon-trusts/edit"


def file_of(desk: RunningDesk) -> str:
    return (desk.instance.config / "watches.toml").read_text(encoding="utf-8")


def test_an_edit_is_previewed_saved_and_taken_up(
    desk: RunningDesk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    desk.instance.stores(
        an_article("a1"), an_article("a2", title="Halcyon done at Millbrook", body=QUIET)
    )
    desk.clock.advance(timedelta(minutes=1))
    browser = desk.browser("editor")
    page = browser.ask(EDIT)
    assert form_of(page).values["query"] == "@halcyon AND trust"
    assert form_of(page).buttons == ["preview"]

    page = send(browser, EDIT, page, "preview", query="@halcyon AND trust NOT minutes")

    assert page.code == 200
    assert "1 found since" in page.words
    assert "The edit adds 0 and drops 1." in page.words
    assert "excluded by: NOT minutes, because of “minutes”" in page.words
    assert "morning (daily at 07:30): 1 message, 1 before the edit" in page.words
    assert file_of(desk) == WATCHES, "a preview writes nothing"
    assert form_of(page).buttons == ["preview", "save"]

    page = send(browser, EDIT, page, "save")

    assert page.heading == "Saved"
    old, new = "'@halcyon AND trust'", "'@halcyon AND trust NOT minutes'"
    assert file_of(desk) == WATCHES.replace(old, new)
    said = f"desk.watch-changed key=halcyon-trusts by=editor from={old} to={new}"
    assert said in caplog.text
    take_up(desk)
    assert desk.service.in_force.wired.queries["halcyon-trusts"].text == new.strip("'")


def test_what_was_changed_after_the_preview_is_previewed_before_it_is_saved(
    desk: RunningDesk,
) -> None:
    browser = desk.browser("editor")
    page = send(browser, EDIT, browser.ask(EDIT), "save", query="halcyon")
    assert file_of(desk) == WATCHES
    page = send(browser, EDIT, page, "save", query="halcyon OR trust")
    assert page.heading != "Saved"
    assert file_of(desk) == WATCHES
    assert send(browser, EDIT, page, "save").heading == "Saved"


def test_a_new_watch_is_added_and_says_that_nobody_is_told_of_it(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("a1"))
    desk.clock.advance(timedelta(minutes=1))
    browser = desk.browser("editor")
    page = browser.ask("/search?q=millbrook+AND+paused")
    to = re.search(r'href="(/new-watch[^"]*)"', page.text)
    assert to is not None
    page = browser.ask(unescape(to[1]))

    page = send(browser, "/new-watch", page, "preview", key="millbrook", label="Millbrook's")

    assert "1 found since" in page.words
    assert "No subscription names this watch" in page.words
    assert "morning (daily at 07:30): 1 message with this watch" in page.words
    assert send(browser, "/new-watch", page, "save").heading == "Saved"
    table = "\n[[watch]]\nkey = 'millbrook'\nlabel = \"Millbrook's\"\n"
    assert file_of(desk) == f"{WATCHES}{table}query = 'millbrook AND paused'\n"
    take_up(desk)
    assert browser.ask("/watches/millbrook").heading == "Millbrook's"


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"label": "Millbrook & its trust"}, "millbrook-its-trust"),
        ({"label": "Halcyon trusts"}, "halcyon-trusts-2"),  # there is one of this key
        ({"label": ""}, "millbrook-and-paused"),
        ({"label": "", "by": "keywords", "keywords": "Bed Planning\r\nother"}, "bed-planning"),
        ({"label": "病院"}, "watch"),
    ],
    ids=["label", "taken", "query", "keywords", "no letters"],
)
def test_a_watch_without_a_key_gets_one_of_its_words(
    desk: RunningDesk, given: dict[str, str], key: str
) -> None:
    browser = desk.browser("editor")
    page = browser.ask("/new-watch?q=millbrook+AND+paused")
    page = send(browser, "/new-watch", page, "preview", key="", **given)
    assert form_of(page).values["key"] == key
    assert send(browser, "/new-watch", page, "save").heading == "Saved"
    assert f"key = '{key}'" in file_of(desk)


def test_keywords_are_written_one_on_each_line(desk: RunningDesk) -> None:
    browser = desk.browser("editor")
    changes = {"by": "keywords", "keywords": "patient record\r\n\r\n Corvid Cloud \r\n"}
    page = send(browser, EDIT, browser.ask(EDIT), "preview", **changes, exact="1")
    assert send(browser, EDIT, page, "save").heading == "Saved"
    assert 'keywords = ["patient record", "Corvid Cloud"]\nexact = true\n' in file_of(desk)
    take_up(desk)
    page = browser.ask(EDIT)
    assert form_of(page).values["keywords"] == "patient record\r\nCorvid Cloud"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"query": "halcyon AND ("}, "column"),
        ({"query": "@nobody"}, "nobody"),
        ({"query": ""}, "neither a query nor keywords"),
        ({"query": "NOT trust"}, "column"),
        ({"by": "keywords", "keywords": 'a "b"'}, "double quotes"),
        ({"by": "keywords", "keywords": " \r\n"}, "neither a query nor keywords"),
        ({"query": "x" * 8_000}, "edit watches.toml"),
    ],
    ids=["syntax", "supplier", "empty", "only-not", "quotes", "no-keyword", "long"],
)
def test_what_check_refuses_is_not_saved(
    desk: RunningDesk, changes: dict[str, str], words: str
) -> None:
    browser = desk.browser("editor")
    for action in ("preview", "save"):
        page = send(browser, EDIT, browser.ask(EDIT), action, **changes)
        assert page.code == 400, action
        assert words in page.words
        assert form_of(page).buttons == ["preview"]
        assert form_of(page).values["query"].strip() == changes.get("query", "")[:7_999] or (
            "by" in changes or len(changes["query"]) > 7_999
        )
    assert file_of(desk) == WATCHES


@pytest.mark.parametrize(
    ("key", "words"),
    [("Big", "key"), ("a b", "key"), ("corvid", "already"), ("é", "key")],
)
def test_a_key_that_cannot_be_is_refused(desk: RunningDesk, key: str, words: str) -> None:
    browser = desk.browser("editor")
    page = send(
        browser, "/new-watch", browser.ask("/new-watch"), "preview", key=key, query="halcyon"
    )
    assert page.code == 400
    assert words in page.words
    assert file_of(desk) == WATCHES


def test_a_problem_of_another_file_holds_an_edit_back_and_is_named(desk: RunningDesk) -> None:
    desk.instance.write("subscriptions.toml", "[[subscription]]\nto = []\n")
    browser = desk.browser("editor")
    page = send(browser, EDIT, browser.ask(EDIT), "preview", query="halcyon")
    assert page.code == 400
    assert "subscriptions.toml, line" in page.words
    assert str(desk.instance.config) not in page.words


def test_a_watch_with_a_subscription_cannot_be_written_over_a_file_that_changed(
    desk: RunningDesk,
) -> None:
    browser = desk.browser("editor")
    page = send(browser, EDIT, browser.ask(EDIT), "preview", query="halcyon NOT trust")
    theirs = WATCHES.replace("@halcyon AND trust", "@halcyon AND hospital*")
    desk.instance.write("watches.toml", theirs)

    page = send(browser, EDIT, page, "save")

    assert page.code == 409
    assert "watches.toml was changed since this form was shown" in page.words
    assert "@halcyon AND hospital*" in page.words
    assert form_of(page).values["query"] == "halcyon NOT trust", "what was typed is not lost"
    assert file_of(desk) == theirs
    page = send(browser, EDIT, page, "preview")
    assert send(browser, EDIT, page, "save").heading == "Saved"
    assert "'halcyon NOT trust'" in file_of(desk)


def test_a_watch_that_is_gone_from_the_file_is_not_written_again(desk: RunningDesk) -> None:
    browser = desk.browser("editor")
    page = browser.ask("/watches/corvid/edit")
    gone = WATCHES[: WATCHES.index('[[watch]]\nkey = "corvid"')]
    desk.instance.write("watches.toml", gone)
    for _ in range(2):
        page = send(browser, "/watches/corvid/edit", page, "save", query="corvid")
        assert page.code in (400, 409)
        assert "no longer has this watch" in page.words
    assert file_of(desk) == gone
    assert browser.ask("/watches/corvid/edit").code == 404


def test_two_editors_cannot_undo_each_other(desk: RunningDesk) -> None:
    first, second = desk.browser("editor"), desk.browser("operator")
    pages = [send(b, EDIT, b.ask(EDIT), "preview", query=f"halcyon {n}") for n, b in
             enumerate((first, second))]  # fmt: skip
    assert send(first, EDIT, pages[0], "save").heading == "Saved"
    assert send(second, EDIT, pages[1], "save").code == 409
    assert "'halcyon 0'" in file_of(desk)


def test_a_folder_that_may_not_be_written_gives_the_text_to_paste(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # pytest's own is closed to others
        with running_desk(Path(folder)) as desk:
            desk.people()
            browser = desk.browser("editor")
            desk.instance.config.chmod(0o555)
            with without_rights_of_the_superuser(desk.instance.data):
                page = send(browser, EDIT, browser.ask(EDIT), "preview", query="halcyon NOT trust")
                assert page.code == 200
                page = send(browser, EDIT, page, "save")
            assert page.code == 503
            assert "cannot write watches.toml (Permission denied)" in page.words
            assert "query = 'halcyon NOT trust'" in page.words
            assert file_of(desk) == WATCHES
            assert "desk.watch-changed" not in caplog.text
            desk.instance.config.chmod(0o755)


def test_a_preview_stops_at_its_limit_and_says_how_far_it_looked(
    desk: RunningDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        desk.instance.stores(an_article(f"a{number}", title=f"Halcyon {number}"))
    monkeypatch.setattr(watch_preview, "MAX_HITS", 2)
    page = desk.browser("editor").ask(f"{EDIT}?version=1")
    assert "2 found since" in page.words
    assert "The search stopped at its limit" in page.words
    monkeypatch.setattr(watch_preview, "MAX_HITS", 500)
    monkeypatch.setattr(watch_preview, "SECONDS", -1.0)
    page = desk.browser("editor").ask(f"{EDIT}?version=1")
    assert "The search stopped at its limit" in page.words


def test_an_old_version_is_put_back_by_the_same_preview(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("a1"))
    desk.instance.write("watches.toml", WATCHES.replace("AND trust'", "NOT trust'"))
    take_up(desk)
    browser = desk.browser("editor")
    page = browser.ask("/watches/halcyon-trusts")
    assert "@halcyon AND <ins>NOT</ins> trust" in page.text
    assert "version=2" not in page.text
    assert "version=" not in desk.browser("reader").ask("/watches/halcyon-trusts").text

    page = browser.ask(f"{EDIT}?version=1")

    assert "The edit adds 1 and drops 0." in page.words
    assert send(browser, EDIT, page, "save").heading == "Saved"
    assert file_of(desk) == WATCHES
    assert browser.ask(f"{EDIT}?version=9").code == 404
    assert browser.ask(f"{EDIT}?version=x").code == 404


def test_an_old_version_is_restored_by_one_button_and_editors_are_named(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("a1"))
    desk.clock.advance(timedelta(minutes=1))
    browser = desk.browser("editor")
    page = send(browser, EDIT, browser.ask(EDIT), "preview", query="@halcyon NOT trust")
    assert send(browser, EDIT, page, "save").heading == "Saved"
    desk.clock.advance(timedelta(minutes=1))
    take_up(desk)
    page = browser.ask("/watches/halcyon-trusts")
    assert "in force, by editor" in page.words
    assert page.words.count(", by ") == 1, "the first version was made in the file"
    assert ", by " not in desk.browser("reader").ask("/watches/halcyon-trusts").words

    there = {"csrf": page.csrf, "version": "1"}
    assert browser.ask("/watches/halcyon-trusts/restore", there).heading == "Saved"
    assert file_of(desk) == WATCHES
    for version in ("9", "x", ""):
        wrong = there | {"version": version}
        assert browser.ask("/watches/halcyon-trusts/restore", wrong).code == 404
    assert browser.ask("/watches/nobody/restore", there).code == 404


def test_a_watch_saved_as_it_is_leaves_the_file_alone(desk: RunningDesk) -> None:
    browser = desk.browser("editor")
    page = send(browser, EDIT, browser.ask(EDIT), "preview")
    assert "The query in force means the same." in page.words
    before = (desk.instance.config / "watches.toml").stat().st_mtime_ns
    assert send(browser, EDIT, page, "save").heading == "Nothing to save"
    assert (desk.instance.config / "watches.toml").stat().st_mtime_ns == before


@pytest.mark.parametrize("text", ["[[watch]\n", "watch = 3\n", None], ids=["syntax", "type", "no"])
def test_a_file_that_cannot_be_read_is_said_to_be_so(desk: RunningDesk, text: str | None) -> None:
    if text is None:
        (desk.instance.config / "watches.toml").unlink()
    else:
        desk.instance.write("watches.toml", text)
    page = desk.browser("editor").ask(EDIT)
    assert page.code == 404
    assert "watches.toml" in page.words


def test_hostile_values_of_the_form_stay_text(desk: RunningDesk) -> None:
    browser = desk.browser("editor")
    evil = "</textarea><script>alert(1)</script>\"'>"
    page = send(
        browser,
        "/new-watch",
        browser.ask("/new-watch"),
        "preview",
        key=evil,
        label=evil,
        query=evil,
    )
    assert "<script>alert" not in page.text
    assert form_of(page).values["query"] == evil
    page = browser.ask("/watches/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E/edit", {
        "csrf": page.csrf, "query": evil})  # fmt: skip
    assert "<script>alert" not in page.text
