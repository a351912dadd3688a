"""Decides what members of a group see, and which watches may match an item. Pure.

Watches, subscriptions and what is said of items belong to one group, and are seen by it alone.
Sources and suppliers of the default group are shared: every group sees them. Those of another group
are seen by that group alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from config.model import DEFAULT_GROUP


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupScope:
    """The groups that a transaction may see. `groups` None: all of them.

    `own` is the group to which new rows belong.
    """

    groups: frozenset[str] | None = None
    own: str = DEFAULT_GROUP

    @property
    def everything(self) -> bool:
        """Whether all groups are seen."""
        return self.groups is None

    def has(self, group: str) -> bool:
        """Return whether what belongs to a group is seen, and may be changed."""
        return self.groups is None or group in self.groups

    def shares(self, group: str) -> bool:
        """Return whether sources and suppliers of a group are seen."""
        return self.has(group) or (group == DEFAULT_GROUP and bool(self.groups))


EVERYTHING = GroupScope()
NOTHING_SEEN = GroupScope(groups=frozenset())


def scope_of_group(group: str) -> GroupScope:
    """Return the scope of the members of one group."""
    return GroupScope(groups=frozenset({group}), own=group)


def scope_of_user(
    groups: Collection[str], chosen: str | None, *, sees_all: bool
) -> GroupScope | None:
    """Return what a user sees: one group at a time; None where the chosen one is not theirs.

    Args:
        groups: those of the user; none: the default group.
        chosen: the one that they chose; None for the first of theirs.
        sees_all: they are an operator, who sees all groups, and chooses one to see that alone.
    """
    if sees_all:
        return EVERYTHING if chosen is None else scope_of_group(chosen)
    own = order_groups(groups)
    if chosen is None:
        return scope_of_group(own[0])
    return scope_of_group(chosen) if chosen in own else None


def order_groups(groups: Collection[str]) -> tuple[str, ...]:
    """Return groups in order, the default group first; without any, that one alone."""
    others = sorted(set(groups) - {DEFAULT_GROUP})
    return (DEFAULT_GROUP, *others) if DEFAULT_GROUP in groups or not others else tuple(others)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredGroups:
    """The groups of watches, sources and subscriptions by key, without those of the default."""

    watches: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    sources: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    subscriptions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def may_match(self, watch_key: str, source_keys: Iterable[str]) -> bool:
        """Return whether a watch may match an item that these sources carried."""
        if not self.sources:
            return True
        scope = scope_of_group(self.watches.get(watch_key, DEFAULT_GROUP))
        return any(scope.shares(self.sources.get(key, DEFAULT_GROUP)) for key in source_keys)

    def adds_readers(self, carried_by: Iterable[str], source_key: str) -> bool:
        """Return whether a further source shows an item to groups that did not see it before."""
        seen = {self.sources.get(key, DEFAULT_GROUP) for key in carried_by}
        return DEFAULT_GROUP not in seen and self.sources.get(source_key, DEFAULT_GROUP) not in seen


NO_GROUPS = DeclaredGroups()
