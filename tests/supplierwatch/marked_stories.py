"""An instance whose reader has marked stories as not relevant to a watch, and starred others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

from storage.model import MarkKind
from tests.storage.users.test_users import add
from tests.supplierwatch.instance import WATCHES, Instance, an_article, an_instance

ICE = """
[[watch]]
key = "ice" # the results system
query = 'ICE'
"""
WITH_ICE = WATCHES + ICE
WEATHER = (
    "Gritters were out on the moor road because of ice, and a lorry slid into the ditch.",
    "No skaters on the lake: the ice is too thin, the warden of the park said.",
    "The ferry stayed in port when ice had formed on its deck overnight.",
    "Two climbers fell from a wall of ice above the reservoir and were rescued.",
)
RESULTS = (
    "Blood results are read in ICE from Monday, after a fortnight of telephone calls.",
    "The laboratory switched ICE off for an hour to move it to another server.",
    "An audit of ICE found reports that no doctor had opened since the spring.",
)
HOUR = timedelta(hours=1)


def store_stories(instance: Instance, texts: Sequence[str] = WEATHER + RESULTS) -> None:
    """Store a story for each text, as news to the watch `ice`."""
    instance.write("watches.toml", WITH_ICE)
    with instance.service():
        pass
    instance.stores(
        *(
            an_article(f"story-{crc32(text.encode())}", title=text[:40], summary="", body=text)
            for text in texts
        )
    )


def mark_stories(
    instance: Instance,
    *,
    unwanted: Sequence[str] = WEATHER[:3],
    starred: Sequence[str] = RESULTS[:1],
    muted: Sequence[str] = (),
    user: int | None = None,
) -> int:
    """Mark and star stories by their texts as one user; return the user's id."""
    now = datetime.now(UTC)
    with instance.store() as store:
        user = add(store) if user is None else user
        with store.transaction() as unit:
            ids = {each.body: each.item_id for each in unit.items.newest(limit=50)}
            for text in unwanted:
                kind = MarkKind.IRRELEVANT
                unit.marks.add(ids[text], kind, user, now, watch_key="ice", text="weather")
            for text in starred:
                unit.marks.add(ids[text], MarkKind.STAR, user, now)
            for text in muted:
                unit.desk_mutes.add("story", user, now, until=now + HOUR, item_id=ids[text])
    return user


def an_instance_with_marks(folder: Path, **marks: Sequence[str]) -> Instance:
    """Seven stories with the word, of which three are marked and one is starred.

    `marks`: other ones, as for `mark_stories`.
    """
    made = an_instance(folder)
    store_stories(made)
    mark_stories(made, **marks)
    return made
