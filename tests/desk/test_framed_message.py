"""Messages in frames: nothing runs, nothing loads, and they look as they were made."""

from __future__ import annotations

import base64
import hashlib
import re
from email.message import EmailMessage

import pytest

from supplierwatch.desk.framed_message import FramedMessage, frame_html, frame_mail, frame_text


def sheet_of(framed: FramedMessage) -> str:
    found = re.search(r"<style>(.*?)</style>", framed.html, re.DOTALL)
    assert found is not None
    return found[1]


def allows(framed: FramedMessage, sheet: str) -> bool:
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    return f"style-src 'sha256-{digest}'" in framed.policy


def test_styles_of_attributes_become_rules_that_the_policy_names() -> None:
    framed = frame_html(
        "<html><head><style>p{margin:0}</style></head><body>"
        '<p style="color:red">a</p><p class="x" style="color:red">b</p><p style="top:1px">c</p>'
        "</body></html>"
    )
    assert sheet_of(framed) == "p{margin:0}\n.inline-1{color:red}\n.inline-2{top:1px}"
    assert allows(framed, sheet_of(framed))
    assert '<p class="x inline-1">b</p>' in framed.html
    assert "style=" not in framed.html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<p onclick="alert(1)">x</p><a href=" javascript:alert(1)">y</a>',
        '<meta http-equiv="refresh" content="0;url=https://evil.example">',
        '<base href="https://evil.example/">',
        '<link rel="stylesheet" href="https://evil.example/x.css">',
        '<iframe src="https://evil.example"></iframe>',
        '<img src="https://evil.example/pixel.png">',
        '<img src="data:text/html,x">',
        '<p style="a}</style><script>alert(1)</script>">x</p>',
        "<style>p{}</style><style></style ><script>alert(1)</script>",
        '<p style="x:1}body{background:url(https://evil.example)">x</p>',
    ],
)
def test_nothing_of_a_stranger_runs_or_loads(hostile: str) -> None:
    framed = frame_html(f"<body>{hostile}<p>kept</p></body>")
    body = framed.html.replace("&lt;", "")
    assert "kept" in body
    assert "<script" not in body
    for sign in (
        "http-equiv",
        "<base",
        "<link",
        "<iframe",
        "onclick",
        "javascript",
        'src="https:',
        'src="data:text',
    ):
        assert sign not in body
    assert "default-src 'none'" in framed.policy
    assert "sandbox" in framed.policy
    assert "url(" not in sheet_of(framed)


def test_a_mail_is_shown_with_its_pictures() -> None:
    mail = EmailMessage()
    mail.set_content("plain")
    mail.add_alternative('<p>Hello</p><img src="cid:chart@x">', subtype="html")
    html = mail.get_payload()[1]  # type: ignore[index]
    html.add_related(b"\x89PNG", "image", "png", cid="<chart@x>")  # type: ignore[union-attr]
    framed = frame_mail(mail.as_bytes())
    assert "Hello" in framed.html
    png = base64.b64encode(b"\x89PNG").decode()
    assert f'src="data:image/png;base64,{png}"' in framed.html


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00", b'{"text": "<b>x</b>"}', b"Content-Type: x"])
def test_a_message_that_is_no_mail_is_shown_as_text(raw: bytes) -> None:
    assert "<b>" not in frame_mail(raw).html


def test_text_stays_text() -> None:
    framed = frame_text("<b>one</b>\x00\x1b\nwith \ud800 all")
    assert "&lt;b&gt;one" in framed.html
    assert allows(framed, sheet_of(framed))
