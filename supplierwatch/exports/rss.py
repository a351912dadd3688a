"""Mentions as an RSS 2.0 feed, for feed readers and other systems."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import TextIO

from alerts.text.sanitize import line, web_link
from supplierwatch.exports.gathering import ExportedMention
from supplierwatch.exports.xml import xml_text
from supplierwatch.formatting.hits import sentence_of, words_hit

HOME = "https://localhost/"  # RSS wants an address of the channel, where the service has none


def write_rss(
    mentions: Iterable[ExportedMention], out: TextIO, *, now: datetime, home: str | None
) -> int:
    """Write a feed; returns how many mentions it has. `home` is the address of the service."""
    out.write('<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>\n')
    out.write(_element("title", "Mentions"))
    out.write(_element("link", home or HOME))
    out.write(_element("description", "What the watches of supplierwatch found, newest first"))
    out.write(_element("lastBuildDate", format_datetime(now)))
    written = 0
    for one in mentions:
        out.write(f"<item>{_item(one)}</item>\n")
        written += 1
    out.write("</channel></rss>\n")
    return written


def _item(one: ExportedMention) -> str:
    link = web_link(one.item.url)
    guid = f"supplierwatch:mention:{one.mention.mention_id}"
    return "\n".join(
        (
            _element("title", line(one.item.title) or "(no title)"),
            "" if link is None else _element("link", link),
            _element("description", _described(one)),
            _element("category", one.mention.match.watch_key),
            f'<guid isPermaLink="false">{guid}</guid>',
            _element("pubDate", format_datetime(one.item.published_at or one.item.first_seen_at)),
        )
    )


def _described(one: ExportedMention) -> str:
    """HTML: a reader's program renders it, so that a stranger's markup must not be in it."""
    sentence = sentence_of(one.item, one.spans)
    said = line(one.item.summary) if sentence is None else sentence[1].plain
    facts = [one.source_name, f"found by the watch {one.watch_label}"]
    if words := words_hit(one.item, one.spans):
        facts.append("words: " + "; ".join(words))
    if one.also:
        facts.append("also in " + ", ".join(one.also))
    return f"<p>{escape(said)}</p><p>{escape(' · '.join(facts))}</p>"


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(xml_text(text), quote=False)}</{name}>"
