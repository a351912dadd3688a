"""Decides which groups a request sees, by its user and the group that they chose.

Where there is only the default group, every user sees everything, and there is nothing to choose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from config.model import DEFAULT_GROUP, Catalog, Subscription, Watch
from storage.model import DeskSession, Role, User
from storage.rules.groups import (
    EVERYTHING,
    NOTHING_SEEN,
    GroupScope,
    order_groups,
    scope_of_user,
)
from storage.store import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class UserScope:
    """What a user sees, and what they may choose.

    `choices` are the groups they may choose, fewer than two where there is no choice; `chosen` is
    the one they see, None for all. `user` is the same user, with what they have seen of it.
    `granted` is false where they asked for a group that is not theirs.
    """

    user: User
    scope: GroupScope
    choices: tuple[str, ...] = ()
    chosen: str | None = None
    granted: bool = True


def find_scope(unit: Unit, user: User, wanted: str | None) -> UserScope:
    """Return what a user sees; what they see without a choice where they ask for another group.

    Args:
        unit: a transaction that sees everything.
        user: the user.
        wanted: the group that they chose; None for none.
    """
    known = unit.groups.list()
    if not known:
        return UserScope(user=user, scope=EVERYTHING)
    sees_all = user.role is Role.OPERATOR
    choices = (DEFAULT_GROUP, *known) if sees_all else order_groups(user.groups)
    granted = wanted is None or wanted in choices
    chosen = wanted if granted else None
    scope = scope_of_user(user.groups, chosen, sees_all=sees_all) or NOTHING_SEEN
    seen = unit.groups.seen(user.user_id, scope.own)
    if seen is not None:
        user = replace(user, seen_mention_id=seen[0], seen_at=seen[1])
    return UserScope(
        user=user,
        scope=scope,
        choices=choices,
        chosen=None if scope.everything else scope.own,
        granted=granted,
    )


def scope_session(unit: Unit, session: DeskSession) -> tuple[DeskSession, UserScope]:
    """Return a session while it sees the group that its user chose, and what that is.

    The token of its forms is of that group: a form of a page that showed another one is refused,
    since its note was meant for that one.
    """
    found = find_scope(unit, session.user, session.user.group)
    csrf = session.csrf if found.scope.everything else f"{session.csrf}.{found.scope.own}"
    return replace(session, user=found.user, csrf=csrf), found


_KINDS = {
    "watches": "watch",
    "sources": "source",
    "subscriptions": "subscription",
    "suppliers": "supplier",
}


def hides_path(
    unit: Unit, catalog: Catalog, scope: GroupScope, path: str, values: Mapping[str, object]
) -> bool:
    """Return whether a path leads to a declaration that a scope does not see.

    Args:
        unit: a transaction that sees everything.
        catalog: the whole configuration in force.
        scope: what the user sees.
        path: of the route, as `/watches/{key}/edit`.
        values: in the path.
    """
    kind = _KINDS.get(path.split("/")[1])
    key = values.get("key")
    if scope.everything or kind is None or not isinstance(key, str):
        return False
    sees = scope.shares if kind in ("source", "supplier") else scope.has
    group = unit.groups.group_of(kind, key)
    if group is not None:
        return not sees(group)
    # one that is not in force yet was added a moment ago
    in_force: Mapping[str, Sequence[Watch | Subscription]] = {
        "watch": catalog.watches,
        "subscription": catalog.subscriptions,
    }
    return not sees(DEFAULT_GROUP) and any(each.key == key for each in in_force.get(kind, ()))


def scope_of_nobody(unit: Unit) -> GroupScope:
    """Return what a request without a user sees: nothing that belongs to a group."""
    return NOTHING_SEEN if unit.groups.list() else EVERYTHING
