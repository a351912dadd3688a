"""JSON shapes shared by several commands. A documented field keeps its meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from alerts.text.page_numbers import pages_of
from storage.model import ProcurementNotice, Span, StoredItem
from supplierwatch.formatting.hits import aside_rules_hit, sentence_of, words_hit
from supplierwatch.formatting.times import iso


def item_json(item: StoredItem, names: Mapping[str, str]) -> dict[str, Any]:
    """Return an item without its text as JSON-ready values."""
    return {
        "id": item.item_id,
        "url": item.url,
        "title": item.title,
        "source": item.source_key,
        "source_name": names.get(item.source_key, item.source_key),
        "kind": item.kind,
        "authors": list(item.authors),
        "language": item.language,
        "published_at": iso(item.published_at),
        "first_seen_at": iso(item.first_seen_at),
        "text": str(item.text_state),
        "thin_reason": item.thin_reason,
        "revision": item.revision,
        "baseline": item.baseline,
        "notice": None if item.notice is None else notice_json(item.notice),
    }


def notice_json(notice: ProcurementNotice) -> dict[str, Any]:
    """Return the fields of a procurement notice as JSON-ready values."""
    return {
        "buyers": list(notice.buyers),
        "suppliers": list(notice.suppliers),
        "value": notice.value,
        "currency": notice.currency,
        "deadline": iso(notice.deadline),
        "starts_on": None if notice.starts_on is None else notice.starts_on.isoformat(),
        "ends_on": None if notice.ends_on is None else notice.ends_on.isoformat(),
        "facts": dict(notice.facts),
    }


def why_json(item: StoredItem, spans: Sequence[Span]) -> dict[str, Any]:
    """Return why an item matched: the words, the best sentence, and each span."""
    sentence = sentence_of(item, spans)
    return {
        "words": list(words_hit(item, spans)),
        "sentence": None if sentence is None else sentence[1].plain,
        "sentence_field": None if sentence is None else sentence[0],
        "pages": list(pages_of(item, spans)),
        "aside_rules": list(aside_rules_hit(item, spans)),
        "spans": [{"field": s.field, "start": s.start, "end": s.end} for s in sorted(spans)],
    }
