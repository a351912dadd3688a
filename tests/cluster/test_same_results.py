"""One process on SQLite and three workers on PostgreSQL store and tell the same, row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from storage.store import Store
from tests.cluster.conftest import HOSTS
from tests.cluster.processes import Cluster, make_due
from tests.support.services import Installation, an_installation, eventually, own_words, publish
from tests.support.site import FEED_TYPE, Entry, FakeSite, article_page, feed

pytestmark = pytest.mark.cluster

PATIENCE = 240.0  # seconds; only a failure waits so long
COPY = "Three outlets carry the Halcyon release"
WATCHES = """
[[watch]]
key = "halcyon"
query = 'halcyon'

[[watch]]
key = "rollout"
query = 'title:halcyon AND (trust OR release)'
"""

ROWS = {
    "items": "SELECT url, title, body, text_state, revision, baseline, kind FROM item",
    "carriers": "SELECT source_key, url, guid FROM carrier",
    "mentions": (
        "SELECT watch_key, item.url, mention.revision, spans, mention.baseline, old FROM mention "
        "JOIN item ON item.id = mention.item_id"
    ),
    "told": (
        "SELECT subscriber.recipient, mention.watch_key, item.url, told.revision FROM told "
        "JOIN subscriber ON subscriber.id = told.subscriber_id "
        "JOIN mention ON mention.id = told.mention_id JOIN item ON item.id = mention.item_id "
        "WHERE told.outbox_id IS NOT NULL"
    ),
    "pending": "SELECT subscriber_id, mention_id FROM pending_telling",
    "dead messages": "SELECT delivery_key FROM outbox WHERE state <> 'sent'",
}


def test_one_process_and_three_workers_store_and_tell_the_same(
    cluster: Cluster, site: FakeSite, tmp_path: Path
) -> None:
    alone = an_installation(tmp_path / "alone", site)
    alone.sources(**{f"outlet-{n}": site.url("/feed.xml", host=h) for n, h in enumerate(HOSTS)})
    for place in (alone, cluster.place):
        place.write("watches.toml", WATCHES)

    one = _run_alone(alone, site)
    publish(site, 1, text=own_words)  # as before the second wave
    three = _run_cluster(cluster, site)

    for name in ROWS:
        assert three[name] == one[name], name
    assert three["stories"] == one["stories"]
    assert len(one["items"]) > 6 * 3
    assert one["told"]


def _publish_second_wave(site: FakeSite) -> None:
    for number, host in enumerate(HOSTS):
        entries = []
        titles = [f"Halcyon at trust {number}-{each}" for each in range(3)]
        for each, title in enumerate([*titles, *([COPY] if number < 3 else [])]):
            words = own_words(9 if title == COPY else 100 + 10 * number + each)
            page = article_page(title, f"Halcyon was named. {words}")
            link = site.page(f"/{title.replace(' ', '-')}", page, host=host)
            entries.append(Entry(title=title, link=link, guid=f"{number}-{title}"))
        site.page("/feed.xml", feed(entries), content_type=FEED_TYPE, host=host)


def _run_alone(place: Installation, site: FakeSite) -> Mapping[str, Any]:
    with place.running() as running:
        assert eventually(place.welcomed, within=PATIENCE), running.log
        _publish_second_wave(site)
        place.make_due()
        with place.store() as store:
            assert eventually(lambda: _is_done(store), within=PATIENCE), running.log
            return _read(store)


def _run_cluster(cluster: Cluster, site: FakeSite) -> Mapping[str, Any]:
    for host in HOSTS:
        site.page("/feed.xml", site_feed(site, host), content_type=FEED_TYPE, host=host)
    cluster.leader()
    for _ in range(3):
        cluster.worker("--concurrency", "2")
    assert eventually(cluster.place.welcomed, within=PATIENCE), cluster.logs()
    _publish_second_wave(site)
    make_due(cluster)
    with cluster.store() as store:
        assert eventually(lambda: _is_done(store), within=PATIENCE), cluster.logs()
        return _read(store)


def site_feed(site: FakeSite, host: str) -> bytes:
    """The feed of the first wave, which all hosts share."""
    link = site.url("/Halcyon-0")
    return feed([Entry(title="Halcyon story 0", link=link, guid="Halcyon-0")])


def _is_done(store: Store) -> bool:
    with store.reading() as unit:
        items = unit.items._db.scalar(text("SELECT count(*) FROM item WHERE text_state = 'full'"))
        waits = sum(
            unit.items._db.scalar(text(f"SELECT count(*) FROM {table}"))
            for table in ("pending_match", "pending_telling")
        )
        unsent = unit.items._db.scalar(text("SELECT count(*) FROM outbox WHERE state <> 'sent'"))
    return items >= 6 * 3 + 3 + 1 and not waits and not unsent


def _read(store: Store) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    with store.reading() as unit:
        db = unit.items._db
        for name, statement in ROWS.items():
            found[name] = sorted(map(repr, _as_text(db.execute(text(statement)).all())))
        stories = defaultdict(list)
        for url, story in db.execute(text("SELECT url, story_id FROM item")):
            stories[story].append(url)
    found["stories"] = sorted(sorted(urls) for urls in stories.values())
    return found


def _as_text(rows: Sequence[Any]) -> list[tuple[Any, ...]]:
    # SQLite reads truth values as numbers
    return [tuple(int(v) if isinstance(v, bool) else v for v in row) for row in rows]
