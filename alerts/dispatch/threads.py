"""Finds the mail thread that an alert belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.digest.digest import Occasion
from storage.model import PendingTelling
from storage.store import Unit


def thread_of(
    unit: Unit, tellings: Sequence[PendingTelling], occasion: Occasion
) -> tuple[str, ...]:
    """Return the Message-IDs of the earlier alerts on the same story, oldest first.

    Empty for digests and for alerts on several stories, which begin a thread of their own.
    """
    stories = {telling.item.story_id for telling in tellings}
    if occasion.kind != "alert" or len(stories) != 1:
        return ()
    return unit.tellings.alert_ids(occasion.recipient, next(iter(stories)))
