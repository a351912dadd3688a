"""Repository of host slots: who may ask a host now, among all processes on one PostgreSQL.

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
    WHERE (host_slot.holder IS NULL OR host_slot.held_until <= clock_timestamp())
        AND (host_slot.free_at <= clock_timestamp()
            OR host_slot.free_at > clock_timestamp() + :furthest)
    RETURNING 1
    """
)
_WAIT = text(
    """
    SELECT greatest(
        CASE WHEN holder IS NULL THEN 0 ELSE extract(epoch FROM held_until - clock_timestamp()) END,
        extract(epoch FROM free_at - clock_timestamp())
    ) FROM host_slot WHERE host = :host
    """
)
_FREE = text(
    """
    UPDATE host_slot SET holder = NULL, free_at = clock_timestamp() + :pause
    WHERE host = :host AND holder = :holder
    """
)
# a pause is at most that of robots.txt, which is bounded; anything further off is an error
FURTHEST = timedelta(minutes=10)


class HostSlots:
    """Takes and frees slots, within one transaction, which should do nothing else."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def take(self, host: str, holder: str, longest: timedelta) -> bool:
        """Take the slot of a host for `longest` at most; return whether it was free."""
        values = {"host": host, "holder": holder, "longest": longest, "furthest": FURTHEST}
        return self._db.scalar(_TAKE, values) is not None

    def wait(self, host: str) -> float:
        """Return the seconds until the slot may be free; less where it is freed before."""
        return max(0.0, float(self._db.scalar(_WAIT, {"host": host}) or 0.0))

    def free(self, host: str, holder: str, pause: timedelta) -> None:
        """Free a slot; nobody takes it for the length of the pause."""
        self._db.execute(_FREE, {"host": host, "holder": holder, "pause": pause})
