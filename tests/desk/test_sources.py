"""The pages of sources: what is wrong at a look, what each poll brought, and edits of the file."""

from __future__ import annotations

import logging
import tomllib
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from storage.model import CrawlReport
from tests.desk.browser import RunningDesk, running_desk
from tests.desk.forms import form_of, send, take_up, without_rights_of_the_superuser
from tests.supplierwatch.instance import SOURCES, an_article

PAGE = "/sources/ward-ledger"
EDIT = f"{PAGE}/edit"
HOUR = timedelta(hours=1)


def file_of(desk: RunningDesk) -> str:
    return (desk.instance.config / "sources.toml").read_text(encoding="utf-8")


def polled(desk: RunningDesk, key: str = "ward-ledger", **report: Any) -> None:
    """A poll of a source that has just ended."""
    now = desk.clock()
    with desk.service.store.transaction() as unit:
        unit.sources.claim_due(
            now, owner="r", lease=HOUR, limit=1, keys=[key], even_if_not_due=True
        )
        unit.sources.finish(
            CrawlReport(
                source_key=key,
                run_id="r",
                started_at=now,
                finished_at=now,
                **({"outcome": "ok", "http_status": 200} | report),
            ),
            next_at=now + HOUR,
            validators=None,
            baseline_done=True,
        )


def test_the_list_shows_problems_first_and_can_show_them_alone(desk: RunningDesk) -> None:
    polled(desk)
    polled(desk, "trolley", outcome="failed", http_status=503, errors=("HTTP 503",))
    browser = desk.browser("reader")
    page = browser.ask("/sources")
    assert page.words.index("trolley") < page.words.index("The Ward Ledger")
    assert "1 polls in a row failed: HTTP 503" in page.words
    page = browser.ask("/sources?show=problems")
    assert "The Ward Ledger" not in page.words
    assert "No source is in this state" in browser.ask("/sources?show=off").words
    assert "/new-source" not in page.text, "a reader changes nothing"


def test_a_source_shows_its_polls_items_and_settings(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("a1", title="Halcyon pauses at the trust"))
    polled(desk, new=1, listed=4, read=1)
    desk.clock.advance(HOUR)
    polled(desk, outcome="failed", http_status=500, errors=("HTTP 500",))
    page = desk.browser("reader").ask(PAGE)
    assert page.heading == "The Ward Ledger"
    assert "Halcyon pauses at the trust" in page.words
    assert "HTTP 500" in page.words
    assert "All are the defaults." in page.words
    assert "Poll now" not in page.words

    desk.instance.write(
        "sources.toml", SOURCES.replace('"feed"\nurl', '"feed"\nevery = "2h"\nurl', 1)
    )
    take_up(desk)
    assert "every 2h" in desk.browser("reader").ask(PAGE).words


def test_old_polls_are_on_further_pages(desk: RunningDesk) -> None:
    for number in range(33):
        polled(desk, new=number + 1)
    page = desk.browser("reader").ask(PAGE)
    assert "Older polls" in page.words
    older = page.text.split(f'href="{PAGE}?before=')[1].split('"')[0]
    page = desk.browser("reader").ask(f"{PAGE}?before={older}")
    assert "Older polls" not in page.words


@pytest.mark.parametrize("key", ["nobody", "%00", "a%2Fb", "%22%3E%3Cscript%3E"])
def test_a_source_that_is_none_is_missing(desk: RunningDesk, key: str) -> None:
    browser = desk.browser("editor")
    csrf = browser.ask("/sources").csrf
    for path in (f"/sources/{key}", f"/sources/{key}/edit", f"/sources/{key}/remove"):
        assert browser.ask(path).code == 404, path
    for action in ("poll", "doctor", "switch", "edit", "remove"):
        answer = browser.ask(f"/sources/{key}/{action}", {"csrf": csrf})
        assert answer.code in (404, 409), action


def test_poll_now_makes_a_source_due_and_its_page_waits_for_the_poll(desk: RunningDesk) -> None:
    polled(desk)
    browser = desk.browser("editor")
    answer = browser.ask(f"{PAGE}/poll", {"csrf": browser.ask(PAGE).csrf})
    with desk.service.store.reading() as unit:
        state = unit.sources.get("ward-ledger")
    assert state is not None
    assert state.next_at == desk.clock()
    desk.clock.advance(timedelta(seconds=5))
    page = browser.ask(answer.headers["location"])
    assert 'data-refresh="2"' in page.text
    assert '<noscript><meta http-equiv="refresh"' in page.text
    polled(desk, new=2)
    page = browser.ask(answer.headers["location"])
    assert "data-refresh" not in page.text
    assert "ok, 2 new" in page.words


def test_pausing_and_resuming_writes_the_file_and_leaves_the_rest(
    desk: RunningDesk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    browser = desk.browser("editor")
    csrf = browser.ask(PAGE).csrf
    browser.ask(f"{PAGE}/switch", {"csrf": csrf})
    assert file_of(desk) == SOURCES.replace(
        'name = "The Ward Ledger"\n', 'name = "The Ward Ledger"\nenabled = false\n'
    )
    assert "desk.source-paused key=ward-ledger by=editor" in caplog.text
    take_up(desk)
    assert "Resume" in browser.ask(PAGE).words
    assert browser.ask(f"{PAGE}/poll", {"csrf": csrf}).code == 404
    browser.ask(f"{PAGE}/switch", {"csrf": csrf, "enabled": "1"})
    assert file_of(desk) == SOURCES


def test_an_edit_changes_only_its_lines(
    desk: RunningDesk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    browser = desk.browser("editor")
    page = browser.ask(EDIT)
    assert form_of(page).values["url"] == "https://ward-ledger.example/feed"
    page = send(browser, EDIT, page, name="Ward Ledger & Wire", every="1h", relook="")
    assert page.heading == "Saved"
    assert file_of(desk) == SOURCES.replace(
        'name = "The Ward Ledger"',
        "name = 'Ward Ledger & Wire'\nevery = '1h'\nrelook = false",
    )
    assert "desk.source-changed key=ward-ledger by=editor" in caplog.text
    take_up(desk)
    assert browser.ask(PAGE).heading == "Ward Ledger & Wire"
    assert send(browser, EDIT, browser.ask(EDIT)).heading == "Nothing to save"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"url": "ftp://x.example"}, "https://"),
        ({"url": "https://trolley.example/feed"}, "is polled already"),
        ({"url": "https://user:secret@x.example/"}, "user name or a password"),
        ({"kind": "telepathy"}, "is not a kind of source"),
        ({"kind": "page"}, "select"),
        ({"every": "sometimes"}, "is not a duration"),
        ({"every": "1h", "max_every": "30m"}, "max_every"),
        ({"language": "english"}, "language"),
        ({"select_article": ">>"}, "is not a CSS selector"),
        ({"max_age": "1h"}, "is out of bounds"),
    ],
)
def test_what_check_refuses_is_not_saved(
    desk: RunningDesk, changes: dict[str, str], words: str
) -> None:
    browser = desk.browser("editor")
    page = send(browser, EDIT, browser.ask(EDIT), **changes)
    assert page.code == 400
    assert words in page.words
    assert file_of(desk) == SOURCES
    for name, text in changes.items():
        assert form_of(page).values[name] == text or name == "kind", "what was typed is not lost"
    assert str(desk.instance.config) not in page.words


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(desk: RunningDesk) -> None:
    browser = desk.browser("editor")
    page = browser.ask(EDIT)
    theirs = SOURCES.replace("The Ward Ledger", "Their Ledger")
    desk.instance.write("sources.toml", theirs)
    page = send(browser, EDIT, page, name="My Ledger")
    assert page.code == 409
    assert "sources.toml was changed since this form was shown" in page.words
    assert "Their Ledger" in page.words
    assert form_of(page).values["name"] == "My Ledger"
    assert file_of(desk) == theirs
    assert send(browser, EDIT, page).heading == "Saved"
    assert file_of(desk) == SOURCES.replace('"The Ward Ledger"', "'My Ledger'")


def test_a_source_is_removed_after_asking_and_its_items_stay(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("a1"))
    browser = desk.browser("editor")
    page = browser.ask(f"{PAGE}/remove")
    assert "stay in the archive" in page.words
    assert file_of(desk) == SOURCES
    page = send(browser, f"{PAGE}/remove", page)
    assert page.heading == "Removed"
    assert [each["key"] for each in tomllib.loads(file_of(desk))["source"]] == ["trolley"]
    take_up(desk)
    assert browser.ask(PAGE).code == 404
    assert browser.ask("/item/1").code == 200


def test_a_source_that_others_name_is_not_removed(desk: RunningDesk) -> None:
    text = (desk.instance.config / "subscriptions.toml").read_text(encoding="utf-8")
    expect = 'expect = [{ within = "30d", source = "ward-ledger" }]\n'
    desk.instance.write("subscriptions.toml", text + expect)
    browser = desk.browser("editor")
    page = send(browser, f"{PAGE}/remove", browser.ask(f"{PAGE}/remove"))
    assert page.code == 400
    assert "subscriptions.toml, line" in page.words
    assert file_of(desk) == SOURCES


def test_a_folder_that_may_not_be_written_gives_the_text_to_paste() -> None:
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # pytest's own is closed to others
        with running_desk(Path(folder)) as desk:
            desk.people()
            browser = desk.browser("editor")
            page = browser.ask(EDIT)
            desk.instance.config.chmod(0o555)
            with without_rights_of_the_superuser(desk.instance.data):
                page = send(browser, EDIT, page, name="My Ledger")
                paused = browser.ask(f"{PAGE}/switch", {"csrf": page.csrf})
            desk.instance.config.chmod(0o755)
            assert (page.code, paused.code) == (503, 503)
            assert "cannot write sources.toml (Permission denied)" in page.words
            assert "name = 'My Ledger'" in page.words
            assert "enabled = false" in paused.words
            assert file_of(desk) == SOURCES
