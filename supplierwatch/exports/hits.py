"""Writes the results of a search as CSV, JSON Lines and Atom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO

from lxml import etree

from alerts.search.archive_search import SearchHit
from alerts.text.sanitize import line, web_link
from storage.rules.local_time import utc_text
from supplierwatch.exports.tables import write_json_line, write_table
from supplierwatch.exports.xml import xml_text
from supplierwatch.formatting.hits import excerpt_of, words_hit
from supplierwatch.formatting.shapes import item_json, why_json
from supplierwatch.formatting.times import iso

ATOM = "http://www.w3.org/2005/Atom"
COLUMNS = (
    *("first_seen_at", "published_at", "title", "source", "source_name", "url", "sentence"),
    *("words", "kind", "language", "authors", "text", "revision", "story", "item"),
)


def write_hits_csv(hits: Iterable[SearchHit], names: Mapping[str, str], out: TextIO) -> None:
    """Write a CSV table with a header row (RFC 4180)."""
    write_table(out, COLUMNS, (_build_row(hit, names) for hit in hits))


def write_hits_jsonl(hits: Iterable[SearchHit], names: Mapping[str, str], out: TextIO) -> None:
    """Write one JSON object per line, in the form of the items of `search --json`."""
    for hit in hits:
        document = item_json(hit.item, names) | {"why": why_json(hit.item, hit.spans)}
        write_json_line(out, document)


def render_hits_atom(
    hits: Sequence[SearchHit], names: Mapping[str, str], *, about: str, title: str
) -> bytes:
    """Render hits as a UTF-8 Atom document (RFC 4287).

    Args:
        hits: the results.
        names: source key -> its name.
        about: the id of the feed, an IRI; ids of entries begin with it.
        title: of the feed.
    """
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})  # type: ignore[dict-item]
    changed = [hit.item.revised_at or hit.item.first_seen_at for hit in hits]
    newest = utc_text(max(changed)) if changed else "1970-01-01T00:00:00Z"
    _add(feed, "id", about)
    _add(feed, "title", title)
    _add(feed, "updated", newest)
    _add(feed, "generator", "supplierwatch")
    for hit, at in zip(hits, changed, strict=True):
        item = hit.item
        entry = etree.SubElement(feed, f"{{{ATOM}}}entry")
        _add(entry, "id", f"{about}/{item.item_id}")
        _add(entry, "title", line(item.title) or "(no title)")
        _add(entry, "updated", utc_text(at))
        if item.published_at is not None:
            _add(entry, "published", utc_text(item.published_at))
        author = etree.SubElement(entry, f"{{{ATOM}}}author")
        _add(author, "name", names.get(item.source_key, item.source_key))
        link = web_link(item.url)
        if link is not None:
            etree.SubElement(entry, f"{{{ATOM}}}link", rel="alternate", href=xml_text(link))
        excerpt = excerpt_of(item, hit.spans)
        text = item.summary if excerpt is None else "".join(s.text for s in excerpt.segments)
        _add(entry, "summary", line(text))
    document: bytes = etree.tostring(
        feed, xml_declaration=True, encoding="utf-8", pretty_print=True
    )
    return document


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}{name}").text = xml_text(text)


def _build_row(hit: SearchHit, names: Mapping[str, str]) -> dict[str, str]:
    item = hit.item
    excerpt = excerpt_of(item, hit.spans)
    return {
        "first_seen_at": iso(item.first_seen_at) or "",
        "published_at": iso(item.published_at) or "",
        "title": item.title,
        "source": item.source_key,
        "source_name": names.get(item.source_key, item.source_key),
        "url": item.url or "",
        "sentence": "" if excerpt is None else "".join(s.text for s in excerpt.segments),
        "words": "; ".join(words_hit(item, hit.spans)),
        "kind": item.kind,
        "language": item.language or "",
        "authors": "; ".join(item.authors),
        "text": str(item.text_state),
        "revision": str(item.revision),
        "story": str(item.story_id),
        "item": str(item.item_id),
    }
