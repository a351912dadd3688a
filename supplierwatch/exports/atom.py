"""Renders the mentions of a watch as an Atom feed (RFC 4287) with one entry for each story."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from lxml import etree

from alerts.digest.context import TellingContext
from alerts.digest.entry import Entry
from alerts.digest.findings import build_entries, members_of
from alerts.digest.syndication_text import story_lines
from alerts.messages import formats, wording
from alerts.messages.mail_address import mailbox
from alerts.text.sentences import Segment
from storage.model import StoredItem
from storage.rules.local_time import utc_text
from storage.store import Unit
from supplierwatch.exports.xml import xml_text

ATOM = "http://www.w3.org/2005/Atom"
CONTENT_TYPE = "application/atom+xml; charset=utf-8"
MENTIONS = 150  # the newest; copies of one story share an entry
ENTRIES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAddresses:
    """The addresses of a feed and of the service; None for a feed that is only a file."""

    itself: str | None = None
    home: str | None = None


def render_watch_feed(
    unit: Unit, context: TellingContext, watch_key: str, place: FeedAddresses
) -> bytes:
    """Render the newest stories of a watch, its baseline included, as a UTF-8 Atom document.

    An entry keeps its id when other outlets join the story; `updated` is when one did, or when
    a text was edited.
    """
    found = unit.mentions.newest([watch_key], MENTIONS)
    items = {item.item_id: item for _, item in found}
    copies = members_of(unit, list(items.values()))
    entries = build_entries(unit, found, context, copies)[:ENTRIES]
    changed = _find_change_times(
        [*items.values(), *(one for some in copies.values() for one in some)]
    )
    words = context.names.watch(watch_key)
    about = f"tag:{mailbox(context.settings.mail.sender).domain},2026:supplierwatch/{watch_key}"
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})  # type: ignore[dict-item]
    _add_text(feed, "id", about)
    _add_text(feed, "title", f"{words.label}: media watch")
    if words.paraphrase:
        _add_text(feed, "subtitle", wording.finds(words))
    _add_text(
        feed,
        "updated",
        utc_text(max((changed[items[e.item_id].story_id] for e in entries), default=_epoch())),
    )
    _add_text(feed, "generator", "supplierwatch")
    _add_text(etree.SubElement(feed, f"{{{ATOM}}}author"), "name", "Media watch")
    if place.itself is not None:
        _add_link(feed, place.itself, "self", "application/atom+xml")
    if place.home is not None:
        _add_link(feed, place.home, "alternate", "text/html")
    for entry in entries:
        story = items[entry.item_id].story_id
        _add_entry(feed, entry, f"{about}/{story}", changed[story], context)
    document: bytes = etree.tostring(
        feed, xml_declaration=True, encoding="utf-8", pretty_print=True
    )
    return document


def _epoch() -> datetime:
    return datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _find_change_times(items: Iterable[StoredItem]) -> dict[int, datetime]:
    """Map story ids to when an item was last added to the story or edited."""
    changed: dict[int, datetime] = {}
    for each in items:
        at = max(each.first_seen_at, each.revised_at or each.first_seen_at)
        changed[each.story_id] = max(at, changed.get(each.story_id, at))
    return changed


def _add_entry(
    feed: etree._Element, entry: Entry, about: str, changed: datetime, context: TellingContext
) -> None:
    made = etree.SubElement(feed, f"{{{ATOM}}}entry")
    _add_text(made, "id", about)
    _add_text(made, "title", entry.headline)
    _add_text(made, "updated", utc_text(changed))
    if entry.when_is == "published":
        _add_text(made, "published", utc_text(entry.when))
    _add_text(etree.SubElement(made, f"{{{ATOM}}}author"), "name", entry.outlet)
    if entry.link is not None:
        _add_link(made, entry.link, "alternate", "text/html")
    for label in entry.watches:
        etree.SubElement(made, f"{{{ATOM}}}category", term=xml_text(label))
    content = _add_text(made, "content", _render_content(entry, context))
    content.set("type", "html")


def _render_content(entry: Entry, context: TellingContext) -> str:
    """Render an entry as HTML. Feed readers render it, so all text from outside is escaped."""
    parts = [_render_segments(excerpt.segments) for excerpt in wording.excerpts(entry)]
    if entry.excerpt is None and entry.teaser:
        parts.append(escape(entry.teaser))
    lines = [
        wording.kind(entry),
        entry.stated,
        wording.thin(entry),
        f"Found: {wording.found(entry)}{entry.on_pages}" if entry.terms else "",
        f"Also in {formats.listed([one.outlet for one in entry.also], 12)}" if entry.also else "",
        *story_lines(entry.story, entry.item_id, context.names.source, _format_time),
        *(f"{one.outlet} adds: “{one.adds}”" for one in entry.also if one.adds),
    ]
    parts += [escape(line) for line in lines if line]
    return "".join(f"<p>{part}</p>" for part in parts)


def _format_time(moment: datetime) -> str:
    return f"{moment:%a} {moment.day} {moment:%b %Y, %H:%M} UTC"


def _render_segments(segments: Sequence[Segment]) -> str:
    return "".join(
        f"<b>{escape(each.text)}</b>" if each.hit else escape(each.text) for each in segments
    )


def _add_text(parent: etree._Element, name: str, text: str) -> etree._Element:
    made = etree.SubElement(parent, f"{{{ATOM}}}{name}")
    made.text = xml_text(text)
    return made


def _add_link(parent: etree._Element, address: str, relation: str, media_type: str) -> None:
    etree.SubElement(
        parent, f"{{{ATOM}}}link", rel=relation, href=xml_text(address), type=media_type
    )
