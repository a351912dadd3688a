"""Stands before outlets and passes their answers on, but for one in a hundred, which is hostile."""

from __future__ import annotations

import random
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.attack.party import Party
from tests.attack.press.hostile_feeds import LISTINGS
from tests.attack.press.hostile_pages import PAGES
from tests.support.site import Asked, FakeSite, Reply, drop, hang, head

HOSTILE_PAGES = (
    "og-title", "paragraphs-20000", "headings-1000", "divs-250-deep", "deep-50000", "one-line-10mb",
    "jsonld-brackets-5mb", "jsonld-commas", "stamp-blanks", "counted-ones", "mojibake", "bomb-gzip",
    "bomb-br", "headers-200000", "header-5mb", "year-1-meta", "pdf-stream",
)  # fmt: skip
HOSTILE_LISTINGS = ("dates", "entries-60000", "declaration", "deep", "ttl", "drip", "endless")

FIRST = 0.03  # of the answers, until each kind was given once


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """An outlet to stand before: its name, and the address of its feed."""

    name: str
    feed: str

    @property
    def base(self) -> str:
        """Its scheme, host and port."""
        parts = urlsplit(self.feed)
        return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirrored(Party):
    """The source of a mirrored outlet: well-behaved but for what its mirror does."""

    url: str

    def declaration(self, site: FakeSite, host: str) -> str:
        """Its source in sources.toml."""
        return f'[[source]]\nkey = "{self.key}"\nkind = "feed"\nurl = "{self.url}"\n'

    def rest(self, site: FakeSite, host: str) -> None:
        """Nothing: it is served by its mirror."""


class Mirror(FakeSite):
    """Serves each upstream on a loopback host of its own."""

    def __init__(
        self, upstreams: Sequence[Upstream], *, share: float = 0.01, seed: int = 1
    ) -> None:
        self._by_host = {f"127.0.2.{1 + n}": one for n, one in enumerate(upstreams)}
        super().__init__(self._by_host)
        self.share = 0.0  # of answers that are hostile; raised once the service has begun
        self._rng = random.Random(seed)
        self._hostile: Mapping[bool, list[Reply]] = {
            True: [hang(), drop(), *(LISTINGS[name]() for name in HOSTILE_LISTINGS)],
            False: [hang(), drop(), *(PAGES[name]() for name in HOSTILE_PAGES)],
        }
        # each kind once before any is drawn by lot: what it takes once counts for no growth
        self._first = {kind: list(replies) for kind, replies in self._hostile.items()}
        self.answers = 0
        self.hostile = 0

    @property
    def sources(self) -> list[Mirrored]:
        """The sources to declare, once it listens."""
        return [
            Mirrored(key=one.name, url=self.url(urlsplit(one.feed).path, host=host))
            for host, one in self._by_host.items()
        ]

    def _answer(self, connection: socket.socket, asked: Asked) -> None:
        upstream = self._by_host[asked.host]
        is_listing = asked.path == urlsplit(upstream.feed).path
        with self._lock:
            self.answers += 1
            hostile, first = self.share > 0 and asked.path != "/robots.txt", self._first[is_listing]
            is_hostile = hostile and (self._rng.random() < (FIRST if first else self.share))
            self.hostile += is_hostile
            reply = self._rng.choice(self._hostile[is_listing])
            if is_hostile and first:
                reply = first.pop()
        if is_hostile:
            reply.write(connection, asked, self._closing)
        else:
            connection.sendall(self._passed_on(upstream, asked))

    def _passed_on(self, upstream: Upstream, asked: Asked) -> bytes:
        try:
            with urllib.request.urlopen(upstream.base + asked.path, timeout=30) as said:
                status, kind, body = said.status, said.headers["Content-Type"], said.read()
        except urllib.error.HTTPError as error:
            with error:
                status, kind, body = error.code, "text/plain", b""
        own = self.url("", host=asked.host)
        body = body.replace(upstream.base.encode(), own.encode())
        named = {"Content-Type": kind or "text/html", "Content-Length": str(len(body))}
        return head(status, named) + body

    def _run(self, target: object, *args: object) -> None:
        # it serves for hours: threads that have ended are let go
        self._threads = [one for one in self._threads if one.is_alive()]
        thread = threading.Thread(target=target, args=args, daemon=True)  # type: ignore[arg-type]
        thread.start()
        self._threads.append(thread)
