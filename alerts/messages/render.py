"""Writes digests, welcomes and notes as subject, text and HTML. Pure but for reading templates.

HTML is tables with inlined styles, at most 90 KB: Gmail clips at about 102 KB and hides the end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from alerts.digest.digest import Digest
from alerts.digest.entry import Entry
from alerts.digest.welcome_content import Welcome
from alerts.messages import wording
from alerts.messages.alarm import Alarm
from alerts.messages.chart import Picture, chart
from alerts.messages.layout import LADDER, MAX_ALSO, lay_out
from alerts.messages.plain_text import alarm_text, digest_text, joined, note_text, welcome_text
from alerts.text.sanitize import line, verbatim

MAX_HTML = 90_000  # bytes
_GONE = re.compile(r"\[-((?:(?!\[-|-\]).)++)-\]")
_COME = re.compile(r"\{\+((?:(?!\{\+|\+\}).)++)\+\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One story of a message, for channels that have room for no more.

    `about` is the watch that found it, or what became of it; `said` is the sentence that hit.
    """

    title: str
    link: str | None
    outlet: str
    about: str
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A message in words, before it is put into a mail.

    `stories` are all that it tells, in its order; none where the text is all there is.
    """

    subject: str
    text: str
    html: str
    stories: tuple[Told, ...] = ()
    pictures: tuple[Picture, ...] = ()


def render(digest: Digest) -> Rendered:
    """A digest or an alert, with as many stories in full as fit."""
    subject = wording.subject(digest)
    picture = None if digest.volume is None else chart(digest.volume)
    rendered = None
    for room in LADDER:
        layout = lay_out(digest, room)
        html = _html(
            "digest.html",
            subject=subject,
            preheader=wording.preheader(digest),
            digest=digest,
            layout=layout,
            picture=picture,
        )
        rendered = Rendered(
            subject=subject,
            text=digest_text(digest, layout),
            html=html,
            stories=_stories(digest),
            pictures=() if picture is None else (picture,),
        )
        if len(html.encode()) <= MAX_HTML:
            break
    assert rendered is not None  # noqa: S101  # the ladder has rungs
    return rendered


def render_welcome(welcome: Welcome) -> Rendered:
    """The one message that a new recipient gets before anything else."""
    subject = wording.welcome_subject(welcome)
    return Rendered(
        subject=subject,
        text=welcome_text(welcome),
        html=_html(
            "welcome.html",
            subject=subject,
            preheader=wording.welcome_lead(welcome),
            welcome=welcome,
        ),
        stories=tuple(_told(entry, "already there") for entry in welcome.entries),
    )


def render_alarm(alarm: Alarm) -> Rendered:
    """That there is far more than usual, or nothing at all."""
    subject = line(alarm.subject, wording.MAX_SUBJECT)
    return Rendered(
        subject=subject,
        text=alarm_text(alarm, subject),
        html=_html("alarm.html", subject=subject, preheader=line(alarm.lines[0], 120), alarm=alarm),
        stories=tuple(_told(entry, ", ".join(entry.watches)) for entry in alarm.entries),
    )


def render_note(subject: str, lines: Sequence[str]) -> Rendered:
    """A message from the service itself, such as one to its operator."""
    clean = [verbatim(text).rstrip() for text in lines]
    heading = line(subject, wording.MAX_SUBJECT)
    return Rendered(
        subject=heading,
        text=joined(note_text(clean)),
        html=_html("note.html", subject=heading, preheader=line(" ".join(clean), 120), lines=clean),
    )


def _stories(digest: Digest) -> tuple[Told, ...]:
    return (
        *(_told(entry, ", ".join(entry.watches)) for entry in digest.entries),
        *(_told(entry, "changed since you were told") for entry in digest.changes),
    )


def _told(entry: Entry, about: str) -> Told:
    said = "" if entry.excerpt is None else "".join(s.text for s in entry.excerpt.segments)
    if entry.change is not None:
        said = "; ".join(f"{label}: {text}" for label, text in wording.change_lines(entry))
    return Told(
        title=entry.headline,
        link=entry.link,
        outlet=entry.outlet,
        about=line(about, 160),
        said=line(said or entry.teaser, 400),
    )


def _html(template: str, **values: object) -> str:
    html = _environment().get_template(template).render(values)
    return _inliner().inline(html)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["diffed"] = diffed
    environment.globals.update(words=wording, max_also=MAX_ALSO)
    return environment


def diffed(text: str) -> Markup:
    """A difference in words as HTML: what went struck out, what came underlined."""
    gone = _GONE.sub(r'<del class="gone">\1</del>', str(escape(text)))
    return Markup(_COME.sub(r'<ins class="come">\1</ins>', gone))  # noqa: S704  # escaped above


@cache
def _inliner() -> css_inline.CSSInliner:
    # nothing is ever fetched for a message
    return css_inline.CSSInliner(load_remote_stylesheets=False)
