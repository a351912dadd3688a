"""Repository of responses to requests with an Idempotency-Key.

The key is claimed in the transaction that makes the change, so that a repeated request finds
either nothing or the complete response.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, select, update

from storage.engine.dialect import insert_new
from storage.rules.wait_bounds import is_due
from storage.tables import desk_answer
from storage.users.users import hash_token

KEPT_FOR = timedelta(hours=24)
MAX_RESPONSES = 1_000  # of one user; the oldest are deleted


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResponse:
    """The response to a request. `request_hash` is the hash of that request."""

    request_hash: str
    status: int
    document: str  # JSON
    location: str | None


class IdempotentResponses:
    """Reads and writes responses, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def find(self, user_id: int, key: str, now: datetime) -> StoredResponse | None:
        """Return the response of a key; None where it is unknown or expired."""
        row = self._db.execute(select(desk_answer).where(*_match_key(user_id, key))).one_or_none()
        if row is None or is_due(row.expires_at, now, KEPT_FOR):
            return None
        return StoredResponse(
            request_hash=row.request_hash,
            status=row.status,
            document=row.document,
            location=row.location,
        )

    def claim(self, user_id: int, key: str, request_hash: str, now: datetime) -> bool:
        """Reserve a key for this transaction; return False where another request has used it.

        Waits for another transaction that has claimed it. Deletes expired responses of the user.
        """
        theirs = desk_answer.c.user_id == user_id
        newest = (
            select(desk_answer.c.key_hash)
            .where(theirs)
            .order_by(desk_answer.c.expires_at.desc())
            .limit(MAX_RESPONSES - 1)
        )
        expired = desk_answer.c.expires_at <= now
        too_late = desk_answer.c.expires_at > now + KEPT_FOR
        self._db.execute(delete(desk_answer).where(theirs, expired | too_late))
        self._db.execute(delete(desk_answer).where(theirs, desk_answer.c.key_hash.not_in(newest)))
        values = {
            "user_id": user_id,
            "key_hash": hash_token(key),
            "request_hash": request_hash,
            "status": 0,
            "document": "",
            "expires_at": now + KEPT_FOR,
        }
        key_columns = [desk_answer.c.user_id, desk_answer.c.key_hash]
        return insert_new(self._db, desk_answer, values, key_columns)

    def store(
        self, user_id: int, key: str, *, status: int, document: str, location: str | None
    ) -> None:
        """Store the response of a key that this transaction has claimed."""
        values = {"status": status, "document": document, "location": location}
        self._db.execute(update(desk_answer).where(*_match_key(user_id, key)).values(values))

    def prune(self, now: datetime) -> int:
        """Delete expired responses; return how many."""
        return self._db.execute(delete(desk_answer).where(desk_answer.c.expires_at <= now)).rowcount


def _match_key(user_id: int, key: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (desk_answer.c.user_id == user_id, desk_answer.c.key_hash == hash_token(key))
