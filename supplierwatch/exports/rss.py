"""Writes mentions as an RSS 2.0 feed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import TextIO

from alerts.text.sanitize import line, web_link
from supplierwatch.exports.mentions import ExportedMention
from supplierwatch.exports.xml import xml_text
from supplierwatch.formatting.hits import sentence_of, words_hit

HOME = (
    "https://localhost/"  # RSS requires a link for the channel; used where there is no public_url
)


def write_rss(
    mentions: Iterable[ExportedMention], out: TextIO, *, now: datetime, home: str | None
) -> int:
    """Write an RSS feed; returns the number of mentions.

    Args:
        home: the public address of the service, as the link of the channel.
    """
    out.write('<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>\n')
    out.write(_render_element("title", "Mentions"))
    out.write(_render_element("link", home or HOME))
    out.write(
        _render_element("description", "What the watches of supplierwatch found, newest first")
    )
    out.write(_render_element("lastBuildDate", format_datetime(now)))
    written = 0
    for exported in mentions:
        out.write(f"<item>{_render_item(exported)}</item>\n")
        written += 1
    out.write("</channel></rss>\n")
    return written


def _render_item(exported: ExportedMention) -> str:
    link = web_link(exported.item.url)
    guid = f"supplierwatch:mention:{exported.mention.mention_id}"
    return "\n".join(
        (
            _render_element("title", line(exported.item.title) or "(no title)"),
            "" if link is None else _render_element("link", link),
            _render_element("description", _render_description(exported)),
            _render_element("category", exported.mention.match.watch_key),
            f'<guid isPermaLink="false">{guid}</guid>',
            _render_element(
                "pubDate",
                format_datetime(exported.item.published_at or exported.item.first_seen_at),
            ),
        )
    )


def _render_description(exported: ExportedMention) -> str:
    """Render a mention as HTML. Feed readers render it, so all text from outside is escaped."""
    sentence = sentence_of(exported.item, exported.spans)
    text = line(exported.item.summary) if sentence is None else sentence[1].plain
    facts = [exported.source_name, f"found by the watch {exported.watch_label}"]
    if words := words_hit(exported.item, exported.spans):
        facts.append("words: " + "; ".join(words))
    if exported.also:
        facts.append("also in " + ", ".join(exported.also))
    return f"<p>{escape(text)}</p><p>{escape(' · '.join(facts))}</p>"


def _render_element(name: str, text: str) -> str:
    return f"<{name}>{escape(xml_text(text), quote=False)}</{name}>"
