"""Repository of the users' identities at an OpenID Connect provider."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from storage.engine.dialect import insert_new
from storage.model import User
from storage.tables import desk_identity, desk_used_state, desk_user
from storage.users.users import hash_token, user_of_row


class Identities:
    """Reads and writes identities, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def find(self, issuer: str, subject: str) -> User | None:
        """Return the user with a subject at a provider; None where unknown."""
        row = self._db.execute(
            select(desk_user)
            .join(desk_identity, desk_identity.c.user_id == desk_user.c.id)
            .where(desk_identity.c.issuer == issuer, desk_identity.c.subject == subject)
        ).one_or_none()
        return None if row is None else user_of_row(row)

    def find_unlinked(self, issuer: str, email: str) -> User | None:
        """Return the user with a mail address, ignoring case, who has no identity there.

        None where there is no such user, or more than one.
        """
        rows = self._db.execute(
            select(desk_user).where(func.lower(desk_user.c.email) == email.lower()).limit(2)
        ).all()
        if len(rows) != 1 or self._has_identity(issuer, rows[0].id):
            return None
        return user_of_row(rows[0])

    def link(self, issuer: str, subject: str, user_id: int, now: datetime) -> None:
        """Store the subject of a user at a provider."""
        self._db.execute(
            insert(desk_identity).values(
                issuer=issuer, subject=subject, user_id=user_id, created_at=now
            )
        )

    def use_state(self, state: str, expires_at: datetime, now: datetime) -> bool:
        """Record that the state of a sign-in was used; return False where it was used before."""
        self._db.execute(delete(desk_used_state).where(desk_used_state.c.expires_at <= now))
        values = {"state_hash": hash_token(state), "expires_at": expires_at}
        return insert_new(self._db, desk_used_state, values, [desk_used_state.c.state_hash])

    def _has_identity(self, issuer: str, user_id: int) -> bool:
        found = select(desk_identity.c.user_id).where(
            desk_identity.c.issuer == issuer, desk_identity.c.user_id == user_id
        )
        return self._db.execute(found.limit(1)).first() is not None
