"""Provides the Atom feed of each watch: over HTTP at a secret URL, and as a file."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from alerts.attempts import Attempt, run_counted, select_ready
from alerts.digest.reader_links import feed_path, is_feed_path
from alerts.time_limit import TimeLimit, run_within
from supplierwatch.exports.atom import FeedAddresses, render_watch_feed
from supplierwatch.exports.atomic_files import replace_atomically
from supplierwatch.service.service import Service

log = logging.getLogger(__name__)

TASK = "feed"
LIMIT = TimeLimit(processor=10.0, elapsed=120.0)
FRESH_FOR = 60.0  # seconds for which a rendered feed is served from the cache
MAX_CACHED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A rendered feed. `tag`: its ETag (RFC 9110, 8.8.3); `made_at`: on the monotonic clock."""

    body: bytes
    tag: str
    made_at: float


class WatchFeeds:
    """Renders feeds of watches on request, and writes them as files after new mentions."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._cache: dict[str, Feed] = {}
        self._lock = threading.Lock()
        self._written: int | None = None
        self._unwritten: set[str] = set()  # watches whose files are out of date

    def feed(self, path: str, watch_key: str) -> Feed | None:
        """Return the feed at a URL path; None if the path is not that of the watch's feed."""
        service = self._service
        with service.store.reading() as unit:
            key = unit.reader_requests.link_key()
        known = watch_key in service.in_force.context.queries
        if key is None or not known or not is_feed_path(path, watch_key, key):
            return None
        cached = self._cache.get(watch_key)
        if cached is not None and time.monotonic() - cached.made_at < FRESH_FOR:
            return cached
        addresses = self._build_addresses(watch_key, key)
        body = run_within(LIMIT, lambda: self._render(watch_key, addresses))
        made = Feed(
            body=body,
            tag=f'"{hashlib.sha256(body).hexdigest()[:32]}"',
            made_at=time.monotonic(),
        )
        with self._lock:
            if len(self._cache) >= MAX_CACHED:
                self._cache.clear()
            self._cache[watch_key] = made
        return made

    def write(self) -> int:
        """Write the files of watches with new mentions since the last call; returns the number.

        At the first call those are the watches whose newest mention is newer than their file.
        """
        service = self._service
        settings = service.catalog.settings.service
        if not settings.feeds:
            self._written = None
            return 0
        folder = settings.data / "feeds"
        with service.store.reading() as unit:
            found = unit.mentions.newest_after(self._written or 0)
            key = unit.reader_requests.link_key()
        began, done = self._written is None, 0
        watches = sorted(set(found) | self._unwritten)
        ready = set(select_ready(service.store, TASK, watches, service.clock()))
        for watch_key in watches:
            path = folder / f"{watch_key}.atom"
            if watch_key not in service.in_force.context.queries:
                self._unwritten.discard(watch_key)
                continue
            if watch_key in found and began and _is_newer(path, found[watch_key][1]):
                continue
            if service.ending.is_set():
                return done
            # a feed that fails is tried again; the other files are written
            self._unwritten.add(watch_key)
            if watch_key not in ready:
                continue
            addresses = FeedAddresses() if key is None else self._build_addresses(watch_key, key)
            attempt = Attempt(task=TASK, subject=watch_key)
            making = partial(self._render, watch_key, addresses)
            body = run_counted(service.store, attempt, service.clock(), making, LIMIT)
            if body is None:
                continue
            folder.mkdir(parents=True, exist_ok=True)
            with replace_atomically(path) as out:
                out.write(body.decode())
            self._unwritten.discard(watch_key)
            done += 1
        newest = max((mention_id for mention_id, _ in found.values()), default=0)
        self._written = max(self._written or 0, newest)
        if done:
            log.info("feeds.written count=%d folder=%s", done, folder)
        return done

    def _render(self, watch_key: str, addresses: FeedAddresses) -> bytes:
        scope, context = self._service.in_force.find_group(watch_key)
        with self._service.store.within(scope).reading() as unit:
            return render_watch_feed(unit, context, watch_key, addresses)

    def _build_addresses(self, watch_key: str, key: bytes) -> FeedAddresses:
        home = self._service.catalog.settings.service.public_url
        if home is None:
            return FeedAddresses()
        return FeedAddresses(itself=f"{home.rstrip('/')}{feed_path(watch_key, key)}", home=home)


def _is_newer(path: Path, than: datetime) -> bool:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) > than
    except FileNotFoundError:
        return False
