"""Messages: what waits and when it goes, what states allow, tests of channels, and trying again."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from storage.model import MessageState
from tests.desk.browser import Browser, Page, RunningDesk
from tests.supplierwatch.instance import an_article

LONGEST = 60.0  # seconds; a busy machine


def finished(browser: Browser, answer: Page) -> Page:
    assert answer.code == 303, answer.words
    page = browser.ask(answer.headers["location"])
    end = time.monotonic() + LONGEST
    while "data-refresh" in page.text and time.monotonic() < end:
        time.sleep(0.1)
        page = browser.ask(answer.headers["location"])
    return page


def send_digest(desk: RunningDesk, browser: Browser) -> Page:
    csrf = browser.ask("/subscriptions/morning").csrf
    return finished(browser, browser.ask("/subscriptions/morning/send", {"csrf": csrf}))


def queue(desk: RunningDesk) -> None:
    """A digest in the outbox, as message 1, that is not sent yet."""
    desk.instance.stores(an_article("a1"))
    with desk.service.store.reading() as unit:
        readers = [each.subscriber_id for each in unit.subscribers.all()]
    assert desk.service.tell(force=readers) == 1


def change(browser: Browser, number: int, action: str, **more: str) -> Page:
    csrf = browser.ask("/messages").csrf
    return browser.ask(f"/messages/{number}", {"csrf": csrf, "action": action} | more)


def state_of(desk: RunningDesk, number: int) -> str:
    with desk.service.store.reading() as unit:
        message = unit.outbox.get(number)
    assert message is not None
    return str(message.state)


def test_what_goes_next_is_listed_and_sent_now_once(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("a1", title="Halcyon pauses at the trust"))
    desk.service.tell()
    desk.clock.advance(timedelta(minutes=1))
    browser = desk.browser("operator")
    page = browser.ask("/messages")
    assert "comms@trust.example morning digest 1" in page.words

    page = send_digest(desk, browser)
    assert "1 message composed" in page.words
    page = browser.ask("/messages")
    assert "Halcyon pauses at the trust" in page.words
    assert "comms@trust.example morning digest 0" in page.words
    assert "Nothing was pending" in send_digest(desk, browser).words


def test_a_message_is_held_released_and_sent_again_as_its_state_allows(
    desk: RunningDesk,
) -> None:
    queue(desk)
    browser = desk.browser("operator")
    assert "queued" in browser.ask("/messages/1").words
    assert change(browser, 1, "release").code == 409
    assert change(browser, 1, "hold").code == 303
    assert state_of(desk, 1) == MessageState.HELD
    assert change(browser, 1, "hold").code == 409
    desk.service.deliver()
    assert state_of(desk, 1) == MessageState.HELD
    assert change(browser, 1, "release").code == 303
    desk.service.deliver()
    assert state_of(desk, 1) == MessageState.SENT


def test_what_was_sent_is_sent_again_only_when_a_person_says_so_and_is_marked(
    desk: RunningDesk,
) -> None:
    queue(desk)
    desk.service.deliver()
    browser = desk.browser("operator")
    page = change(browser, 1, "resend")
    assert page.code == 409
    assert "This message was sent" in page.words
    assert state_of(desk, 1) == MessageState.SENT
    assert change(browser, 1, "resend", again="1").code == 303
    assert state_of(desk, 1) == MessageState.QUEUED
    assert "requested by operator" in browser.ask("/messages/1").words
    assert "sent again by operator" in browser.ask("/messages").words


def test_a_message_is_shown_in_a_frame_where_nothing_runs(desk: RunningDesk) -> None:
    desk.instance.stores(an_article("a1", title="Halcyon <img src=x onerror=alert(1)> trust"))
    browser = desk.browser("operator")
    send_digest(desk, browser)
    with desk.service.store.reading() as unit:
        numbers = [m.row_id for m in unit.outbox.list() if m.notification.kind == "digest"]
    page = browser.ask(f"/messages/{numbers[0]}")
    assert f'<iframe src="/messages/{numbers[0]}/shown"' in page.text
    frame = browser.ask(f"/messages/{numbers[0]}/shown")
    assert "sandbox" in frame.headers["content-security-policy"]
    assert "<img src=x" not in frame.text
    assert "Halcyon" in frame.text


def test_the_outbox_is_paged(desk: RunningDesk) -> None:
    from storage.model import Notification

    with desk.service.store.transaction() as unit:
        for number in range(70):
            unit.outbox.enqueue(
                Notification(
                    delivery_key=f"k{number}",
                    kind="digest",
                    channel="email",
                    recipient="comms@trust.example",
                    subject=f"Digest {number}.",
                    message_id=f"<{number}@trust.example>",
                    raw=b"",
                ),
                desk.clock(),
            )
    browser = desk.browser("operator")
    page = browser.ask("/messages?state=queued")
    assert "Digest 69." in page.words
    assert "Digest 19." not in page.words
    page = browser.ask("/messages?state=queued&before=21")
    assert "Digest 19." in page.words
    assert "Older messages" not in page.words
    assert browser.ask("/messages/70/shown").code == 200
    assert browser.ask("/messages/99999/shown").code == 200


@pytest.mark.parametrize("number", ["0", "99", "x", "9" * 30, "%00", "-1"])
def test_a_message_that_is_none_is_missing(desk: RunningDesk, number: str) -> None:
    browser = desk.browser("operator")
    assert browser.ask(f"/messages/{number}").code == 404
    csrf = browser.ask("/messages").csrf
    assert browser.ask(f"/messages/{number}", {"csrf": csrf, "action": "hold"}).code == 404


def test_a_channel_is_tested_and_says_what_was_answered(desk: RunningDesk) -> None:
    browser = desk.browser("operator")
    page = browser.ask("/channels")
    assert "no mail server: messages become files" in page.words
    form = {"csrf": page.csrf, "channel": "email", "address": "me@trust.example"}
    page = finished(browser, browser.ask("/channels", form))
    assert "The message to me@trust.example was accepted." in page.words
    assert list((desk.instance.data / "mail").glob("**/*.eml"))
    for wrong in ({"address": "nobody"}, {"channel": "none"}):
        assert browser.ask("/channels", form | wrong).code == 400


def test_a_channel_that_does_not_answer_is_said_to_fail(desk: RunningDesk) -> None:
    settings = desk.instance.config / "settings.toml"
    text = settings.read_text().replace("[service]", 'smtp = "127.0.0.1:1"\n[service]', 1)
    settings.write_text(text.replace("smtp =", 'security = "none"\nsmtp ='))
    desk.service.put_in_force(desk.service.read_again({}))
    browser = desk.browser("operator")
    form = {"channel": "email", "address": "me@trust.example"}
    form["csrf"] = browser.ask("/channels").csrf
    page = finished(browser, browser.ask("/channels", form))
    assert "the message was not accepted: deferred" in page.words


def test_work_that_was_set_aside_is_tried_again_on_request(desk: RunningDesk) -> None:
    now = desk.clock()
    with desk.service.store.transaction() as unit:
        for _ in range(3):
            unit.quarantine.begin("match", "41", now)
        unit.quarantine.fail("match", "41", "TimeoutError: <b>too long</b>", now)
    browser = desk.browser("operator")
    page = browser.ask("/set-aside")
    assert "item 41 cannot be matched" in page.words
    assert "<b>too long" not in page.text
    form = {"csrf": page.csrf, "task": "match", "subject": "41"}
    answer = browser.ask("/set-aside", form)
    assert "1 to be tried again" in browser.ask(answer.headers["location"]).words
    with desk.service.store.reading() as unit:
        trouble = unit.quarantine.get("match", "41")
    assert trouble is not None
    assert (trouble.attempts, trouble.quarantined_at) == (0, None)
    assert browser.ask("/set-aside", {"csrf": page.csrf}).headers["location"] == "/set-aside"
