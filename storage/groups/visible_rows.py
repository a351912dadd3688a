"""Restricts every SELECT of a transaction to the rows that some groups may see.

Each table whose rows belong to a group is replaced by a subquery with the rows that are visible,
so that a query need not know of groups, and cannot forget them. Other statements are left as they
are: what is changed was selected before. Both databases merge such a subquery into the query.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Table,
    and_,
    case,
    event,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.sql import visitors

from config.model import DEFAULT_GROUP
from storage.engine.damage import read_each
from storage.rules.groups import GroupScope
from storage.tables import (
    aside,
    briefing,
    capture,
    carrier,
    declared_group,
    desk_mute,
    dismissed_proposal,
    event_report,
    feedback,
    hub_subscription,
    item,
    item_mark,
    item_revision,
    mention,
    mute,
    poll,
    source,
    subscriber,
    watch_version,
)

_OF_ITEMS = (capture, event_report, item_revision)
_OF_GROUPS = (briefing, desk_mute, item_mark)


_EVERY_ROW = "every_row"  # option of a statement that is not restricted
_HIDDEN = "hidden_sources"  # option of a restricted connection


def restrict(connection: Connection, scope: GroupScope) -> None:
    """Make each later SELECT on a connection see only what a scope sees."""
    if scope.groups is None:
        return
    hidden = _hidden_sources(connection, scope.groups)
    if scope.groups:
        connection.execution_options(**{_HIDDEN: hidden})
    replaced = _replacements(scope.groups, hidden)

    def replace(element: Any, **_: Any) -> Any:
        return replaced.get(element)

    def before_execute(
        _: Connection, statement: Any, many: Any, values: Any, options: Any
    ) -> tuple[Any, Any, Any]:
        if isinstance(statement, Select) and not options.get(_EVERY_ROW):
            statement = visitors.replacement_traverse(statement, {}, replace)
        return statement, many, values

    event.listen(connection, "before_execute", before_execute, retval=True)


def count_items(connection: Connection, *conditions: ColumnElement[bool]) -> int:
    """Count the items that a connection sees.

    Where sources are hidden, what they alone carried is counted and subtracted: to ask of each item
    whether it is seen takes thirty times as long.
    """
    counted = select(func.count()).select_from(item).where(*conditions)
    hidden = connection.get_execution_options().get(_HIDDEN)
    if not hidden:
        return int(connection.scalar(counted) or 0)
    unseen = counted.where(item.c.source_key.in_(hidden), ~_is_carried(item.c.id, hidden))
    every, left_out = (
        connection.scalar(each.execution_options(**{_EVERY_ROW: True}))
        for each in (counted, unseen)
    )
    return int(every or 0) - int(left_out or 0)


def _hidden_sources(connection: Connection, groups: Collection[str]) -> tuple[str, ...]:
    found = select(declared_group.c.key).where(
        declared_group.c.kind == "source",
        declared_group.c.group_key.not_in([*groups, DEFAULT_GROUP]),
    )
    found = found.order_by(declared_group.c.key)
    return tuple(read_each(connection, found, lambda row: row.key, table="declared_group"))


@lru_cache(maxsize=100)  # building them takes longer than the queries of a page of the desk
def _replacements(groups: frozenset[str], hidden: tuple[str, ...]) -> Mapping[Any, Any]:
    """Return table and column -> what is read in its place."""
    some = sorted(groups)
    wanted: dict[Table, ColumnElement[bool]] = {
        table: _is_of_group("watch", column, groups)
        for table, column in (
            (mention, mention.c.watch_key),
            (aside, aside.c.watch_key),
            (watch_version, watch_version.c.key),
            (feedback, feedback.c.watch_key),
            (mute, mute.c.watch_key),
            (dismissed_proposal, dismissed_proposal.c.watch_key),
        )
    }
    wanted[subscriber] = _is_of_group("subscription", subscriber.c.subscription_key, groups)
    wanted |= {table: table.c.group_key.in_(some) for table in _OF_GROUPS}
    columns: dict[Table, Mapping[str, ColumnElement[Any]]] = {}
    if hidden:
        wanted |= {
            source: source.c.key.not_in(hidden),
            poll: poll.c.source_key.not_in(hidden),
            hub_subscription: hub_subscription.c.source_key.not_in(hidden),
            carrier: carrier.c.source_key.not_in(hidden),
            # the first half decides for almost all items, by an index
            item: or_(item.c.source_key.not_in(hidden), _is_carried(item.c.id, hidden)),
            aside: and_(wanted[aside], aside.c.source_key.not_in(hidden)),
        }
        wanted |= {table: _is_carried(next(iter(table.primary_key)), hidden) for table in _OF_ITEMS}
        columns[item] = {"source_key": _visible_source(hidden)}
    if not groups:
        wanted = dict.fromkeys(
            wanted | dict.fromkeys((source, poll, hub_subscription, carrier, item, *_OF_ITEMS)),
            false(),
        )
    replaced: dict[Any, Any] = {}
    for table, condition in wanted.items():
        seen = _subquery(table, condition, columns.get(table, {}))
        replaced[table] = seen
        replaced |= {column: seen.c[column.name] for column in table.c}
    return replaced


def _subquery(
    table: Table, condition: ColumnElement[bool], columns: Mapping[str, ColumnElement[Any]]
) -> FromClause:
    read = [
        columns[each.name].label(each.name) if each.name in columns else each for each in table.c
    ]
    return select(*read).where(condition).subquery(table.name)


def _is_of_group(kind: str, key: ColumnElement[str], groups: frozenset[str]) -> ColumnElement[bool]:
    """Return the condition that a declaration belongs to one of these groups."""
    here, some = declared_group.c.kind == kind, sorted(groups)
    of = declared_group.c.group_key
    if DEFAULT_GROUP in groups:
        return key.not_in(select(declared_group.c.key).where(here, of.not_in(some)))
    return key.in_(select(declared_group.c.key).where(here, of.in_(some)))


def _is_carried(item_id: ColumnElement[int], hidden: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a source which is not hidden carried an item."""
    shown = (carrier.c.item_id == item_id, carrier.c.source_key.not_in(hidden))
    return exists().where(*shown)


def _visible_source(hidden: Sequence[str]) -> ColumnElement[str]:
    """Return the source of an item; of one that a hidden source listed first, the next one."""
    shown = (carrier.c.item_id == item.c.id, carrier.c.source_key.not_in(hidden))
    first = select(carrier.c.source_key).where(*shown).order_by(carrier.c.id).limit(1)
    return case((item.c.source_key.in_(hidden), first.scalar_subquery()), else_=item.c.source_key)
