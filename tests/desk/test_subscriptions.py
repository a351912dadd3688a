"""Subscriptions: their rules and next times in words, previews, edits of the file."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.desk.browser import RunningDesk, running_desk
from tests.desk.forms import form_of, send, take_up, without_rights_of_the_superuser
from tests.supplierwatch.instance import SUBSCRIPTIONS, an_article

PAGE = "/subscriptions/morning"
EDIT = f"{PAGE}/edit"


def file_of(desk: RunningDesk) -> str:
    return (desk.instance.config / "subscriptions.toml").read_text(encoding="utf-8")


def test_a_subscription_is_told_in_words_with_its_next_three_times(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("a1"))
    desk.clock.advance(timedelta(minutes=1))
    browser = desk.browser("editor")
    assert "daily at 07:30" in browser.ask("/subscriptions").words
    page = browser.ask(PAGE)
    assert "Time zone Europe/London" in page.words
    assert "Ceiling one message each time" in page.words
    assert page.words.count(", 07:30") == 3
    assert "1 message to each reader in the last 30 days" in page.words
    assert "comms@trust.example active never 1" in page.words


def test_who_unsubscribed_or_muted_what_is_shown(desk: RunningDesk) -> None:
    now = desk.clock()
    with desk.service.store.transaction() as unit:
        (reader,) = unit.subscribers.all()
        unit.reader_requests.mute([reader.subscriber_id], "halcyon-trusts", now + timedelta(days=7))
    browser = desk.browser("editor")
    assert "halcyon-trusts until" in browser.ask(PAGE).words
    with desk.service.store.transaction() as unit:
        unit.reader_requests.end([reader.subscriber_id], now)
    assert "unsubscribed" in browser.ask(PAGE).words
    assert "1 unsubscribed" in browser.ask("/subscriptions").words


def test_the_next_message_is_shown_in_frames_where_nothing_runs(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("a1", title="Halcyon <script>alert(1)</script> at the trust"))
    browser = desk.browser("editor")
    page = browser.ask(f"{PAGE}/preview")
    assert page.code == 200
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    frames = re.findall(r'<iframe src="([^"]+)"[^>]* sandbox', page.text)
    assert len(frames) == 2
    frame = browser.ask(frames[0])
    policy = frame.headers["content-security-policy"]
    assert "sandbox;" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert frame.headers["x-frame-options"] == "SAMEORIGIN"
    assert "Halcyon" in frame.text
    assert "<script" not in frame.text
    assert ' style="' not in frame.text
    assert browser.ask("/shown/none/0").code == 200
    assert desk.browser("reader").ask(frames[0]).code == 403
    with desk.service.store.reading() as unit:
        assert unit.outbox.list() == (), "looking sends nothing"


def test_an_edit_is_previewed_and_saved(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("a1"))
    desk.clock.advance(timedelta(minutes=1))
    browser = desk.browser("editor")
    page = browser.ask(EDIT)
    assert form_of(page).values["to"] == "comms@trust.example"
    assert form_of(page).buttons == ["preview"]
    changes = {"to": "comms@trust.example\r\nduty@trust.example", "cadence": "hourly"}
    page = send(browser, EDIT, page, "preview", **changes, quiet_hours="21:00-07:00")
    assert page.code == 200
    assert "21:00 to 07:00" in page.words
    assert "instead of 1" in page.words
    assert file_of(desk) == SUBSCRIPTIONS
    page = send(browser, EDIT, page, "save")
    assert page.heading == "Saved"
    assert file_of(desk) == SUBSCRIPTIONS.replace(
        'to = ["comms@trust.example"]', 'to = ["comms@trust.example", "duty@trust.example"]'
    ).replace('cadence = "daily at 07:30"', "cadence = 'hourly'\nquiet_hours = '21:00-07:00'")
    take_up(desk)
    assert "duty@trust.example" in browser.ask(PAGE).words


def test_what_was_not_previewed_is_not_saved(desk: RunningDesk) -> None:
    browser = desk.browser("editor")
    page = send(browser, EDIT, browser.ask(EDIT), "preview", cadence="hourly")
    page = send(browser, EDIT, page, "save", to="eve@elsewhere.example")
    assert "What it would do" in page.words
    assert file_of(desk) == SUBSCRIPTIONS


def test_a_new_subscription_is_added_and_removed(desk: RunningDesk) -> None:
    browser, path = desk.browser("editor"), "/new-subscription"
    changes = {"key": "duty", "to": "duty@trust.example", "cadence": "immediate", "every": "1"}
    page = send(browser, path, browser.ask(path), "preview", **changes)
    assert "5 messages in a row, then one every 12 minutes" in page.words
    assert send(browser, path, page, "save").heading == "Saved"
    table = (
        "key = 'duty'\nto = [\"duty@trust.example\"]\nwatches = [\"*\"]\ncadence = 'immediate'\n"
    )
    assert file_of(desk) == f"{SUBSCRIPTIONS}\n[[subscription]]\n{table}"
    take_up(desk)
    removal = "/subscriptions/duty/remove"
    assert send(browser, removal, browser.ask(removal)).heading == "Removed"
    assert "duty" not in file_of(desk)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"to": ""}, "to"),
        ({"to": "nobody"}, "nobody"),
        ({"to": "channel:none"}, "none"),
        ({"cadence": "sometimes"}, "is not a cadence"),
        ({"timezone": "Mars/Olympus"}, "Mars/Olympus"),
        ({"quiet_hours": "always"}, "quiet_hours"),
        ({"bank_holidays": "atlantis"}, "bank_holidays"),
        ({"watch": "no-such-watch"}, "no-such-watch"),
    ],
)
def test_what_check_refuses_is_not_saved(
    desk: RunningDesk, changes: dict[str, str], words: str
) -> None:
    browser = desk.browser("editor")
    page = send(browser, EDIT, browser.ask(EDIT), "preview", **changes)
    assert page.code == 400
    assert words in page.words
    assert form_of(page).buttons == ["preview"]
    assert file_of(desk) == SUBSCRIPTIONS


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(desk: RunningDesk) -> None:
    browser = desk.browser("editor")
    page = send(browser, EDIT, browser.ask(EDIT), "preview", cadence="hourly")
    theirs = SUBSCRIPTIONS.replace("07:30", "08:30")
    desk.instance.write("subscriptions.toml", theirs)
    page = send(browser, EDIT, page, "save")
    assert page.code == 409
    assert "daily at 08:30" in page.words
    assert file_of(desk) == theirs


def test_a_folder_that_may_not_be_written_gives_the_text_to_paste() -> None:
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # pytest's own is closed to others
        with running_desk(Path(folder)) as desk:
            desk.people()
            browser = desk.browser("editor")
            desk.instance.config.chmod(0o555)
            with without_rights_of_the_superuser(desk.instance.data):
                page = send(browser, EDIT, browser.ask(EDIT), "preview", cadence="hourly")
                page = send(browser, EDIT, page, "save")
            desk.instance.config.chmod(0o755)
            assert page.code == 503
            assert "cannot write subscriptions.toml (Permission denied)" in page.words
            assert "cadence = 'hourly'" in page.words
            assert file_of(desk) == SUBSCRIPTIONS


@pytest.mark.parametrize("key", ["nobody", "%00", "%22%3E%3Cscript%3E"])
def test_a_subscription_that_is_none_is_missing(desk: RunningDesk, key: str) -> None:
    browser = desk.browser("operator")
    csrf = browser.ask("/sources").csrf
    for path in ("", "/preview", "/edit", "/remove"):
        assert browser.ask(f"/subscriptions/{key}{path}").code == 404, path
    for path in ("/send", "/edit", "/remove"):
        answer = browser.ask(f"/subscriptions/{key}{path}", {"csrf": csrf})
        assert answer.code in (404, 409), path
