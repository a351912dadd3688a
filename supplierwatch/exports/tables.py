"""Writes mentions as CSV for spreadsheets and as JSON Lines for programs.

Other exports write their tables and lines by `write_table` and `write_json_line`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from alerts.text.sanitize import line
from supplierwatch.exports.mentions import ExportedMention
from supplierwatch.formatting.hits import sentence_of, words_hit
from supplierwatch.formatting.shapes import item_json, why_json
from supplierwatch.formatting.times import iso

COLUMNS = (
    *("first_seen_at", "published_at", "watch", "suppliers", "title", "source", "source_name"),
    *("url", "sentence", "words", "kind", "language", "authors", "also_in", "text", "revision"),
    *("baseline", "watch_version", "found_at", "story", "item", "mention"),
    *("first_source", "copy", "release_share", "only_here", "event"),
)
# a cell that begins with one of these is a formula to spreadsheets, full-width forms too:
# https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def quote_formula(text: str) -> str:
    """Quote `text` if a spreadsheet would take it for a formula.

    Leading blanks are ignored: programs that import tables often trim them.
    """
    risky = text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    return f"'{text}" if risky else text


def write_table(out: TextIO, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> int:
    """Write a CSV table with a header row (RFC 4180); returns the number of rows.

    Args:
        out: where to write.
        columns: the header; each row has a text for each.
        rows: untrusted texts; each cell becomes one line, and formulas are quoted.
    """
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    written = 0
    for row in rows:
        writer.writerow([quote_formula(line(row[name])) for name in columns])
        written += 1
    return written


def write_json_line(out: TextIO, document: Mapping[str, Any]) -> None:
    """Write one JSON object on a line of its own."""
    out.write(json.dumps(document, ensure_ascii=False) + "\n")


def write_csv(mentions: Iterable[ExportedMention], out: TextIO) -> int:
    """Write mentions as a CSV table; returns their number."""
    return write_table(out, COLUMNS, map(_build_row, mentions))


def write_jsonl(mentions: Iterable[ExportedMention], out: TextIO) -> int:
    """Write one JSON object per line; returns the number of mentions."""
    written = 0
    for exported in mentions:
        write_json_line(out, mention_json(exported))
        written += 1
    return written


def mention_json(exported: ExportedMention) -> dict[str, Any]:
    """Return a mention with its item, without the text, as JSON-ready values."""
    match = exported.mention.match
    return {
        "mention": exported.mention.mention_id,
        "watch": match.watch_key,
        "watch_version": match.watch_version,
        "found_at": iso(exported.mention.created_at),
        "baseline": exported.mention.baseline,
        "suppliers": list(exported.suppliers),
        "also_in": list(exported.also),
        "story": exported.item.story_id,
        "event": exported.event,
        "carried": None if exported.facts is None else exported.facts.record(),
        "item": item_json(exported.item, {exported.item.source_key: exported.source_name}),
        "why": why_json(exported.item, exported.spans),
    }


def _build_row(exported: ExportedMention) -> dict[str, str]:
    item, match = exported.item, exported.mention.match
    sentence = sentence_of(item, exported.spans)
    return {
        "first_seen_at": iso(item.first_seen_at) or "",
        "published_at": iso(item.published_at) or "",
        "watch": match.watch_key,
        "suppliers": "; ".join(exported.suppliers),
        "title": item.title,
        "source": item.source_key,
        "source_name": exported.source_name,
        "url": item.url or "",
        "sentence": "" if sentence is None else sentence[1].plain,
        "words": "; ".join(words_hit(item, exported.spans)),
        "kind": item.kind,
        "language": item.language or "",
        "authors": "; ".join(item.authors),
        "also_in": "; ".join(exported.also),
        "text": str(item.text_state),
        "revision": str(item.revision),
        "baseline": "yes" if exported.mention.baseline else "no",
        "watch_version": str(match.watch_version),
        "found_at": iso(exported.mention.created_at) or "",
        "story": str(item.story_id),
        "event": "" if exported.event is None else str(exported.event),
        "item": str(item.item_id),
        "mention": str(exported.mention.mention_id),
        **_build_story_cells(exported),
    }


def _build_story_cells(exported: ExportedMention) -> dict[str, str]:
    own = None if exported.facts is None else exported.facts.of(exported.item.item_id)
    if exported.facts is None or own is None:
        return {"first_source": "", "copy": "", "release_share": "", "only_here": ""}
    return {
        "first_source": exported.facts.first.source_key,
        "copy": "yes" if own.is_copy else "no",
        "release_share": "" if own.release is None else f"{own.release:.2f}",
        "only_here": " ".join(own.own),
    }
