"""Marks of users on stories, and what they muted: documents of the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from storage.model import DeskMute, Mark
from supplierwatch.formatting.times import iso


def mark_json(mark: Mark) -> dict[str, Any]:
    """Return a mark, present or ended."""
    return {
        "id": mark.mark_id,
        "item": mark.item_id,
        "kind": str(mark.kind),
        "by": mark.user,
        "at": iso(mark.made_at),
        "text": mark.text,
        "watch": mark.watch_key or None,
        "assignee": mark.assignee,
        "ended_at": iso(mark.ended_at),
        "ended_by": mark.ended_by,
    }


def story_marks_json(
    story_id: int, present: Sequence[Mark], history: Sequence[Mark], *, starred: bool, unread: bool
) -> dict[str, Any]:
    """Return the marks on a story: the present ones, without stars, and their history."""
    return {
        "story": story_id,
        "starred": starred,
        "unread": unread,
        "marks": [mark_json(mark) for mark in present if mark.kind != "star"],
        "history": [mark_json(mark) for mark in history],
    }


def mute_json(mute: DeskMute) -> dict[str, Any]:
    """Return what is muted for a user, or for all readers of a subscription."""
    return {
        "id": mute.mute_id,
        "kind": mute.kind,
        "by": mute.user,
        "at": iso(mute.made_at),
        "until": iso(mute.until),
        "subscription": mute.subscription_key or None,
        "watch": mute.watch_key or None,
        "supplier": mute.supplier_key or None,
        "source": mute.source_key or None,
        "item": mute.item_id,
    }
