"""Messages that are ready to go, and the oracle that every message must pass."""

from __future__ import annotations

import re
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import EmailPolicy, default
from functools import lru_cache
from typing import Any

from lxml import html as lxml_html

from alerts.messages.mime import Envelope, build_mail
from alerts.messages.render import MAX_HTML, Rendered
from config.model import MailSettings
from storage.model import Notification, OutboxMessage
from tests.support.tellings import NOW

MAIL = MailSettings(
    sender="Media watch <watch@trust.example>", reply_to="press@trust.example", smtp=None
)
# ours stand alone on a line; untrusted content may have addresses in it too
_LINK = re.compile(r"(?m)^ *(https?://\S+)\r?$")


def a_notification(
    rendered: Rendered | None = None, *, recipient: str = "comms@trust.example", key: str = "k1"
) -> Notification:
    """A finished digest with little in it, or with what is given."""
    return build_mail(
        rendered or Rendered(subject="Two new", text="Hello\n.\nEnd\n", html="<p>Hello</p>"),
        Envelope(
            kind="digest",
            delivery_key=key,
            recipient=recipient,
            list_name="daily-halcyon",
            contact="press@trust.example",
        ),
        MAIL,
        NOW,
    )


def a_message(
    notification: Notification | None = None, *, attempts: int = 0, unknown_outcomes: int = 0
) -> OutboxMessage:
    """A claimed row of the outbox."""
    return OutboxMessage(
        row_id=1,
        notification=notification or a_notification(),
        state="leased",
        attempts=attempts,
        unknown_outcomes=unknown_outcomes,
        created_at=NOW - timedelta(minutes=1),
        next_at=NOW,
        sent_at=None,
        last_code=None,
        last_error=None,
    )


class _ParsedOnce(EmailPolicy):
    """The default policy, with a memory: else each look at a header parses it again."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        return _header(name, value)


@lru_cache(maxsize=1024)
def _header(name: str, value: str) -> Any:
    return default.header_fetch_parse(name, value)


def parsed(raw: bytes) -> EmailMessage:
    """A mail as a reader's program sees it."""
    message = message_from_bytes(raw, policy=_ParsedOnce())
    assert isinstance(message, EmailMessage)
    return message


def bodies(message: EmailMessage) -> tuple[str, str]:
    """The text and the HTML of a mail."""
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    return text.get_content(), html.get_content()


def links_of_text(text: str) -> set[str]:
    """The web addresses that a plain text links to."""
    return set(_LINK.findall(text))


def links_of_html(html: str) -> set[str]:
    """The web addresses that a page links to."""
    anchors = lxml_html.fromstring(html).iter("a")
    return {str(a.get("href")) for a in anchors if not str(a.get("href")).startswith("mailto:")}


def _texts_and_pictures(
    parts: list[EmailMessage],
) -> tuple[list[EmailMessage], dict[str, bytes]]:
    """The two texts of a mail, and its pictures by the address that shows them."""
    plain, rich = parts
    if rich.get_content_type() == "text/html":
        return [plain, rich], {}
    assert rich.get_content_type() == "multipart/related"
    html, *images = rich.iter_parts()
    assert all(image.get_content_type() == "image/png" for image in images)
    assert all(image.get_content_disposition() == "inline" for image in images)
    named = {f"cid:{image['Content-ID'].strip('<>')}": image.get_content() for image in images}
    assert len(named) == len(images)
    return [plain, html], named


def assert_mail_is_clean(raw: bytes) -> EmailMessage:
    """What holds for every message (RELIABILITY 2): structure, headers, links, size, no tricks."""
    message = parsed(raw)
    for part in message.walk():
        assert part.defects == [], part.get_content_type()
        for name, value in part.items():
            assert not getattr(value, "defects", ()), (name, value)
    assert raw.isascii()
    lines = raw.split(b"\r\n")
    assert all(b"\n" not in each and b"\r" not in each and len(each) <= 998 for each in lines)
    body = raw.split(b"\r\n\r\n", 1)[1]
    assert max(len(each) for each in body.split(b"\r\n")) <= 76, "RFC 2045, 6.7"

    assert message.get_content_type() == "multipart/alternative"
    parts = list(message.iter_parts())
    texts, pictures = _texts_and_pictures(parts)
    assert [part.get_content_type() for part in texts] == ["text/plain", "text/html"]
    assert {part.get_content_charset() for part in texts} == {"utf-8"}

    for name in ("Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "List-Id"):
        assert len(message.get_all(name, [])) == 1, name
    assert len(message["To"].addresses) == 1
    assert "Bcc" not in message
    assert "Cc" not in message
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Precedence"] == "bulk"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert re.fullmatch(r"<[a-z]+\.[0-9a-f]{32}@[a-z0-9.-]+>", message["Message-ID"])
    header_bytes = raw.split(b"\r\n\r\n", 1)[0]
    stop = re.search(rb"(?m)^List-Unsubscribe: (.*)\r$", header_bytes)
    if stop is not None:
        ways = stop[1].split(b", ")
        assert all(re.fullmatch(rb"<(mailto:[^<>\s]+@|https?://)[^<>\s]+>", way) for way in ways)
        one_click = any(way.startswith(b"<https://") for way in ways)
        expected = "List-Unsubscribe=One-Click" if one_click else None
        assert message["List-Unsubscribe-Post"] == expected

    text, html = bodies(message)
    assert links_of_text(text) == links_of_html(html)
    assert len(html.encode()) <= MAX_HTML
    tree = lxml_html.fromstring(html)
    for element in tree.iter():
        assert element.tag not in {"script", "iframe", "form", "link", "object", "svg"}
        if element.tag == "img":
            # never from elsewhere, which would tell who reads when; never without words
            assert pictures.pop(str(element.get("src"))).startswith(b"\x89PNG")
            assert str(element.get("alt")).strip()
            continue
        assert not [name for name in element.attrib if str(name).lower().startswith("on")]
        for name in ("src", "href", "action", "background"):
            target = element.get(name)
            if target is not None:
                assert re.match(r"(https?://|mailto:)", target), target
    assert pictures == {}, "a picture that is not shown"
    assert "url(" not in html
    shown = (
        f"{message['Subject']}{text}{lxml_html.tostring(tree, method='text', encoding='unicode')}"
    )
    assert not re.search("[\x00-\x08\x0e-\x1f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown)
    return message
