"""Generates six weeks of history in a few seconds: the real steps of the service, on a fake clock.

Everything is stored, matched, composed and sent by the code that does it in a real service; only
what outlets publish, and when, is generated. The same end gives the same history.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from storage.store import Store
from supplierwatch.demo.history.colleagues import add_marks
from supplierwatch.demo.history.configuration import RECORDS, WEEKLY
from supplierwatch.demo.history.publishing import Publisher
from supplierwatch.demo.history.routine import compose_reports
from supplierwatch.demo.history.scripted import load_stories
from supplierwatch.demo.history.timeline import Publication, arrange
from supplierwatch.demo.server import Newsroom
from supplierwatch.service.service import Service
from supplierwatch.wiring import CompiledConfiguration

DAYS = 42
BASELINE = timedelta(days=2)  # what was there when the sources were first polled
POLLED_AT = (8, 15)  # hours of the day, UTC
SENT_DAILY = timedelta(days=3)  # before, once a week: each digest takes a while to compose
FIRST_LIVE_POLL = timedelta(minutes=10)  # after the end: time to look at the history first
EVERY_POLL_KEPT = timedelta(days=3)  # before the end; earlier, one a week where nothing was new
TROUBLED = "medtech-dispatch"
TROUBLE = "HTTP 500 for the listing"
TROUBLE_SINCE = timedelta(hours=20)  # before the end


def generate_history(
    wired: CompiledConfiguration, store: Store, room: Newsroom, *, end: datetime
) -> None:
    """Fill an empty archive with six weeks of history.

    Args:
        wired: the configuration of `demo --serve`.
        store: open and empty.
        room: serves the pages of the history afterwards.
        end: the moment at which the history ends; aware.
    """
    midnight = end.replace(hour=0, minute=0, second=0, microsecond=0)
    begin = midnight - timedelta(days=DAYS)
    clock = _FakeClock(begin)
    service = Service(wired, store, clock=clock, owner="history")
    publisher = Publisher(room, {key: outlet for key, _, _, outlet in RECORDS}, begin)
    publications = arrange(
        (*load_stories(DAYS), *compose_reports(DAYS)), until=int((end - begin).total_seconds() / 60)
    )
    for start, until in _list_spans(begin, end):
        clock.now = until
        found = [
            one for one in publications if start < begin + timedelta(minutes=one.minute) <= until
        ]
        _poll(publisher, store, found, until, begin=begin, end=end)
        service.match()
        if until > end - SENT_DAILY or until.weekday() == 0:
            service.tell()
            service.deliver()
    while service.index():
        pass
    _hold_digest(service)
    add_marks(store, end)


def _hold_digest(service: Service) -> None:
    """Compose the next weekly digest and hold it, so that there is a message to release."""
    with service.store.reading() as unit:
        readers = [s.subscriber_id for s in unit.subscribers.all() if s.subscription_key == WEEKLY]
    service.tell(force=readers)
    with service.store.transaction() as unit:
        for message in unit.outbox.list(limit=5):
            unit.outbox.hold(message.row_id)  # those that were sent stay as they are


class _FakeClock:
    """Returns `now` when called."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def _list_spans(begin: datetime, end: datetime) -> Sequence[tuple[datetime, datetime]]:
    """List (last poll, this poll) until the end, which is the last of them."""
    polls = [
        begin + timedelta(days=day, hours=hour) for day in range(DAYS + 1) for hour in POLLED_AT
    ]
    recent = end - SENT_DAILY
    kept = (at for at in polls if at < end and (at > recent or at.hour == POLLED_AT[0]))
    times = [begin, *kept, end]
    return tuple(pairwise(times))


def _poll(
    publisher: Publisher,
    store: Store,
    found: Sequence[Publication],
    now: datetime,
    *,
    begin: datetime,
    end: datetime,
) -> None:
    with store.transaction() as unit:
        for source in publisher.sources:
            failing = source == TROUBLED and now > end - TROUBLE_SINCE
            theirs = [] if failing else [one for one in found if one.source == source]
            for publication in theirs:
                publisher.publish(unit, publication, now, old=now < begin + BASELINE)
            slow = any(source == key for key, *_ in RECORDS)
            if not theirs and now < end - EVERY_POLL_KEPT and now.weekday() != 0:
                continue
            publisher.report_poll(
                unit,
                source,
                now,
                found=len(theirs),
                next_at=now + (timedelta(days=1) if slow else FIRST_LIVE_POLL),
                error=TROUBLE if failing else "",
            )
