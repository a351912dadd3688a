"""One case of the fuzz: from the bytes of a feed and of pages to the bytes of mails.

    run_case(desk, seed, number)

The stages are those of the service: parse, read, normalise, store, match, cut, render, mail.
What a page or a feed cannot be read for is refused by its stage with that stage's own error;
anything else that is raised is a fault.
"""

from __future__ import annotations

import random
import re
import resource
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import time, timedelta
from types import FrameType

from config.model import Cadence
from crawler.errors import NotAFeed, Unreadable
from crawler.extraction.normalise import normalise
from crawler.extraction.page import extract
from crawler.extraction.significant_change import is_insignificant
from crawler.listings.feeds import parse_feed
from storage.model import FetchedEntry, FetchedPage
from storage.store import Store
from tests.fuzz.documents import a_feed, a_page, an_edit
from tests.support.clock import Clock
from tests.support.desk import Desk, a_subscription

SECONDS = 10.0  # processor time of a case; a usual one takes a fiftieth of one
MAX_MAIL = 1_000_000  # bytes
DIGESTED = 0.2
EDITED = 0.15  # of the cases, so that what changed is told too
HEADERS = frozenset(
    {
        "date", "from", "to", "reply-to", "subject", "message-id", "in-reply-to", "references",
        "auto-submitted", "precedence", "x-auto-response-suppress", "mime-version", "list-id",
        "list-unsubscribe", "list-unsubscribe-post", "content-type", "content-transfer-encoding",
    }
)  # fmt: skip
_HEADER = re.compile(r"(?m)^([^\s:]+):")
# what a case leaves behind, children before parents
_LEFT = (
    "told", "pending_telling", "outbox", "mention", "pending_match", "pending_index",
    "story_sketch", "event_feature", "event_report", "event_apart", "feature_frequency",
    "capture", "item_revision", "carrier", "item", "notice", "quarantine",
)  # fmt: skip


class CaseTooSlow(BaseException):
    """A case has used up its processor time."""


@dataclass(slots=True)
class Counts:
    """What cases came to, so that it can be seen that they reach the end."""

    feeds: int = 0
    entries: int = 0
    pages: int = 0
    mails: int = 0
    slowest: float = 0.0  # seconds of processor time


def make_desk(store: Store) -> Desk:
    """A desk with a reader who is told at once and one who gets a digest."""
    at_once = a_subscription("at-once", to=("now@trust.example",))
    daily = a_subscription("daily", Cadence(kind="daily", text="daily at 07:30", at=time(7, 30)))
    desk = Desk(store, Clock(), at_once, daily)
    desk.reachable()
    return desk


def run_case(desk: Desk, seed: int, number: int, counts: Counts) -> None:
    """Run one case; the same seed and number are the same case.

    Raises:
        AssertionError: a mail breaks a rule of all mails (`tests.support.outgoing`).
        CaseTooSlow: the bound of processor time is passed.
        Exception: a stage failed.
    """
    rng = random.Random(f"{seed}:{number}")
    _forget(desk)
    begun = _processor_seconds()
    with _limit_time(SECONDS):
        feed = a_feed(rng, number)
        entries = _parse_feed(desk, feed, rng)
        counts.feeds += bool(entries)
        counts.entries += len(entries)
        pages = {entry.guid: a_page(rng, entry.title) for entry in entries}
        counts.pages += _store(desk, entries, pages)
        # the other reader is told at once
        digest = [each.subscriber_id for each in desk.subscribers if rng.random() < DIGESTED]
        counts.mails += _tell(desk, digest)
        if rng.random() < EDITED:
            edits = {guid: an_edit(rng, page) for guid, page in pages.items()}
            desk.clock.advance(timedelta(hours=2))
            counts.pages += _store(desk, entries, edits, before=pages)
            counts.mails += _tell(desk, digest)
    counts.slowest = max(counts.slowest, _processor_seconds() - begun)


def _parse_feed(desk: Desk, feed: bytes, rng: random.Random) -> tuple[FetchedEntry, ...]:
    try:
        parsed = parse_feed(
            feed,
            source_key="ward-ledger",
            url="https://ward-ledger.example/feed",
            content_type=rng.choice((None, "text/xml", "application/rss+xml; charset=utf-8")),
            fetched_at=desk.clock(),
        )
    except NotAFeed:
        return ()
    return parsed.entries[:6]


def _store(
    desk: Desk,
    entries: tuple[FetchedEntry, ...],
    pages: dict[str | None, bytes],
    before: dict[str | None, bytes] | None = None,
) -> int:
    """Read and store each entry with its page, as a poll does; returns how many could be read."""
    read, articles = 0, []
    for entry in entries:
        page = _make_page(desk, entry, pages[entry.guid])
        reason = text = None
        try:
            text = extract(page, entry=entry)
            read += 1
        except Unreadable as error:
            reason = error.reason
        article = normalise(
            entry, item_kind="news", page=page, text=text, thin_reason=reason, language=None
        )
        articles.append(article)
        if before is not None:
            is_insignificant(
                pages[entry.guid].decode("latin-1"), article.body, is_boilerplate=lambda _: False
            )
    with desk.store.transaction() as unit:
        for article in articles:
            unit.items.put(article, now=desk.clock(), baseline=False)
    return read


def _make_page(desk: Desk, entry: FetchedEntry, body: bytes) -> FetchedPage:
    url = entry.url or "https://ward-ledger.example/none"
    return FetchedPage(
        requested_url=url,
        final_url=url,
        status=200,
        content_type="text/html",
        body=body,
        etag=None,
        last_modified=None,
        fetched_at=desk.clock(),
    )


def _tell(desk: Desk, digest: list[int]) -> int:
    desk.match()
    desk.tell(force=digest)
    sent = desk.deliver()  # its inbox takes clean mails alone
    with desk.store.reading() as unit:
        written = unit.outbox.list(limit=100)
    assert [m.last_error for m in written if m.state != "sent"] == []
    for each in sent:
        raw = each.notification.raw
        assert len(raw) <= MAX_MAIL
        head = raw.partition(b"\r\n\r\n")[0].decode("ascii")
        assert {name.lower() for name in _HEADER.findall(head)} <= HEADERS
    return len(sent)


def _forget(desk: Desk) -> None:
    """Empty the archive: no case sees another."""
    path = desk.store.url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=30)) as database, database:
        for table in _LEFT:
            database.execute(f"DELETE FROM {table}")
        database.execute(
            "UPDATE subscriber SET next_at = NULL, last_cut_at = NULL, last_cut_date = NULL"
        )
    desk.inbox.messages.clear()
    desk.clock.at = Clock().at


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


@contextmanager
def _limit_time(seconds: float) -> Iterator[None]:
    """End the block after that much processor time; expressions look for signals, too."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise CaseTooSlow(f"more than {seconds:.0f} s of processor time")

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
