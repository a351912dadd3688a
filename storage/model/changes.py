"""Entries of the audit trail: who changed what, when and from where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who changes something. `via`: session, token N, command or link; `client`: the address."""

    name: str
    via: str
    client: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is changed: `action` is `user.added` or the like, `subject` names the thing.

    `before` and `after` say in a few words what it was and is; never a secret.
    """

    action: str
    subject: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """A stored change."""

    entry_id: int
    at: datetime
    actor: Actor
    change: Change
