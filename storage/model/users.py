"""Users of the desk and their sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a user may do. Each role includes the ones before it.

    A reader reads and searches, an editor also changes watches and marks, an operator also sees
    messages, the state of the service and the users.
    """

    READER = "reader"
    EDITOR = "editor"
    OPERATOR = "operator"

    def includes(self, other: Role) -> bool:
        """Return whether this role may do what `other` may."""
        order = tuple(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user of the desk. `seen_mention_id`: the newest mention when they last marked all as read.

    `password_hash` is None until a password was set by a link.
    """

    user_id: int
    name: str
    role: Role
    created_at: datetime
    password_hash: str | None = None
    email: str | None = None
    disabled_at: datetime | None = None
    seen_mention_id: int = 0
    seen_at: datetime | None = None  # when they last marked all as read
    timezone: str | None = None  # in which times are shown; None: that of the machine
    language: str | None = None  # of pages; None: that of the desk or of the browser
    groups: tuple[str, ...] = ()  # without any, the default group
    group: str | None = None  # which they chose to see; None: the first of theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSession:
    """A signed-in browser. `csrf` is sent back by every form of the session."""

    user: User
    csrf: str
    expires_at: datetime


class Scope(StrEnum):
    """What a personal token may be used for; never for more than the role of its user.

    `read` allows what a reader sees, `operate` what only an operator sees, `write` the changes that
    the role may make; changes that only an operator may make need `write` and `operate`. No scope
    includes another, so that a token for monitoring cannot read the archive or change anything.
    """

    READ = "read"
    WRITE = "write"
    OPERATE = "operate"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A personal token for the API. The secret itself is not stored."""

    token_id: int
    user: User
    label: str  # its purpose, in the user's words
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime
    group: str | None = None  # which it sees; None: what its user sees without a choice
