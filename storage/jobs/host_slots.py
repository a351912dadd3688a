"""Repository of host slots: which of the processes on one PostgreSQL may request a host now.

All times are those of the database, since the clocks of workers may differ.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, text

_TAKE = text(
    """
    INSERT INTO host_slot (host, holder, held_until, free_at)
    VALUES (:host, :holder, clock_timestamp() + :longest, clock_timestamp())
    ON CONFLICT (host) DO UPDATE
    SET holder = excluded.holder, held_until = excluded.held_until
    WHERE (host_slot.holder IS NULL OR host_slot.held_until <= clock_timestamp()
            OR host_slot.held_until > clock_timestamp() + :longest_hold)
        AND (host_slot.free_at <= clock_timestamp()
            OR host_slot.free_at > clock_timestamp() + :furthest)
    RETURNING 1
    """
)
_WAIT = text(
    """
    SELECT greatest(
        CASE WHEN holder IS NULL THEN 0 ELSE extract(epoch FROM held - now) END,
        extract(epoch FROM free - now)
    ) FROM (
        SELECT holder, now,
            greatest(now, least(held_until, now + :longest_hold)) AS held,
            greatest(now, least(free_at, now + :furthest)) AS free
        FROM host_slot, (SELECT clock_timestamp() AS now) AS clock WHERE host = :host
    ) AS bounded
    """
)
_FREE = text(
    """
    UPDATE host_slot SET holder = NULL, free_at = clock_timestamp() + :pause
    WHERE host = :host AND holder = :holder
    """
)
# longer than any download may take; a later end was written by a clock that ran ahead
MAX_HOLD = timedelta(hours=1)
# the crawl delay of robots.txt is bounded by less; a longer pause is an error
MAX_PAUSE = timedelta(minutes=10)


class HostSlots:
    """Takes and frees slots, in a transaction that should do nothing else: it locks their rows."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def take(self, host: str, holder: str, longest: timedelta) -> bool:
        """Take the slot of a host for `longest` at most; return whether it was free."""
        values = {
            "host": host,
            "holder": holder,
            "longest": min(longest, MAX_HOLD),
            "longest_hold": MAX_HOLD,
            "furthest": MAX_PAUSE,
        }
        return self._db.scalar(_TAKE, values) is not None

    def seconds_until_free(self, host: str) -> float:
        """Return the seconds after which the slot is free at the latest; 0 where it is free."""
        values = {"host": host, "longest_hold": MAX_HOLD, "furthest": MAX_PAUSE}
        return float(self._db.scalar(_WAIT, values) or 0.0)

    def free(self, host: str, holder: str, pause: timedelta) -> None:
        """Free a slot; no process can take it during the pause."""
        self._db.execute(_FREE, {"host": host, "holder": holder, "pause": pause})
