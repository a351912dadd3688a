"""Explains events, and removes reports from them and adds them again as a user decides."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete, select

from storage.archive.events import Events
from storage.rules.events.rarity import rarity
from storage.tables import event_apart, item

MAX_SHOWN = 5  # features that explain why a report is in its event
MAX_MEMBERS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLink:
    """Another report of an item's event, with the features that both have, rarest first."""

    item_id: int
    shared: tuple[str, ...]
    hours_apart: float


class EditedEvents(Events):
    """Explains and corrects events, within one transaction."""

    def explain(self, item_id: int) -> tuple[EventLink, ...]:
        """Return the other reports of an item's event, the nearest in time first."""
        story_id = self._find_story(item_id)
        rows = self._rows.reports([story_id]) if story_id is not None else []
        if not rows:
            return ()
        own = rows[0]
        others = self._rows.members([own.event_id], MAX_MEMBERS)[own.event_id]
        total, frequencies = self._rows.frequencies(own.features)
        links = []
        for other in others:
            if other.item_id == own.item_id:
                continue
            weighed = sorted(
                (-rarity(frequencies[name], total) * weight, name)
                for name, weight in own.features.items()
                if name in other.features
            )
            links.append(
                EventLink(
                    item_id=other.item_id,
                    shared=tuple(name for _, name in weighed[:MAX_SHOWN]),
                    hours_apart=abs(own.hours - other.hours),
                )
            )
        return tuple(sorted(links, key=lambda each: (each.hours_apart, each.item_id)))

    def members(self, event_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
        """Return event id -> ids of the first items of its latest `MAX_MEMBERS` stories."""
        return {
            event_id: tuple(self._rows.latest_ids(event_id, MAX_MEMBERS))
            for event_id in sorted(event_ids)
        }

    def list_separated_from(self, item_id: int) -> tuple[int, ...]:
        """Return the present ids of the events from which the story of an item was removed."""
        story_id = self._find_story(item_id)
        if story_id is None:
            return ()
        events = set(self.events_of(self._find_separated(story_id)).values())
        return tuple(sorted(events - {self.event_of(story_id)}))

    def remove(self, item_id: int) -> int | None:
        """Remove the story of an item from its event, and keep them apart.

        Returns:
            the id of the event of the other stories now; None where it has no others.
        """
        story_id = self._find_story(item_id)
        event_id = None if story_id is None else self.event_of(item_id)
        if story_id is None or event_id is None:
            return None
        others = self._rows.member_ids(event_id, excluded=story_id)
        if not others:
            return None
        pairs = {(min(story_id, each), max(story_id, each)) for each in others}
        self._insert_separated(pairs - self._rows.separated_pairs([story_id]))
        self._move([story_id], story_id)
        self._move(others, others[0])
        return others[0]

    def add_again(self, item_id: int, event_id: int) -> bool:
        """Add the story of an item to an event again from which it was removed.

        Returns:
            False where it was not removed from that event.
        """
        if event_id not in self.list_separated_from(item_id):
            return False
        story_id = self._find_story(item_id)
        assert story_id is not None  # noqa: S101  (it was removed from an event)
        members = self._rows.member_ids(event_id)
        for column, other in (
            (event_apart.c.item_id, event_apart.c.other_id),
            (event_apart.c.other_id, event_apart.c.item_id),
        ):
            for at in range(0, len(members), 500):
                self._db.execute(
                    delete(event_apart).where(column == story_id, other.in_(members[at : at + 500]))
                )
        former = self.event_of(story_id)
        self._move([story_id], event_id)
        for each in (former, event_id):
            if each is not None:
                self._join({each})
        return True

    def _find_story(self, item_id: int) -> int | None:
        return self._db.scalar(select(item.c.story_id).where(item.c.id == item_id))

    def _find_separated(self, story_id: int) -> list[int]:
        pairs = self._rows.separated_pairs([story_id])
        return sorted({each for pair in pairs for each in pair} - {story_id})
