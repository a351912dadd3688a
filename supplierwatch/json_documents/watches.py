"""Watches: the document of `watches --json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from config.model import Watch
from supplierwatch.wiring import CompiledConfiguration, subscriptions_by_watch

Counts = Mapping[str, tuple[int, int]]  # watch key -> mentions in seven days, mentions in total


def watches_json(
    wired: CompiledConfiguration, counts: Counts, watches: Sequence[Watch] | None = None
) -> dict[str, Any]:
    """Return the document of `watches --json`, of all declared watches or of some."""
    subscriptions = subscriptions_by_watch(wired)
    return {
        "watches": [
            {
                "key": watch.key,
                "label": watch.label,
                "query": wired.queries[watch.key].canonical,
                "paraphrase": wired.queries[watch.key].paraphrase,
                "warnings": [w.message for w in wired.queries[watch.key].warnings],
                "subscriptions": list(subscriptions.get(watch.key, ())),
                "mentions": counts.get(watch.key, (0, 0))[1],
                "mentions_7_days": counts.get(watch.key, (0, 0))[0],
            }
            for watch in (wired.catalog.watches if watches is None else watches)
        ]
    }
