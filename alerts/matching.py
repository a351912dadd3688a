"""Finds watches in what waits to be matched; the database keeps the marks, the index decides."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from alerts.query import Document, WatchIndex
from storage.model import Match, StoredItem, WatchVersion
from storage.store import Store
from storage.stories import SPAN

log = logging.getLogger(__name__)

# items in one transaction: other processes that store articles wait for it
CHUNK = 25


def match_pending(
    store: Store,
    index: WatchIndex,
    versions: Mapping[str, WatchVersion],
    audience: Mapping[str, Sequence[int]],
    source_names: Mapping[str, str],
    *,
    now: datetime,
    limit: int = 200,
) -> int:
    """Match what is pending and record the mentions; returns how many items were done.

    An item and its mentions change in one transaction, so a crash leaves it pending or done. An
    item that cannot be matched stays pending, is reported, and holds up no other.

    Args:
        store: the archive.
        index: all watches, compiled.
        versions: the current version of each watch.
        audience: the subscribers of each watch.
        source_names: what sources are called, for `source:` in queries.
        now: the time of the mentions.
        limit: how many items at most.
    """
    done = 0
    broken: set[int] = set()
    while done < limit:
        taken = 0
        with store.transaction() as unit:
            if not done:
                unit.stories.forget(now - SPAN)
            most = min(CHUNK, limit - done) + len(broken)
            for item in unit.items.pending(now=now, limit=most):
                if item.item_id in broken:
                    continue
                taken += 1
                try:
                    matches = match_item(item, index, versions, source_names)
                    unit.stories.place(item)
                except Exception:
                    # a defect of ours, met by one text: the others are still to be told
                    log.exception("match.failed item=%s url=%s", item.item_id, item.url)
                    broken.add(item.item_id)
                    unit.notices.raise_(
                        f"unmatched:{item.item_id}",
                        f"item {item.item_id} cannot be matched and waits: {item.url}",
                        now,
                    )
                    continue
                unit.mentions.record(
                    item.item_id,
                    matches,
                    matched_revision=item.revision,
                    audience=audience,
                    now=now,
                )
                done += 1
        if taken == 0:
            break
    return done


def match_item(
    item: StoredItem,
    index: WatchIndex,
    versions: Mapping[str, WatchVersion],
    source_names: Mapping[str, str],
) -> tuple[Match, ...]:
    """The watches that an item's newest text satisfies."""
    document = Document.of(item, source_name=source_names.get(item.source_key, item.source_key))
    return tuple(
        Match(
            watch_key=hit.key,
            watch_version=versions[hit.key].version,
            item_id=item.item_id,
            revision=item.revision,
            spans=tuple(hit.spans),
        )
        for hit in index.match(document)
        if hit.key in versions
    )
