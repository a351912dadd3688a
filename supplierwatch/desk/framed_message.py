"""Prepares a rendered message for a sandboxed frame, where nothing of it can run or load.

A message contains untrusted text. In its frame (`sandbox`) no script runs, no form is sent, no link
works, and nothing is loaded. Its styles are in attributes, as mail programs need them, which a
content security policy allows only by `unsafe-inline`: here they become rules of one style sheet,
which the policy names by its hash.
"""

from __future__ import annotations

import base64
import email.policy
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Literal

import lxml.html
from lxml import etree

from alerts.messages.render import Rendered

MAX_BYTES = 2_000_000  # of a message that is shown
MAX_RULES = 2_000
_LINK = re.compile(r"\s*(?:https?|mailto):", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")  # not in XML


@dataclass(frozen=True, slots=True, kw_only=True)
class FramedMessage:
    """A document for a frame, and the policy under which it is served."""

    html: str
    policy: str


def frame_rendered(rendered: Rendered) -> FramedMessage:
    """Return a message that was just rendered as a document for a frame."""
    return frame_html(rendered.html, {each.cid: each.png for each in rendered.pictures})


def frame_html(html: str, pictures: Mapping[str, bytes] | None = None) -> FramedMessage:
    """Return a message in HTML as a document for a frame.

    Args:
        html: of the message.
        pictures: Content-ID -> PNG, of those that it shows.
    """
    document = lxml.html.document_fromstring(html or "<p></p>")
    _place_pictures(document, pictures or {})
    _drop_programs(document)
    etree.strip_elements(document, "script", "base", "iframe", "object", "embed", with_tail=False)
    etree.strip_elements(document, "link", with_tail=False)
    for meta in list(document.iter("meta")):
        parent = meta.getparent()
        if meta.get("http-equiv") is not None and parent is not None:
            parent.remove(meta)
    sheets = [style.text or "" for style in document.iter("style")]
    etree.strip_elements(document, "style", with_tail=False)
    sheet = "\n".join([*sheets, *_move_styles(document)])
    # the hash is over the characters of the element, as a browser reads them
    sheet = sheet.replace("\r\n", "\n").replace("\r", "\n").replace("<", "")
    head = document.find("head")
    if head is None:
        head = etree.SubElement(document, "head")
    style = etree.SubElement(head, "style")
    style.text = sheet
    text = lxml.html.tostring(document, encoding="unicode", doctype="<!DOCTYPE html>")
    return FramedMessage(html=text, policy=_build_policy(sheet))


def frame_text(text: str) -> FramedMessage:
    """Return a message in plain text as a document for a frame."""
    document = lxml.html.document_fromstring("<body><p></p></body>")
    body = document.find("body")
    assert body is not None  # noqa: S101  # it was just written
    body[:] = []
    etree.SubElement(body, "pre").text = _CONTROLS.sub(" ", text)
    sheet = "pre{white-space:pre-wrap;font:14px/1.4 monospace;margin:12px;overflow-wrap:anywhere}"
    head = etree.Element("head")
    document.insert(0, head)
    etree.SubElement(head, "style").text = sheet
    html = lxml.html.tostring(document, encoding="unicode", doctype="<!DOCTYPE html>")
    return FramedMessage(html=html, policy=_build_policy(sheet))


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageParts:
    """What a stored message says: as text and as HTML, each None where it has no such part."""

    text: str | None = None
    html: str | None = None
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def read_parts(raw: bytes) -> MessageParts:
    """Return what a stored message says; one for another channel than mail is JSON in a text."""
    message = BytesParser(policy=email.policy.default).parsebytes(raw[:MAX_BYTES])
    text, html = (_read_part(message, kind) for kind in ("plain", "html"))
    if text is None and html is None:
        return MessageParts(text=raw[:MAX_BYTES].decode("utf-8", "replace"))
    return MessageParts(text=text, html=html, pictures=dict(_list_pictures(message)))


def frame_mail(raw: bytes) -> FramedMessage:
    """Return a stored message as a document for a frame: its HTML part, else its text."""
    parts = read_parts(raw)
    if parts.html is None:
        return frame_text(parts.text or "")
    return frame_html(parts.html, parts.pictures)


def _read_part(message: EmailMessage, kind: Literal["plain", "html"]) -> str | None:
    part = message.get_body((kind,))
    if part is None:
        return None
    content = part.get_content()
    text = content if isinstance(content, str) else bytes(content).decode("utf-8", "replace")
    return text.replace("\r\n", "\n")


def _list_pictures(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    for part in message.walk():
        content = part.get_payload(decode=True)
        if part.get_content_type() == "image/png" and isinstance(content, bytes):
            yield str(part.get("Content-ID", "")).strip().strip("<>"), content


def _place_pictures(document: lxml.html.HtmlElement, pictures: Mapping[str, bytes]) -> None:
    """Embed the pictures of a message; others are not shown."""
    for image in document.iter("img"):
        source = image.get("src") or ""
        png = pictures.get(source.removeprefix("cid:")) if source.startswith("cid:") else None
        image.set("src", "")
        if png is not None:
            image.set("src", f"data:image/png;base64,{base64.b64encode(png).decode()}")


def _drop_programs(document: lxml.html.HtmlElement) -> None:
    """Remove event handlers and script links; the policy would not run them either."""
    for element in document.iter():
        if not isinstance(element.tag, str):
            continue
        for name in list(element.attrib):
            if str(name).lower().startswith("on"):
                del element.attrib[name]
        if not _LINK.match(element.get("href", "https:")):
            del element.attrib["href"]


def _move_styles(document: lxml.html.HtmlElement) -> list[str]:
    """Replace style attributes by classes; return the rules of these."""
    names: dict[str, str] = {}
    for element in document.iter():
        if not isinstance(element.tag, str):
            continue
        style = (element.attrib.pop("style", None) or "").strip()
        if not style or "}" in style or "{" in style or len(names) >= MAX_RULES:
            continue
        name = names.setdefault(style, f"inline-{len(names) + 1}")
        element.set("class", f"{element.get('class', '')} {name}".strip())
    return [f".{name}{{{style}}}" for style, name in names.items()]


def _build_policy(sheet: str) -> str:
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; sandbox; "
        "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
    )
