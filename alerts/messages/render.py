"""Renders digests, welcomes, alarms and notes. Pure but for reading templates.

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

from alerts.digest.aside_lines import AsideLine
from alerts.digest.digest import Digest
from alerts.digest.entry import Entry
from alerts.digest.welcome_content import Welcome
from alerts.messages import (
    coverage_wording,
    event_wording,
    formats,
    headings,
    welcome_wording,
    wording,
)
from alerts.messages.alarm import Alarm
from alerts.messages.briefing import (
    BriefingDocument,
    briefing_text,
    date_line,
    day,
    paragraphs,
    without_full_texts,
)
from alerts.messages.chart import Picture, chart
from alerts.messages.layout import LADDER, MAX_ALSO, MAX_REPORTS, lay_out
from alerts.messages.plain_text import alarm_text, digest_text, join_lines, note_text, welcome_text
from alerts.text.sanitize import line, verbatim

MAX_HTML = 90_000  # bytes
_REMOVED = re.compile(r"\[-((?:(?!\[-|-\]).)++)-\]")
_ADDED = re.compile(r"\{\+((?:(?!\{\+|\+\}).)++)\+\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StorySummary:
    """One story of a message, for channels with little room.

    `about` names the watches that found it, or says that it changed; `said` is the matching
    sentence, or what changed.
    """

    title: str
    link: str | None
    outlet: str
    about: str
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A rendered message, before it is built into a mail.

    `stories` are all its stories, in display order; empty for notes.
    """

    subject: str
    text: str
    html: str
    stories: tuple[StorySummary, ...] = ()
    pictures: tuple[Picture, ...] = ()


def render(digest: Digest) -> Rendered:
    """Render a digest or an alert, with as many stories in full as fit into `MAX_HTML` bytes."""
    subject = headings.subject(digest)
    picture = None if digest.volume is None else chart(digest.volume)
    stories = _summarise_stories(digest)
    rendered = None
    for room in LADDER:
        layout = lay_out(digest, room)
        html = _render_html(
            "digest.html",
            subject=subject,
            preheader=headings.preheader(digest),
            digest=digest,
            layout=layout,
            picture=picture,
        )
        rendered = Rendered(
            subject=subject,
            text=digest_text(digest, layout),
            html=html,
            stories=stories,
            pictures=() if picture is None else (picture,),
        )
        if len(html.encode()) <= MAX_HTML:
            break
    assert rendered is not None  # noqa: S101  # LADDER is not empty
    return rendered


def render_welcome(welcome: Welcome) -> Rendered:
    """Render the first message to a new recipient."""
    subject = welcome_wording.welcome_subject(welcome)
    return Rendered(
        subject=subject,
        text=welcome_text(welcome),
        html=_render_html(
            "welcome.html",
            subject=subject,
            preheader=welcome_wording.welcome_lead(welcome),
            welcome=welcome,
        ),
        stories=tuple(_summarise_entry(entry, "already there") for entry in welcome.entries),
    )


def render_alarm(alarm: Alarm) -> Rendered:
    """Render an alarm: unusual volume, or silence."""
    subject = line(alarm.subject, headings.MAX_SUBJECT)
    return Rendered(
        subject=subject,
        text=alarm_text(alarm, subject),
        html=_render_html(
            "alarm.html", subject=subject, preheader=line(alarm.lines[0], 120), alarm=alarm
        ),
        stories=tuple(_summarise_entry(entry, ", ".join(entry.watches)) for entry in alarm.entries),
    )


def render_note(subject: str, lines: Sequence[str]) -> Rendered:
    """Render a message from the service itself, such as one to its operator."""
    clean = [verbatim(text).rstrip() for text in lines]
    heading = line(subject, headings.MAX_SUBJECT)
    return Rendered(
        subject=heading,
        text=join_lines(note_text(clean)),
        html=_render_html(
            "note.html", subject=heading, preheader=line(" ".join(clean), 120), lines=clean
        ),
    )


def render_briefing(document: BriefingDocument, sender: str) -> Rendered:
    """Render a briefing that a user sends; full texts are left out where they are too much.

    Args:
        document: the briefing as it is shown.
        sender: the name of the user who sends it.
    """
    subject = line(document.title, headings.MAX_SUBJECT)
    for shown in (document, without_full_texts(document)):
        rendered = Rendered(
            subject=subject,
            text=briefing_text(shown, sender),
            html=_render_html(
                "briefing.html",
                subject=subject,
                preheader=line(shown.introduction or f"{len(shown.items)} articles", 120),
                document=shown,
                sender=sender,
            ),
            stories=tuple(
                StorySummary(
                    title=each.title,
                    link=each.link,
                    outlet=each.outlet,
                    about=line(each.comment, 160),
                    said=each.sentence,
                )
                for each in shown.items
            ),
        )
        if len(rendered.html.encode()) <= MAX_HTML:
            break
    return rendered


def _summarise_stories(digest: Digest) -> tuple[StorySummary, ...]:
    return (
        *(
            _summarise_entry(each, ", ".join(each.watches))
            for entry in digest.entries
            for each in (entry, *entry.reports)
        ),
        *(_summarise_entry(entry, "changed since you were told") for entry in digest.changes),
        *(_summarise_entry(entry, "older, newly listed") for entry in digest.older),
        *(_summarise_aside(aside) for aside in digest.asides),
    )


def _summarise_aside(aside: AsideLine) -> StorySummary:
    said = "" if aside.excerpt is None else "".join(s.text for s in aside.excerpt.segments)
    return StorySummary(
        title=aside.headline,
        link=aside.link,
        outlet=aside.outlet,
        about=line(f"{aside.watch.label}, only in the page around it", 160),
        said=line(said, 400),
    )


def _summarise_entry(entry: Entry, about: str) -> StorySummary:
    said = "" if entry.excerpt is None else "".join(s.text for s in entry.excerpt.segments)
    if entry.change is not None:
        said = "; ".join(f"{label}: {text}" for label, text in wording.change_lines(entry))
    return StorySummary(
        title=entry.headline,
        link=entry.link,
        outlet=entry.outlet,
        about=line(about, 160),
        said=line(said or entry.teaser, 400),
    )


def _render_html(template: str, **values: object) -> str:
    html = _template_environment().get_template(template).render(values)
    return _css_inliner().inline(html)


@cache
def _template_environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["diffed"] = diffed
    environment.filters["paragraphs"] = paragraphs
    environment.globals.update(
        words=wording,
        events=event_wording,
        formats=formats,
        headings=headings,
        coverage_words=coverage_wording,
        welcome_words=welcome_wording,
        date_line=date_line,
        day=day,
        max_also=MAX_ALSO,
        max_reports=MAX_REPORTS,
    )
    return environment


def diffed(text: str) -> Markup:
    """Return a marked difference as HTML: removed words in <del>, added words in <ins>."""
    gone = _REMOVED.sub(r'<del class="gone">\1</del>', str(escape(text)))
    return Markup(_ADDED.sub(r'<ins class="come">\1</ins>', gone))  # noqa: S704  # escaped above


@cache
def _css_inliner() -> css_inline.CSSInliner:
    # rendering must not use the network
    return css_inline.CSSInliner(load_remote_stylesheets=False)
