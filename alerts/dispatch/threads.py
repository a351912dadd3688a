"""Which messages an alert follows."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.digest.digest import Occasion
from storage.model import PendingTelling
from storage.store import Unit


def thread_of(
    unit: Unit, tellings: Sequence[PendingTelling], occasion: Occasion
) -> tuple[str, ...]:
    """The Message-IDs of the alerts on the same story that this one follows, the first in front.

    An alert on several stories begins a thread of its own, and so does every digest.
    """
    stories = {telling.item.story_id for telling in tellings}
    if occasion.kind != "alert" or len(stories) != 1:
        return ()
    return unit.subscribers.alerts_on(occasion.recipient, next(iter(stories)))
