"""Groups near-duplicate items of different sources into stories.

The id of a story is the lowest item id in it, so that the order in which copies arrive makes no
difference. Sketches find the candidates; comparing the texts decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from storage.engine.damage import Damage, read_decodable
from storage.model import ItemKind, StoredItem
from storage.rules.shingles import MAX_CARRIERS, are_copies, candidates, fingerprint
from storage.tables import item, mention, story_sketch, subscriber, told

# notices, questions and papers follow templates: similar texts are not copies
GROUPED: frozenset[ItemKind] = frozenset({"news", "release"})
# sketches are deleted after this time; a later copy is a separate story
SPAN = timedelta(days=30)
# items of a story whose texts are compared to show differences
MAX_MEMBERS = 60
_BATCH = 500
# built once: building the statements each time costs more than running them
_CARRIERS = select(story_sketch.c.shingle, story_sketch.c.item_id).where(
    story_sketch.c.shingle.in_(bindparam("sketch", expanding=True))
)
_TEXTS = select(
    *(item.c.id, item.c.title, item.c.summary, item.c.body, item.c.story_id, item.c.source_key)
).where(item.c.id.in_(bindparam("ids", expanding=True)))
_DELETE_SKETCH = delete(story_sketch).where(story_sketch.c.item_id == bindparam("item"))
_INSERT_SKETCH = insert(story_sketch)
_STORY_OF = select(item.c.story_id).where(item.c.id == bindparam("item"))


class ToldStory(NamedTuple):
    """A message to a subscriber that reported an item of a story."""

    story_id: int
    item_id: int
    watch_key: str
    subscriber_id: int
    subscription_key: str
    told_at: datetime


class Stories:
    """Groups items into stories, within one transaction."""

    def __init__(self, connection: Connection, damage: Damage) -> None:
        self._db = connection
        self._damage = damage

    def assign(self, stored: StoredItem) -> int:
        """Assign an item to a story by its present text; return the id of the story.

        A text that is a copy of items in two stories merges these. An item never leaves its story.
        """
        self._db.execute(_DELETE_SKETCH, {"item": stored.item_id})
        own = int(self._db.scalar(_STORY_OF, {"item": stored.item_id}) or stored.item_id)
        if stored.kind not in GROUPED:
            return own
        mine = fingerprint(text_of(stored.title, stored.summary, stored.body))
        carriers = self._find_carriers(mine.sketch)
        stories = {own}
        for text, story, source in self._read_texts(candidates(mine.sketch, carriers)):
            is_same = source == stored.source_key
            if story not in stories and are_copies(mine, fingerprint(text), same_source=is_same):
                stories.add(story)
        rows = [
            {"shingle": one, "item_id": stored.item_id}
            for one in mine.sketch
            if len(carriers.get(one, ())) < MAX_CARRIERS
        ]
        if rows:
            self._db.execute(_INSERT_SKETCH, rows)
        first = min(stories)
        if len(stories) > 1:
            others = sorted(stories - {first})
            joined = update(item).where(item.c.story_id.in_(others)).values(story_id=first)
            self._db.execute(joined)
        return first

    def _find_carriers(self, sketch: Collection[int]) -> dict[int, list[int]]:
        """Return shingle -> ids of the items that have it in their sketches."""
        found: dict[int, list[int]] = {}
        if sketch:
            rows = self._db.execute(_CARRIERS, {"sketch": list(sketch)})
            for shingle, item_id in rows:
                found.setdefault(shingle, []).append(item_id)
        return found

    def _read_texts(self, item_ids: Sequence[int]) -> Iterator[tuple[str, int, str]]:
        """Yield (text, story id, source key) of items, in the given order."""
        if not item_ids:
            return

        def read(ids: Sequence[int]) -> dict[int, tuple[str, int, str]]:
            rows = self._db.execute(_TEXTS, {"ids": list(ids)})
            return {
                row.id: (text_of(row.title, row.summary, row.body), row.story_id, row.source_key)
                for row in rows
            }

        # a damaged candidate must not block this item
        known = read_decodable(read, item_ids, table="item", damage=self._damage)
        yield from (known[each] for each in item_ids if each in known)

    def delete_sketches(self, before: datetime) -> int:
        """Delete the sketches of items first seen before; return the number of rows."""
        last = select(item.c.id).where(item.c.first_seen_at < before)
        newest = last.order_by(item.c.first_seen_at.desc(), item.c.id.desc()).limit(1)
        until = self._db.scalar(newest)
        if until is None:
            return 0
        old = delete(story_sketch).where(story_sketch.c.item_id <= until)
        return self._db.execute(old).rowcount

    def members(self, stories: Collection[int]) -> dict[int, tuple[int, ...]]:
        """Return story id -> ids of its items, at most the first `MAX_MEMBERS`."""
        found: dict[int, list[int]] = {}
        ids = sorted(stories)
        for at in range(0, len(ids), _BATCH):
            some = item.c.story_id.in_(ids[at : at + _BATCH])
            query = select(item.c.story_id, item.c.id).where(some).order_by(item.c.id)
            for story_id, item_id in self._db.execute(query):
                found.setdefault(story_id, []).append(item_id)
        return {story: tuple(each[:MAX_MEMBERS]) for story, each in found.items()}

    def told_to(self, recipient: str, stories: Collection[int]) -> tuple[ToldStory, ...]:
        """Return the messages that reported these stories to a recipient, earliest first."""
        found = self._db.execute(
            select(
                item.c.story_id,
                item.c.id,
                mention.c.watch_key,
                subscriber.c.id,
                subscriber.c.subscription_key,
                told.c.told_at,
            )
            .select_from(told)
            .join(mention, mention.c.id == told.c.mention_id)
            .join(item, item.c.id == mention.c.item_id)
            .join(subscriber, subscriber.c.id == told.c.subscriber_id)
            .where(
                func.lower(subscriber.c.recipient) == recipient.lower(),
                item.c.story_id.in_(list(stories)),
                told.c.outbox_id.is_not(None),
            )
            .order_by(told.c.told_at)
        )
        return tuple(ToldStory(*row) for row in found)


def text_of(title: str, summary: str, body: str) -> str:
    """Return the text that is compared: title and body, or summary of a thin item."""
    return f"{title}\n{body or summary}"
