"""Briefings as documents for Word, and as mail to recipients that the configuration names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from urllib.parse import urlencode

import pytest
from docx import Document

from alerts.messages.briefing import BriefedItem, BriefingDocument
from alerts.messages.render import MAX_HTML, render_briefing
from supplierwatch.exports.briefing_docx import render_docx
from tests.desk.browser import Browser, Page, RunningDesk
from tests.desk.forms import take_up
from tests.desk.hostile_text import HOSTILE
from tests.supplierwatch.instance import SOURCES, an_article
from tests.support.outgoing import assert_mail_is_clean

REST = "Two other trusts are watching"


@pytest.fixture
def editor(desk: RunningDesk) -> Browser:
    desk.instance.stores(an_article("a1", title="Halcyon pauses at the trust"))
    browser = desk.browser("editor")
    put_in(browser, "Halcyon in June")
    return browser


def put_in(browser: Browser, title: str) -> Page:
    csrf = browser.ask("/").csrf
    return browser.ask("/briefings", {"csrf": csrf, "title": title, "item": "1"})


def send(browser: Browser, *recipients: str) -> Page:
    fields = [("csrf", browser.ask("/").csrf), *(("to", each) for each in recipients)]
    return browser.ask(
        "/briefings/1/send",
        method="POST",
        body=urlencode(fields).encode(),
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://127.0.0.1:{browser.address[1]}",
        },
    )


def briefing_mails(desk: RunningDesk) -> list[EmailMessage]:
    """The briefings in the outbox, oldest first."""
    with desk.service.store.reading() as unit:
        found = [each.notification for each in unit.outbox.list(limit=100)]
    raws = [each.raw for each in reversed(found) if each.kind == "briefing"]
    for raw in raws:
        assert_mail_is_clean(raw)
    mails = [message_from_bytes(raw, policy=policy.default) for raw in raws]
    assert all(isinstance(each, EmailMessage) for each in mails)
    return [each for each in mails if isinstance(each, EmailMessage)]


def test_a_briefing_goes_once_to_each_ticked_recipient(desk: RunningDesk, editor: Browser) -> None:
    assert "comms@trust.example" in editor.ask("/briefings/1/send").words
    assert "Written to the outbox" in send(editor, "comms@trust.example").words
    assert "not sent twice" in send(editor, "comms@trust.example").words

    [mail] = briefing_mails(desk)
    assert (mail["To"], mail["Subject"]) == ("comms@trust.example", "Halcyon in June")
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert part is not None
        assert "Halcyon pauses at the trust" in part.get_content()
        assert "the trust told staff on Monday" in " ".join(part.get_content().split())
        assert REST not in " ".join(part.get_content().split())


def test_an_edited_briefing_is_another_message(desk: RunningDesk, editor: Browser) -> None:
    send(editor, "comms@trust.example")
    desk.clock.advance(timedelta(minutes=1))
    csrf = editor.ask("/").csrf
    editor.ask("/briefings/1", {"csrf": csrf, "do": "save", "title": "Halcyon in July"})
    send(editor, "comms@trust.example")
    assert [mail["Subject"] for mail in briefing_mails(desk)] == [
        "Halcyon in June",
        "Halcyon in July",
    ]


def test_nobody_is_written_to_whom_the_configuration_does_not_name(
    desk: RunningDesk, editor: Browser
) -> None:
    answer = send(editor, "stranger@elsewhere.example", "channel:none")
    assert (answer.code, briefing_mails(desk)) == (400, [])
    assert "Tick at least one recipient" in answer.words


def test_a_briefing_goes_to_the_own_address_of_its_user(desk: RunningDesk, editor: Browser) -> None:
    with desk.service.store.transaction() as unit:
        user = unit.users.find_by_name("editor")
        assert user is not None
        unit.users.set_email(user.user_id, "ruth@trust.example")
    send(editor, "ruth@trust.example")
    assert [mail["To"] for mail in briefing_mails(desk)] == ["ruth@trust.example"]


def test_full_texts_are_sent_only_with_a_licence(desk: RunningDesk, editor: Browser) -> None:
    name = 'name = "The Ward Ledger"'
    desk.instance.write("sources.toml", SOURCES.replace(name, f'{name}\nlicence = "full-text"'))
    take_up(desk)
    send(editor, "comms@trust.example")
    [mail] = briefing_mails(desk)
    part = mail.get_body(("plain",))
    assert part is not None
    assert REST in " ".join(part.get_content().split())


def test_the_mail_is_shown_before_it_is_sent(editor: Browser) -> None:
    page = editor.ask("/briefings/1/mail")
    assert "Halcyon pauses at the trust" in page.words
    assert "sandbox" in page.headers["content-security-policy"]


def test_a_document_for_word_has_headings_links_and_comments(editor: Browser) -> None:
    csrf = editor.ask("/").csrf
    fields = {"introduction": "What moved.", "comment-1": "Ask them."}
    editor.ask("/briefings/1", {"csrf": csrf, "do": "save", **fields})
    page = editor.ask("/briefings/1/docx")
    assert page.headers["content-disposition"].endswith("briefing-1.docx")
    file = Document(BytesIO(page.body))
    texts = [each.text for each in file.paragraphs]
    assert texts[0] == "Halcyon in June"
    for said in ("What moved.", "Halcyon pauses at the trust", "Ask them."):
        assert said in texts
    headings = [p.text for p in file.paragraphs if p.style and p.style.name == "Heading 1"]
    assert headings == ["Halcyon pauses at the trust"]
    links = {each.address for p in file.paragraphs for each in p.hyperlinks}
    assert len(links) == 2
    assert any(link.endswith("/item/1") for link in links)


def test_hostile_texts_make_a_document_that_opens() -> None:
    document = a_document(title=HOSTILE, sentence=f"a\x00\ud800 b {HOSTILE}")
    file = Document(BytesIO(render_docx(document)))
    assert "<script" in " ".join(each.text for each in file.paragraphs)  # as text


def test_a_briefing_too_long_for_a_mail_is_sent_without_full_texts() -> None:
    long = a_document(paragraphs=("A sentence of a report. " * 400,) * 20, sentence="It stopped.")
    rendered = render_briefing(long, "ruth")
    assert len(rendered.html.encode()) <= MAX_HTML
    assert "It stopped." in rendered.text
    assert "A sentence of a report." not in rendered.text
    short = a_document(paragraphs=("A sentence of a report.",), sentence="It stopped.")
    assert "A sentence of a report." in render_briefing(short, "ruth").text


def a_document(
    *, title: str = "Halcyon pauses", sentence: str = "", paragraphs: tuple[str, ...] = ()
) -> BriefingDocument:
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    item = BriefedItem(
        item_id=1,
        title=title,
        outlet="The Ward Ledger",
        at=at,
        is_published=True,
        sentence=sentence,
        comment="",
        paragraphs=paragraphs,
        link="https://ledger.example/1",
        evidence="http://127.0.0.1/item/1",
    )
    return BriefingDocument(title=title, introduction="", author="ruth", at=at, items=(item,))
