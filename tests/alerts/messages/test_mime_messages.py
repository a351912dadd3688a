"""Every message as a mail: clean for every reader, whatever strangers wrote into it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.digest.digest import entries_of
from alerts.digest.welcome_content import SubscriptionPlan, Welcome
from alerts.errors import MessageError
from alerts.messages.mail_address import mailbox
from alerts.messages.mime import Envelope, build_mail
from alerts.messages.render import MAX_HTML, Rendered, render, render_note, render_welcome
from config.model import MailSettings
from storage.model import Carrier
from tests.support.outgoing import (
    MAIL,
    a_notification,
    assert_mail_is_clean,
    bodies,
    links_of_text,
    parsed,
)
from tests.support.sizes import examples
from tests.support.tellings import NAMES, NOW, WATCHES, a_digest, a_finding, an_item

HOSTILE = {
    "line-break": "x\r\nBcc: thief@evil.example\r\n\r\nbody",
    "unicode-breaks": "x\u2028Bcc: thief@evil.example\u2029y\x85z",
    "nul": "x\x00y",
    "lone-surrogate": "half \ud83d of it",
    "bidi": "bill\u202efdp.exe\u2066x",
    "zero-width": "Hal\u200bcyon\ufeff",
    "long": "Halcyon " + "x" * 10_000,
    "long-words": "Halcyon word " * 900,
    "markup": '<script>alert(1)</script><img src=x onerror=alert(1)>"><iframe srcdoc="<b>">',
    "template": "{{ 1234*1234 }} {% for x in y %}",
    "encoded-word": "=?utf-8?q?=0D=0ABcc=3A_thief=40evil.example?=",
    "formula": '=HYPERLINK("http://evil.example","x")',
    "dots": ".\r\n.\r\nMAIL FROM:<x@evil.example>",
    "ansi": "\x1b[2J\x1b[31mred",
    "empty": "",
    "blank": " \t\n ",
    "marks": "Z" + "\u0335" * 400,
    "cjk": "帕兰蒂尔" * 200,
    "emoji": "👩‍⚕️" * 200,
    "rtl": "שלום עולם Halcyon",
}


def welcome() -> Welcome:
    return Welcome(
        recipient="comms@trust.example",
        plans=(
            SubscriptionPlan(key="daily", schedule="daily (daily at 07:30)", next_at=NOW),
            SubscriptionPlan(key="now", schedule="now (immediate)", next_at=None),
        ),
        watches=tuple(WATCHES.values()),
        sources_total=4,
        sources_answered=3,
        silent=(("Trolley Times", "HTTP 403"),),
        items_stored=120,
        entries=entries_of([a_finding(), a_finding(suppliers=())], NAMES),
        timezone="Europe/London",
        now=NOW,
        contact="press@trust.example",
    )


MESSAGES = {
    "digest": lambda: render(a_digest(a_finding(), a_finding(suppliers=(), watch="epr"))),
    "alert": lambda: render(a_digest(a_finding(), kind="alert")),
    "empty": lambda: render(a_digest()),
    "edit": lambda: render(a_digest(a_finding(what="edit", revision=2))),
    "told": lambda: render(a_digest(a_finding(), a_finding(told_before=NOW))),
    "welcome": lambda: render_welcome(welcome()),
    "note": lambda: render_note("Mail is on hold", ["The login was refused.", "", "    x ="]),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_each_kind_of_message_is_a_clean_mail(name: str) -> None:
    assert_mail_is_clean(a_notification(MESSAGES[name]()).raw)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_anywhere_does_no_harm(text: str) -> None:
    item = an_item(
        title=text,
        summary=text,
        body=f"{text} Halcyon {text}",
        authors=(text,),
        comments=text,
        thin_reason=text,
        text_state="thin",
    )
    notification = a_notification(
        render(a_digest(a_finding(item, "Halcyon"), a_finding(what="edit", item=item)))
    )

    message = assert_mail_is_clean(notification.raw)
    assert len(message["Subject"]) <= 200
    assert message["Subject"].strip()
    assert [a.addr_spec for a in message["To"].addresses] == ["comms@trust.example"]
    assert "1522756" not in notification.raw.decode()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_in_welcomes_and_notes_does_no_harm(text: str) -> None:
    said = Welcome(
        **{
            **{name: getattr(welcome(), name) for name in Welcome.__slots__},
            "silent": ((text, text),),
            "entries": entries_of([a_finding(an_item(title=text, body=text))], NAMES),
        }
    )
    assert_mail_is_clean(a_notification(render_welcome(said)).raw)
    assert_mail_is_clean(a_notification(render_note(text, [text, f"  {text}"])).raw)


@given(text=st.text(max_size=300))
@settings(max_examples=examples(150), deadline=None)
def test_any_text_at_all_does_no_harm(text: str) -> None:
    item = an_item(title=text, summary=text, body=text, url=f"https://a.example/{text}")

    assert_mail_is_clean(a_notification(render(a_digest(a_finding(item, text or "x")))).raw)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "https://u:p@evil.example/",
        'https://a.example/"onmouseover=alert(1)',
        "https://a.example/\u202egpj.exe",
        "https://a.example/a b",
        None,
    ],
)
def test_no_link_but_to_the_web(url: str | None) -> None:
    item = an_item(
        url=url,
        carriers=(
            Carrier(source_key="trolley", url=url, guid=None, first_seen_at=NOW),
            Carrier(source_key="register", url="https://ok.example/", guid=None, first_seen_at=NOW),
        ),
    )

    message = assert_mail_is_clean(a_notification(render(a_digest(a_finding(item)))).raw)
    links = links_of_text(bodies(message)[0])
    assert "https://ok.example/" in links
    assert all(link.startswith("https://") and "@" not in link for link in links)


def heavy(number: int) -> object:
    title = f"{number}: " + "Halcyon and the very long headline of a thorough outlet " * 3
    body = ("Halcyon said that the roll-out goes on and on " * 8 + ". ") * 3
    return a_finding(
        an_item(title=title, body=body, url=f"https://a.example/{'p' * 300}/{number}"),
        suppliers=(f"Supplier {number % 40}",),
    )


@pytest.mark.slow
def test_a_thousand_stories_stay_under_ninety_kilobytes_and_are_counted() -> None:
    findings = [heavy(number) for number in range(1000)]

    rendered = render(a_digest(*findings))  # type: ignore[arg-type]

    message = assert_mail_is_clean(a_notification(rendered).raw)
    assert len(rendered.html.encode()) <= MAX_HTML
    assert "1,000 new stories" in rendered.text
    assert "more" in bodies(message)[1]


def test_everything_is_counted_even_where_it_is_not_shown() -> None:
    findings = [a_finding() for _ in range(200)]
    text = render(a_digest(*findings)).text

    hidden = re.search(r"(?m)^   and (\d+) more\.$", text)
    assert hidden is not None
    assert len(links_of_text(text)) + int(hidden[1]) == 200


def test_one_loud_supplier_does_not_silence_the_others() -> None:
    loud = [a_finding() for _ in range(300)]
    quiet = a_finding(an_item(title="Corvid is quiet"), suppliers=("Corvid Data",), watch="corvid")

    assert "Corvid is quiet" in render(a_digest(*loud, quiet)).text


def test_the_same_message_has_the_same_bytes() -> None:
    rendered = MESSAGES["digest"]()

    assert a_notification(rendered).raw == a_notification(rendered).raw


def test_message_ids_differ_by_key_and_by_recipient() -> None:
    ids = {
        a_notification(key=key, recipient=recipient).message_id
        for key in ("a", "b")
        for recipient in ("x@trust.example", "y@trust.example")
    }

    assert len(ids) == 4
    assert a_notification(key="a").message_id == parsed(a_notification(key="a").raw)["Message-ID"]


def test_long_subjects_outside_ascii_keep_to_short_encoded_words() -> None:
    raw = a_notification(Rendered(subject="é" * 150, text="x", html="<p>x</p>")).raw

    words = re.findall(rb"=\?utf-8\?.\?.*?\?=", raw.split(b"\r\n\r\n")[0])
    assert len(words) > 2
    assert max(len(each) for each in words) <= 75
    assert parsed(raw)["Subject"] == "é" * 150


def test_a_long_unsubscribe_address_is_not_encoded() -> None:
    notification = build_mail(
        Rendered(subject="x", text="x", html="<p>x</p>"),
        Envelope(
            kind="digest",
            delivery_key="k",
            recipient="a@b.example",
            list_name="a-very-long-name-of-a-subscription-" * 4,
            contact="stop@trust.example",
        ),
        MAIL,
        NOW,
    )

    assert b"\r\nList-Unsubscribe: <mailto:stop@trust.example?subject=uns" in notification.raw
    assert_mail_is_clean(notification.raw)


@pytest.mark.parametrize(
    ("address", "spec"),
    [
        ("a@b.example", "a@b.example"),
        ("Name, with comma <a@b.example>", "a@b.example"),
        ('"Quoted" <a@b.example>', "a@b.example"),
        ("Ünicode <a@bücher.example>", "a@xn--bcher-kva.example"),
    ],
)
def test_addresses_with_names_and_foreign_domains(address: str, spec: str) -> None:
    assert mailbox(address).addr_spec == spec
    settings = MailSettings(sender=address, reply_to=None, smtp=None)
    notification = build_mail(
        Rendered(subject="x", text="x", html="<p>x</p>"),
        Envelope(kind="test", delivery_key="k", recipient="c@d.example"),
        settings,
        NOW,
    )
    assert_mail_is_clean(notification.raw)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@b>,c@d",
        "a@b.example\r\nBcc: c@d.example",
        "a b@c.example",
        "@b.example",
        "a@",
        "a@b.example, c@d.example",
        "ü@b.example",
    ],
)
def test_what_is_no_address_is_refused_by_name(address: str) -> None:
    with pytest.raises(MessageError, match="address"):
        mailbox(address)
