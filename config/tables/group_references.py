"""Checks that what a subscription names is of its own group. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from config.errors import Problem
from config.model import DEFAULT_GROUP
from config.tables.reading import ConfigFile, Declarations, Declared
from config.tables.shape import SubscriptionTable, WatchTable


def group_problems(
    document: ConfigFile,
    each: Declared[SubscriptionTable],
    watches: Declarations[WatchTable],
    source_groups: Mapping[str, str],
) -> list[Problem]:
    """Find watches and sources of other groups in a subscription.

    Sources of the default group are shared by all groups.
    """
    table = each.table
    groups = {one.table.key: one.table.group for one in watches.valid}
    named = [
        (("watches", number), key, groups.get(key, table.group))
        for number, key in enumerate(table.watches)
    ]
    for number, row in enumerate(table.expect):
        if row.watch is not None:
            named.append((("expect", number), row.watch, groups.get(row.watch, table.group)))
        if row.source is not None:
            of = source_groups.get(row.source, DEFAULT_GROUP)
            shared = of == DEFAULT_GROUP
            named.append((("expect", number), row.source, table.group if shared else of))
    return [
        document.problem(
            (*each.path, *place),
            key,
            f"is of the group {of}, and this subscription of the group {table.group}",
            f'name only what is of its own group, or write group = "{of}" here',
        )
        for place, key, of in named
        if of != table.group
    ]
