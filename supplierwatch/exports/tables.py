"""Mentions as a table for spreadsheets (CSV) and as lines for programs (JSON Lines)."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from typing import Any, TextIO

from alerts.text.sanitize import line
from supplierwatch.exports.gathering import ExportedMention
from supplierwatch.formatting.hits import sentence_of, words_hit
from supplierwatch.formatting.shapes import item_json, why_json
from supplierwatch.formatting.times import iso

COLUMNS = (
    *("first_seen_at", "published_at", "watch", "suppliers", "title", "source", "source_name"),
    *("url", "sentence", "words", "kind", "language", "authors", "also_in", "text", "revision"),
    *("baseline", "watch_version", "found_at", "story", "item", "mention"),
    *("first_source", "copy", "release_share", "only_here"),
)
# what spreadsheets take for a formula where a cell begins with it, full-width forms too:
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless_cell(text: str) -> str:
    """`text` as a cell that no spreadsheet computes: what looks like a formula is quoted.

    Blanks in front do not count: programs that import tables often trim them.
    """
    risky = text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    return f"'{text}" if risky else text


def write_csv(mentions: Iterable[ExportedMention], out: TextIO) -> int:
    """Write a table with a row of headings (RFC 4180); returns how many mentions it has."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    written = 0
    for one in mentions:
        row = _cells(one)
        writer.writerow([harmless_cell(line(row[name])) for name in COLUMNS])
        written += 1
    return written


def write_jsonl(mentions: Iterable[ExportedMention], out: TextIO) -> int:
    """Write a JSON document in each line; returns how many."""
    written = 0
    for one in mentions:
        out.write(json.dumps(mention_json(one), ensure_ascii=False) + "\n")
        written += 1
    return written


def mention_json(one: ExportedMention) -> dict[str, Any]:
    """A mention with its item, without the text."""
    match = one.mention.match
    return {
        "mention": one.mention.mention_id,
        "watch": match.watch_key,
        "watch_version": match.watch_version,
        "found_at": iso(one.mention.created_at),
        "baseline": one.mention.baseline,
        "suppliers": list(one.suppliers),
        "also_in": list(one.also),
        "story": one.item.story_id,
        "carried": None if one.facts is None else one.facts.record(),
        "item": item_json(one.item, {one.item.source_key: one.source_name}),
        "why": why_json(one.item, one.spans),
    }


def _cells(one: ExportedMention) -> dict[str, str]:
    item, match = one.item, one.mention.match
    sentence = sentence_of(item, one.spans)
    return {
        "first_seen_at": iso(item.first_seen_at) or "",
        "published_at": iso(item.published_at) or "",
        "watch": match.watch_key,
        "suppliers": "; ".join(one.suppliers),
        "title": item.title,
        "source": item.source_key,
        "source_name": one.source_name,
        "url": item.url or "",
        "sentence": "" if sentence is None else sentence[1].plain,
        "words": "; ".join(words_hit(item, one.spans)),
        "kind": item.kind,
        "language": item.language or "",
        "authors": "; ".join(item.authors),
        "also_in": "; ".join(one.also),
        "text": str(item.text_state),
        "revision": str(item.revision),
        "baseline": "yes" if one.mention.baseline else "no",
        "watch_version": str(match.watch_version),
        "found_at": iso(one.mention.created_at) or "",
        "story": str(item.story_id),
        "item": str(item.item_id),
        "mention": str(one.mention.mention_id),
        **_story_cells(one),
    }


def _story_cells(one: ExportedMention) -> dict[str, str]:
    own = None if one.facts is None else one.facts.of(one.item.item_id)
    if one.facts is None or own is None:
        return {"first_source": "", "copy": "", "release_share": "", "only_here": ""}
    return {
        "first_source": one.facts.first.source_key,
        "copy": "yes" if own.is_copy else "no",
        "release_share": "" if own.release is None else f"{own.release:.2f}",
        "only_here": " ".join(own.own),
    }
