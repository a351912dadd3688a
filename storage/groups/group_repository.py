"""Repository of groups: what belongs to which, and who is a member of which."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from config.model import DEFAULT_GROUP, Catalog
from storage.engine.damage import read_each
from storage.engine.dialect import insert_new, upsert
from storage.rules.groups import NO_GROUPS, DeclaredGroups
from storage.tables import declared_group, desk_user, group_member

DAMAGED = ""  # the name of no group
_MEMBER = (group_member.c.user_id, group_member.c.group_key)


class Groups:
    """Reads and writes groups, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def declare(self, catalog: Catalog) -> None:
        """Store the groups of a configuration; what is no longer declared keeps its group."""
        declared = {
            "watch": {each.key: each.group for each in catalog.watches},
            "source": {each.key: each.group for each in catalog.sources},
            "subscription": {each.key: each.group for each in catalog.subscriptions},
            "supplier": {each.key: each.group for each in catalog.suppliers},
        }
        stored = self._read()
        for kind, groups in declared.items():
            known = stored.get(kind, {})
            for key, group in groups.items():
                if known.get(key, DEFAULT_GROUP) == group:
                    continue
                if group == DEFAULT_GROUP:
                    this = (declared_group.c.kind == kind, declared_group.c.key == key)
                    self._db.execute(delete(declared_group).where(*this))
                else:
                    values = {"kind": kind, "key": key, "group_key": group}
                    upsert(self._db, declared_group, values, list(declared_group.primary_key))

    def declared(self) -> DeclaredGroups:
        """Return the groups of all that was ever declared."""
        stored = self._read()
        if not stored:
            return NO_GROUPS
        return DeclaredGroups(
            watches=stored.get("watch", {}),
            sources=stored.get("source", {}),
            subscriptions=stored.get("subscription", {}),
        )

    def group_of(self, kind: str, key: str) -> str | None:
        """Return the group of a declaration; None for the default group, or where unknown."""
        this = (declared_group.c.kind == kind, declared_group.c.key == key)
        wanted = select(declared_group.c.group_key).where(*this).order_by(declared_group.c.key)
        found = read_each(self._db, wanted, lambda row: row.group_key, table="declared_group")
        return found[0] if found else None

    def list(self) -> tuple[str, ...]:
        """Return all groups beside the default one, by name: declared, or with members."""
        found: set[str] = set()
        for table in (declared_group, group_member):
            query = select(table.c.group_key).distinct().order_by(table.c.group_key)
            found.update(read_each(self._db, query, lambda row: row.group_key, table=table.name))
        return tuple(sorted(found - {DEFAULT_GROUP}))

    def members(self) -> dict[int, tuple[str, ...]]:
        """Return user id -> the groups of the user; those who have none are left out."""
        found: dict[int, list[str]] = {}
        rows = select(group_member.c.user_id, group_member.c.group_key).order_by(*_MEMBER)
        for user_id, group in read_each(self._db, rows, tuple, table="group_member"):
            found.setdefault(user_id, []).append(group)
        return {user_id: tuple(groups) for user_id, groups in found.items()}

    def of_user(self, user_id: int) -> tuple[str, ...]:
        """Return the groups of a user, by name; a row that cannot be read is a group of its own.

        Without it the user would be in the default group.
        """
        theirs = group_member.c.user_id == user_id
        rows = select(group_member.c.group_key).where(theirs).order_by(group_member.c.group_key)
        found = read_each(self._db, rows, lambda row: row.group_key, table="group_member")
        count = self._db.scalar(select(func.count()).select_from(group_member).where(theirs))
        return tuple(found) if len(found) == count else (*found, DAMAGED)

    def set_groups(self, user_id: int, groups: Collection[str]) -> None:
        """Give a user exactly these groups; with the default group alone they need no row."""
        wanted = set() if set(groups) == {DEFAULT_GROUP} else set(groups)
        present = set(self.of_user(user_id))
        for group in present - wanted:
            this = (group_member.c.user_id == user_id, group_member.c.group_key == group)
            self._db.execute(delete(group_member).where(*this))
        seen = select(desk_user.c.seen_mention_id, desk_user.c.seen_at)
        row = self._db.execute(seen.where(desk_user.c.id == user_id)).one()
        for group in wanted - present:
            values = {
                "user_id": user_id,
                "group_key": group,
                "seen_mention_id": row.seen_mention_id,
                "seen_at": row.seen_at,
            }
            insert_new(self._db, group_member, values, list(group_member.primary_key))

    def seen(self, user_id: int, group: str) -> tuple[int, datetime | None] | None:
        """Return the newest mention when a user last marked all of a group as read, and when.

        None where the user has no such group of their own.
        """
        this = (group_member.c.user_id == user_id, group_member.c.group_key == group)
        wanted = select(group_member.c.seen_mention_id, group_member.c.seen_at).where(*this)
        found = read_each(self._db, wanted.order_by(*_MEMBER), tuple, table="group_member")
        return (int(found[0][0]), found[0][1]) if found else None

    def _read(self) -> Mapping[str, dict[str, str]]:
        """Return kind -> key -> group."""
        found: dict[str, dict[str, str]] = {}
        rows = select(declared_group).order_by(*declared_group.primary_key)
        for kind, key, group in read_each(self._db, rows, tuple, table="declared_group"):
            found.setdefault(kind, {})[key] = group
        return found
