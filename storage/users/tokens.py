"""Repository of the personal tokens for the API, of which only the SHA-256 is stored."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from storage.engine.damage import read_each
from storage.model import ApiToken, Scope
from storage.rules.wait_bounds import is_due
from storage.tables import desk_token, desk_user
from storage.users.users import Users, hash_token, user_of_row

PREFIX = "swt_"  # secret scanners recognise a leaked token by it
MAX_VALIDITY = timedelta(days=3_660)
MAX_TOKENS = 50  # of one user


class Tokens:
    """Reads and writes tokens, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def make(
        self,
        user_id: int,
        label: str,
        scopes: Collection[Scope],
        now: datetime,
        *,
        valid_for: timedelta,
        group: str | None = None,
    ) -> str | None:
        """Make a token; return its secret. Expired tokens of the user are deleted.

        None where the user has `MAX_TOKENS`.
        """
        theirs = desk_token.c.user_id == user_id
        self._db.execute(delete(desk_token).where(theirs, desk_token.c.expires_at <= now))
        count = self._db.scalar(select(func.count()).select_from(desk_token).where(theirs))
        if int(count or 0) >= MAX_TOKENS:
            return None
        token = PREFIX + secrets.token_urlsafe(32)
        self._db.execute(
            insert(desk_token).values(
                token_hash=hash_token(token),
                user_id=user_id,
                label=label,
                scopes=" ".join(sorted(scopes)),
                created_at=now,
                expires_at=now + min(valid_for, MAX_VALIDITY),
                group_key=group,
            )
        )
        return token

    def find(self, token: str, now: datetime) -> ApiToken | None:
        """Return the token of a secret; None where it is expired or its user may not sign in.

        One that ends later than a new one could was made while the clock ran ahead: it is expired.
        """
        row = self._read_tokens(desk_token.c.token_hash == hash_token(token))
        if not row or row[0].user.disabled_at is not None:
            return None
        if is_due(row[0].expires_at, now, MAX_VALIDITY):
            return None
        return replace(row[0], user=Users(self._db).with_groups(row[0].user))

    def of_user(self, user_id: int) -> tuple[ApiToken, ...]:
        """Return the tokens of a user, the newest first, with expired ones."""
        return self._read_tokens(desk_token.c.user_id == user_id)

    def revoke(self, user_id: int, token_id: int) -> bool:
        """Delete a token of a user; return False where they have none of this id."""
        wanted = (desk_token.c.user_id == user_id, desk_token.c.id == token_id)
        return self._db.execute(delete(desk_token).where(*wanted)).rowcount == 1

    def _read_tokens(self, wanted: Any) -> tuple[ApiToken, ...]:
        columns = [column for column in desk_token.c if column.name != "token_hash"]
        labelled = [column.label(f"token_{column.name}") for column in columns]
        found = (
            select(*labelled, *desk_user.c)
            .join(desk_user, desk_user.c.id == desk_token.c.user_id)
            .where(wanted)
            .order_by(desk_token.c.id.desc())
        )
        return tuple(read_each(self._db, found, _build_token, table="desk_token"))


def _build_token(row: Row[Any]) -> ApiToken:
    known = set(Scope)
    return ApiToken(
        token_id=row.token_id,
        user=user_of_row(row),
        label=row.token_label,
        scopes=frozenset(Scope(each) for each in row.token_scopes.split() if each in known),
        created_at=row.token_created_at,
        expires_at=row.token_expires_at,
        group=row.token_group_key,
    )
