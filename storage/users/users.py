"""Repository of the users of the desk, their sessions and one-use links.

Of tokens only the SHA-256 is stored, so that reading the database does not allow to sign in.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)

from storage.engine.damage import read_each
from storage.engine.dialect import insert_new
from storage.groups.group_repository import Groups
from storage.model import DeskSession, Role, User
from storage.rules.groups import EVERYTHING, GroupScope, order_groups
from storage.rules.wait_bounds import is_due
from storage.tables import (
    desk_link,
    desk_session,
    desk_token,
    desk_user,
    group_member,
    mention,
)

SESSION_LIFETIME = timedelta(days=30)
FIRST_LINK_LIFETIME = timedelta(days=1)
RESET_LINK_LIFETIME = timedelta(hours=24)
MAX_SESSIONS = 50  # of one user; the oldest end


class Users:
    """Reads and writes users, within one transaction."""

    def __init__(self, connection: Connection, scope: GroupScope = EVERYTHING) -> None:
        self._db = connection
        self._groups = Groups(connection)
        self._scope = scope

    def has_any(self) -> bool:
        """Return whether there is any user."""
        return self._db.scalar(select(desk_user.c.id).limit(1)) is not None

    def list(self) -> tuple[User, ...]:
        """Return all users, by name."""
        found = select(desk_user).order_by(desk_user.c.name)
        members = self._groups.members()
        return tuple(
            replace(each, groups=members.get(each.user_id, ()))
            for each in read_each(self._db, found, user_of_row, table="desk_user")
        )

    def colleagues(self) -> tuple[User, ...]:
        """Return the users who may sign in and see one of the groups in scope, by name."""
        return tuple(
            each
            for each in self.list()
            if each.disabled_at is None
            and (
                each.role is Role.OPERATOR
                or any(self._scope.has(group) for group in order_groups(each.groups))
            )
        )

    def find_by_name(self, name: str) -> User | None:
        """Return the user of a name; None where unknown."""
        return self._read_one(desk_user.c.name == name)

    def find_by_id(self, user_id: int) -> User | None:
        """Return the user of an id; None where unknown."""
        return self._read_one(desk_user.c.id == user_id)

    def add(self, name: str, role: Role, now: datetime, *, email: str | None = None) -> User | None:
        """Add a user without a password; return None where the name is taken."""
        values = {
            "name": name,
            "role": role,
            "email": email,
            "created_at": now,
            # earlier mentions are not unread to a new user
            "seen_mention_id": self.newest_mention(),
            "seen_at": now,
        }
        if not insert_new(self._db, desk_user, values, [desk_user.c.name]):
            return None
        return self.find_by_name(name)

    def is_last_operator(self, user: User) -> bool:
        """Return whether this user is the only operator who can sign in."""
        able = [
            each.user_id
            for each in self.list()
            if each.role is Role.OPERATOR and each.disabled_at is None and each.password_hash
        ]
        return able == [user.user_id]

    def set_role(self, user_id: int, role: Role) -> None:
        """Change the role of a user."""
        self._update(user_id, role=role)

    def set_email(self, user_id: int, email: str | None) -> None:
        """Change the mail address of a user."""
        self._update(user_id, email=email)

    def set_password(self, user_id: int, password_hash: str) -> None:
        """Set a password, and end the sessions, links and tokens of the user.

        Somebody who knew the old password may have made a token with it.
        """
        self._update(user_id, password_hash=password_hash)
        self.sign_out_everywhere(user_id)
        self._db.execute(delete(desk_token).where(desk_token.c.user_id == user_id))
        self._db.execute(delete(desk_link).where(desk_link.c.user_id == user_id))

    def replace_hash(self, user_id: int, password_hash: str) -> None:
        """Store the hash of the same password with newer parameters."""
        self._update(user_id, password_hash=password_hash)

    def disable(self, user_id: int, now: datetime | None) -> None:
        """Disable a user and end their sessions; with None, enable them again."""
        self._update(user_id, disabled_at=now)
        self.sign_out_everywhere(user_id)

    def mark_all_read(self, user_id: int, mention_id: int) -> None:
        """Record the newest mention that a user has seen; a lower one changes nothing."""
        table, this = self._find_seen(user_id)
        before = update(table).where(this, table.c.seen_mention_id < mention_id)
        self._db.execute(before.values(seen_mention_id=mention_id))

    def mark_all_seen(self, user_id: int, mention_id: int, now: datetime) -> None:
        """Record that a user has seen everything up to a mention, and all edits until now."""
        self.mark_all_read(user_id, mention_id)
        table, this = self._find_seen(user_id)
        self._db.execute(update(table).where(this).values(seen_at=now))

    def choose_group(self, user_id: int, group: str | None) -> None:
        """Set the group that a user sees; None for the first of theirs."""
        self._update(user_id, group_key=group)

    def set_timezone(self, user_id: int, timezone: str | None) -> None:
        """Set the time zone in which times are shown; None for that of the machine."""
        self._update(user_id, timezone=timezone)

    def set_language(self, user_id: int, language: str | None) -> None:
        """Set the language of pages; None for that of the desk or of the browser."""
        self._update(user_id, language=language)

    def newest_mention(self) -> int:
        """Return the highest id of a mention; 0 where there is none."""
        return int(self._db.scalar(select(func.max(mention.c.id))) or 0)

    def open_session(self, user_id: int, now: datetime) -> str:
        """Begin a session; return the token for the cookie."""
        token = secrets.token_urlsafe(32)
        self._db.execute(
            insert(desk_session).values(
                token_hash=hash_token(token),
                user_id=user_id,
                csrf=secrets.token_urlsafe(24),
                created_at=now,
                expires_at=now + SESSION_LIFETIME,
            )
        )
        self._end_old_sessions(user_id, now)
        return token

    def find_session(self, token: str, now: datetime) -> DeskSession | None:
        """Return the session of a cookie; None where it is expired or its user may not sign in.

        One that ends later than a new one would was begun while the clock ran ahead: it is expired.
        """
        wanted = (
            select(desk_session.c.csrf, desk_session.c.expires_at, *desk_user.c)
            .join(desk_user, desk_user.c.id == desk_session.c.user_id)
            .where(desk_session.c.token_hash == hash_token(token))
        )
        found = read_each(self._db, wanted, _build_session, table="desk_session")
        if not found or found[0].user.disabled_at is not None:
            return None
        if is_due(found[0].expires_at, now, SESSION_LIFETIME):
            return None
        return replace(found[0], user=self.with_groups(found[0].user))

    def with_groups(self, user: User) -> User:
        """Return a user of another query with their groups."""
        return replace(user, groups=self._groups.of_user(user.user_id))

    def sign_out(self, token: str) -> None:
        """End one session."""
        self._db.execute(delete(desk_session).where(desk_session.c.token_hash == hash_token(token)))

    def sign_out_everywhere(self, user_id: int) -> None:
        """End all sessions of a user."""
        self._db.execute(delete(desk_session).where(desk_session.c.user_id == user_id))

    def make_link(self, user_id: int | None, now: datetime) -> str:
        """Make a link that sets a password; return its token. Earlier links of the user end.

        Without a user it is the first link, by which the first operator is added.
        """
        token = secrets.token_urlsafe(32)
        theirs = (
            desk_link.c.user_id.is_(None) if user_id is None else desk_link.c.user_id == user_id
        )
        self._db.execute(delete(desk_link).where(theirs))
        length = FIRST_LINK_LIFETIME if user_id is None else RESET_LINK_LIFETIME
        self._db.execute(
            insert(desk_link).values(
                token_hash=hash_token(token),
                user_id=user_id,
                created_at=now,
                expires_at=now + length,
            )
        )
        return token

    def check_link(self, token: str, now: datetime) -> tuple[bool, User | None]:
        """Return whether a link is valid, and its user; None for the first link."""
        row = self._db.execute(
            select(desk_link.c.expires_at, desk_link.c.user_id).where(
                desk_link.c.token_hash == hash_token(token)
            )
        ).one_or_none()
        longest = max(FIRST_LINK_LIFETIME, RESET_LINK_LIFETIME)
        if row is None or is_due(row.expires_at, now, longest):
            return False, None
        if row.user_id is None:
            return not self.has_any(), None
        user = self.find_by_id(row.user_id)
        return user is not None and user.disabled_at is None, user

    def use_link(self, token: str) -> bool:
        """Delete a link; return False where another request has used it."""
        return (
            self._db.execute(
                delete(desk_link).where(desk_link.c.token_hash == hash_token(token))
            ).rowcount
            == 1
        )

    def _read_one(self, wanted: ColumnElement[bool]) -> User | None:
        """Return the user of a condition; None where there is none, or the row is damaged."""
        found = read_each(self._db, select(desk_user).where(wanted), user_of_row, table="desk_user")
        return self.with_groups(found[0]) if found else None

    def _find_seen(self, user_id: int) -> tuple[Table, ColumnElement[bool]]:
        """Return the table, and the condition of its row, with what a user has seen in scope."""
        group = self._scope.own
        if self._groups.seen(user_id, group) is None:
            return desk_user, desk_user.c.id == user_id
        theirs = (group_member.c.user_id == user_id, group_member.c.group_key == group)
        return group_member, and_(*theirs)

    def _update(self, user_id: int, **values: Any) -> None:
        self._db.execute(update(desk_user).where(desk_user.c.id == user_id).values(**values))

    def _end_old_sessions(self, user_id: int, now: datetime) -> None:
        theirs = desk_session.c.user_id == user_id
        self._db.execute(delete(desk_session).where(theirs, desk_session.c.expires_at <= now))
        kept = (
            select(desk_session.c.token_hash)
            .where(theirs)
            .order_by(desk_session.c.created_at.desc())
            .limit(MAX_SESSIONS)
        )
        self._db.execute(delete(desk_session).where(theirs, desk_session.c.token_hash.not_in(kept)))


def hash_token(token: str) -> str:
    """Return the SHA-256 of a token, in hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def _build_session(row: Row[Any]) -> DeskSession:
    return DeskSession(user=user_of_row(row), csrf=row.csrf, expires_at=row.expires_at)


def user_of_row(row: Row[Any]) -> User:
    """Return the user of a row that has the columns of `desk_user`."""
    return User(
        user_id=row.id,
        name=row.name,
        role=Role(row.role),
        created_at=row.created_at,
        password_hash=row.password_hash,
        email=row.email,
        disabled_at=row.disabled_at,
        seen_mention_id=row.seen_mention_id,
        seen_at=row.seen_at,
        timezone=row.timezone,
        language=row.language,
        group=row.group_key,
    )
