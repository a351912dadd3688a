"""Versions of an article: the document of `history --json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from alerts.digest.changes import change_between, describe_change, is_withdrawn
from storage.model import ItemRevision, StoredItem
from supplierwatch.formatting.shapes import item_json
from supplierwatch.formatting.times import iso

Version = ItemRevision | StoredItem


def seen_at(item: StoredItem, version: Version, number: int) -> datetime | None:
    """Return when a version was first seen; None where that is not stored."""
    if number == 1:
        return item.first_seen_at
    if isinstance(version, StoredItem):
        return version.revised_at
    return version.fetched_at


def history_json(
    url: str, item: StoredItem, earlier: Sequence[ItemRevision], names: Mapping[str, str]
) -> dict[str, Any]:
    """Return the document of `history --json`."""
    return {
        "url": url,
        "item": item_json(item, names),
        "versions": versions_json(item, earlier),
    }


def versions_json(item: StoredItem, earlier: Sequence[ItemRevision]) -> list[dict[str, Any]]:
    """Return all versions of an article, oldest first, each with its text and its changes."""
    versions: list[dict[str, Any]] = []
    before: Version | None = None
    every: list[Version] = [*earlier, item]
    for number, version in enumerate(every, start=1):
        versions.append(version_json(item, version, before, number))
        before = version
    return versions


def version_json(
    item: StoredItem, version: Version, before: Version | None, number: int
) -> dict[str, Any]:
    """Return one version of an article, with what changed against the version before."""
    change = None
    if isinstance(before, ItemRevision):
        change = change_between(before, version)
    return {
        "number": number,
        "seen_at": iso(seen_at(item, version, number)),
        "title": version.title,
        "words": len(version.body.split()),
        "withdrawn": is_withdrawn(version),
        "text": version.body,
        "content_hash": version.content_hash,
        "changes": [] if change is None else list(change.kinds),
        "difference": [] if change is None else [list(line) for line in describe_change(change)],
    }
