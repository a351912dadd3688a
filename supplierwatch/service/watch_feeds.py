"""Each watch as an Atom feed: served to those who have its address, and written as a file."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from alerts.attempts import Attempt, ready_first, try_counted
from alerts.digest.reader_links import feed_path, is_feed_path
from alerts.time_limit import TimeLimit, run_within
from supplierwatch.exports.atom import FeedAddresses, atom_of
from supplierwatch.exports.files import whole_file
from supplierwatch.service.service import Service

log = logging.getLogger(__name__)

TASK = "feed"
LIMIT = TimeLimit(processor=10.0, elapsed=120.0)
FRESH_FOR = 60.0  # seconds in which readers of one feed share what was made
MOST_KEPT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed as it is served. `tag` changes when it does (RFC 9110, 8.8.3)."""

    body: bytes
    tag: str
    made_at: float


class WatchFeeds:
    """Makes feeds of watches when they are asked for, and as files when something was found."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._kept: dict[str, Feed] = {}
        self._lock = threading.Lock()
        self._written: int | None = None
        self._unwritten: set[str] = set()  # watches whose feeds could not be made yet

    def feed(self, path: str, watch_key: str) -> Feed | None:
        """The feed at a path; None where that is not the path of a watch's feed."""
        service = self._service
        with service.store.reading() as unit:
            key = unit.controls.key()
        known = watch_key in service.in_force.context.queries
        if key is None or not known or not is_feed_path(path, watch_key, key):
            return None
        kept = self._kept.get(watch_key)
        if kept is not None and time.monotonic() - kept.made_at < FRESH_FOR:
            return kept
        place = self._place(watch_key, key)
        body = run_within(LIMIT, lambda: self._made(watch_key, place))
        made = Feed(
            body=body,
            tag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
            made_at=time.monotonic(),
        )
        with self._lock:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[watch_key] = made
        return made

    def write(self) -> int:
        """Write the files of the watches that found something since; returns how many.

        After a start those are the watches whose newest mention is younger than their file.
        """
        service = self._service
        settings = service.catalog.settings.service
        if not settings.feeds:
            self._written = None
            return 0
        folder = settings.data / "feeds"
        with service.store.reading() as unit:
            found = unit.mentions.found_after(self._written or 0)
            key = unit.controls.key()
        began, done = self._written is None, 0
        watches = sorted(set(found) | self._unwritten)
        ready = set(ready_first(service.store, TASK, watches, service.clock()))
        for watch_key in watches:
            path = folder / f"{watch_key}.atom"
            if watch_key not in service.in_force.context.queries:
                self._unwritten.discard(watch_key)
                continue
            if watch_key in found and began and _younger(path, found[watch_key][1]):
                continue
            if service.ending.is_set():
                return done
            # one whose feed cannot be made is tried again; the files of the others are written
            self._unwritten.add(watch_key)
            if watch_key not in ready:
                continue
            place = FeedAddresses() if key is None else self._place(watch_key, key)
            attempt = Attempt(task=TASK, subject=watch_key)
            making = partial(self._made, watch_key, place)
            body = try_counted(service.store, attempt, service.clock(), making, LIMIT)
            if body is None:
                continue
            folder.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as out:
                out.write(body.decode())
            self._unwritten.discard(watch_key)
            done += 1
        newest = max((mention_id for mention_id, _ in found.values()), default=0)
        self._written = max(self._written or 0, newest)
        if done:
            log.info("feeds.written count=%d folder=%s", done, folder)
        return done

    def _made(self, watch_key: str, place: FeedAddresses) -> bytes:
        with self._service.store.reading() as unit:
            return atom_of(unit, self._service.in_force.context, watch_key, place)

    def _place(self, watch_key: str, key: bytes) -> FeedAddresses:
        home = self._service.catalog.settings.service.public_url
        if home is None:
            return FeedAddresses()
        return FeedAddresses(itself=f"{home.rstrip('/')}{feed_path(watch_key, key)}", home=home)


def _younger(path: Path, than: datetime) -> bool:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) > than
    except FileNotFoundError:
        return False
