"""Repository of sources: their state and poll leases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, insert, or_, select, update

from config import model as declared
from storage.crawling import damaged_sources
from storage.crawling.polls import Polls
from storage.crawling.source_columns import gap_columns, read_state, report_json
from storage.crawling.source_history import (
    PageCounts,
    count_pages,
    health_after,
    read_arrival_gaps,
)
from storage.engine.damage import is_decode_error
from storage.engine.dialect import lock_task
from storage.model import CrawlReport, SourceState, Validators
from storage.rules.wait_bounds import (
    MAX_LEASE,
    MAX_POLL_WAIT,
    due_condition,
    in_future_condition,
    is_due,
    is_in_future,
)
from storage.tables import item, source

RETRY_AFTER_CRASH = timedelta(minutes=5)
MAX_RETRY_AFTER_CRASH = timedelta(hours=24)
_SUCCESSES = ("ok", "not-modified", "empty")


def is_free(state: SourceState, now: datetime) -> bool:
    """Return whether no run holds the lease of a source; one that is too long counts as expired."""
    return state.lease_until is None or is_due(state.lease_until, now, MAX_LEASE)


def is_poll_due(state: SourceState, now: datetime) -> bool:
    """Return whether a source is due, leased or not, by the rule of `Sources.claim_due`."""
    return (
        state.last_polled_at is None
        or is_in_future(state.last_polled_at, now)
        or is_due(state.next_at, now, MAX_POLL_WAIT)
    )


class Sources:
    """Reads and writes sources, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection
        self.damaged: set[str] = set()  # keys of sources whose rows could only be read in part

    def declare(self, sources: Sequence[declared.Source], now: datetime) -> None:
        """Activate exactly these sources; the state of the others is kept."""
        lock_task(self._db, "declare")
        self.repair()
        known = {state.key: state for state in self._states()}
        keys = {one.key for one in sources}
        for one in sources:
            row = known.get(one.key)
            if row is None:
                values: dict[str, Any] = {
                    "key": one.key,
                    "kind": one.kind,
                    "url": one.url,
                    "active": True,
                }
                values |= {"next_at": now, "failures": 0, "item_count": self._count_items(one.key)}
                self._db.execute(insert(source).values(values))
            elif (row.kind, row.url, row.active) != (one.kind, one.url, True):
                changed: dict[str, Any] = {"kind": one.kind, "url": one.url, "active": True}
                if (row.kind, row.url) != (one.kind, one.url):
                    # validators, failures and redirects belong to the URL
                    changed |= {"etag": None, "last_modified": None, "body_hash": None}
                    changed |= {"failures": 0, "last_error": None, "covered_until": None}
                    changed |= {"unfinished_polls": 0}
                    changed |= {"moved_to": None, "moved_since": None, "moved_polls": None}
                changed["next_at"] = now
                self._db.execute(update(source).where(source.c.key == one.key).values(changed))
        for key in known.keys() - keys:
            self._db.execute(update(source).where(source.c.key == key).values(active=False))

    def claim_due(
        self,
        now: datetime,
        *,
        limit: int,
        owner: str,
        lease: timedelta,
        keys: Sequence[str] | None = None,
        even_if_not_due: bool = False,
    ) -> tuple[SourceState, ...]:
        """Lease due sources to `owner`; each source has one holder at a time.

        The poll counts as unfinished until `finish` is called, or `release` without an error.
        """
        due = select(source.c.key).where(
            source.c.active.is_(True),
            or_(
                source.c.lease_until.is_(None),
                due_condition(source.c.lease_until, now, MAX_LEASE),
            ),
        )
        if not even_if_not_due:
            due = due.where(
                or_(
                    due_condition(source.c.next_at, now, MAX_POLL_WAIT),
                    # next_at was set by the same clock as last_polled_at
                    in_future_condition(source.c.last_polled_at, now),
                    source.c.last_polled_at.is_(None),
                )
            )
        if keys is not None:
            due = due.where(source.c.key.in_(list(keys)))
        due = due.order_by(source.c.next_at, source.c.key).limit(limit)
        claimed = list(self._db.scalars(due.with_for_update(skip_locked=True)))
        if not claimed:
            return ()
        self._db.execute(
            update(source)
            .where(source.c.key.in_(claimed))
            .values(
                lease_owner=owner,
                lease_until=now + lease,
                unfinished_polls=source.c.unfinished_polls + 1,
            )
        )
        return self._states(source.c.key.in_(claimed))

    def renew(self, owner: str, until: datetime) -> tuple[str, ...]:
        """Extend the leases that `owner` holds until a time; return the keys of their sources."""
        mine = source.c.lease_owner == owner
        held = tuple(self._db.scalars(select(source.c.key).where(mine).with_for_update()))
        if held:
            self._db.execute(update(source).where(mine).values(lease_until=until))
        return held

    def finish(
        self,
        report: CrawlReport,
        *,
        next_at: datetime,
        validators: Validators | None,
        baseline_done: bool,
        covered_until: datetime | None = None,
    ) -> bool:
        """Record a poll and release its lease.

        Without `validators` or `covered_until` the stored ones are kept.

        Returns:
            False, and nothing is recorded, where the lease expired and another run has the source.
        """
        success = report.outcome in _SUCCESSES
        now = report.finished_at
        values: dict[str, Any] = {
            "last_polled_at": now,
            "outcome": report.outcome,
            "http_status": report.http_status,
            "last_error": None if success else "; ".join(report.errors) or report.outcome,
            "failures": 0 if success else source.c.failures + 1,
            "unfinished_polls": 0,
            "next_at": next_at,
            "lease_owner": None,
            "lease_until": None,
            "last_report": report_json(report),
        }
        mine = (source.c.key == report.source_key, source.c.lease_owner == report.run_id)
        before = self._db.execute(select(source).where(*mine)).one_or_none()
        if before is None:
            return False
        values |= health_after(report, before)
        unknown = before.newest_at is None or before.newest_published_at is None
        if report.new or (success and unknown):
            values |= gap_columns(read_arrival_gaps(self._db, report.source_key))
        if success:
            values["last_success_at"] = now
        # after an empty listing, or the first part of a long one, entries may have been missed
        if report.outcome in ("ok", "not-modified") and not report.continue_at:
            values["caught_up_at"] = now
        if validators is not None:
            values |= asdict(validators)
        if covered_until is not None:
            values["covered_until"] = covered_until
        if baseline_done:
            values["baseline_done_at"] = func.coalesce(source.c.baseline_done_at, now)
        done = self._db.execute(update(source).where(*mine).values(values)).rowcount > 0
        if done:
            Polls(self._db).record(report)
        return done

    def release(self, owner: str, *, now: datetime, error: str | None) -> tuple[str, ...]:
        """Release the leases that `owner` still holds; return the keys of these sources.

        Without an error they are due as before. With an error and one source, its poll has
        failed. With several sources it is unknown which one failed: all are due at once, and
        because of `unfinished_polls` each is polled alone.
        """
        held = source.c.lease_owner == owner
        keys = tuple(self._db.scalars(select(source.c.key).where(held).order_by(source.c.key)))
        values: dict[str, Any] = {"lease_owner": None, "lease_until": None}
        if error is None:
            # the service was stopped: not a fault of the sources
            fewer = case((source.c.unfinished_polls > 0, source.c.unfinished_polls - 1), else_=0)
            values["unfinished_polls"] = fewer
        elif len(keys) == 1:
            failures = self._db.scalar(select(source.c.failures).where(held)) or 0
            wait = min(RETRY_AFTER_CRASH * 2 ** min(failures, 10), MAX_RETRY_AFTER_CRASH)
            values |= {
                "last_polled_at": now,
                "outcome": "failed",
                "last_error": error,
                "failures": source.c.failures + 1,
                "next_at": now + wait,
            }
            Polls(self._db).record_failure(keys[0], error, now)
        self._db.execute(update(source).where(held).values(values))
        return keys

    def poll_now(self, keys: Sequence[str], now: datetime) -> None:
        """Make these sources due at once."""
        self._db.execute(update(source).where(source.c.key.in_(list(keys))).values(next_at=now))

    def undo_failure(self, keys: Sequence[str], *, next_at: datetime) -> None:
        """Undo the last failure of these sources, which they did not cause; poll at `next_at`."""
        fewer = case((source.c.failures > 0, source.c.failures - 1), else_=0)
        # a source that is being polled gets its result from that poll
        free = (source.c.key.in_(list(keys)), source.c.lease_owner.is_(None))
        self._db.execute(update(source).where(*free).values(failures=fewer, next_at=next_at))

    def get(self, key: str) -> SourceState | None:
        """Return one source; None where unknown."""
        return next((state for state in self._states(source.c.key == key)), None)

    def all(self) -> tuple[SourceState, ...]:
        """Return every source that was ever declared, by key."""
        return self._states()

    def count_pages(self, since: datetime) -> dict[str, PageCounts]:
        """Return source key -> counts of the items that it was first to list since then."""
        return count_pages(self._db, since)

    def repair(self) -> dict[str, str]:
        """Reset values of sources that cannot be decoded; return key -> names of columns."""
        return dict(damaged_sources.repair(self._db))

    def _states(self, *tests: ColumnElement[bool]) -> tuple[SourceState, ...]:
        try:
            found = self._db.execute(select(source).where(*tests).order_by(source.c.key)).all()
            if all(map(damaged_sources.has_valid_values, found)):
                return tuple(read_state(row) for row in found)
        except Exception as error:
            if not is_decode_error(error):
                raise
        keys = damaged_sources.list_keys(self._db, *tests)
        states = tuple(self._read_damaged(key) for key in keys)
        if not self.damaged:
            self.damaged.add(damaged_sources.UNNAMED)
        return states

    def _read_damaged(self, key: str) -> SourceState:
        values, replaced = damaged_sources.read_damaged(self._db, key)
        if replaced:
            self.damaged.add(key)
        return read_state(SimpleNamespace(**values))

    def _count_items(self, key: str) -> int:
        counted = select(func.count()).select_from(item).where(item.c.source_key == key)
        return int(self._db.scalar(counted) or 0)
