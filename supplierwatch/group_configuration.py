"""Restricts a configuration to what some groups see. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from alerts.digest.context import TellingContext
from config.model import DEFAULT_GROUP
from storage.rules.groups import EVERYTHING, DeclaredGroups, GroupScope, scope_of_group
from supplierwatch.wiring import CompiledConfiguration


def restrict_configuration(
    wired: CompiledConfiguration, scope: GroupScope
) -> CompiledConfiguration:
    """Return a configuration without the declarations that a scope does not see.

    Its index still finds all watches; the versions of others are not read.
    """
    if scope.everything:
        return wired
    catalog = wired.catalog
    watches = tuple(each for each in catalog.watches if scope.has(each.group))
    suppliers = tuple(each for each in catalog.suppliers if scope.shares(each.group))
    keys = {each.key for each in watches}
    names = {each.key for each in suppliers}
    return replace(
        wired,
        catalog=replace(
            catalog,
            watches=watches,
            suppliers=suppliers,
            sources=tuple(each for each in catalog.sources if scope.shares(each.group)),
            subscriptions=tuple(each for each in catalog.subscriptions if scope.has(each.group)),
        ),
        suppliers={key: each for key, each in wired.suppliers.items() if key in names},
        queries={key: each for key, each in wired.queries.items() if key in keys},
        warnings=tuple(each for each in wired.warnings if each.key in keys),
    )


def contexts_by_group(
    wired: CompiledConfiguration, context: TellingContext, groups: DeclaredGroups
) -> Mapping[GroupScope, TellingContext]:
    """Return the scope of each group -> what its messages are built of.

    Where there is only the default group, that is everything. A group whose last declaration was
    removed is left out: it has nobody to send to.

    Args:
        wired: the configuration.
        context: the same, prepared for messages.
        groups: of all that was ever declared.
    """
    catalog = wired.catalog
    declared = {each.group for each in catalog.watches}
    declared |= {each.group for each in catalog.subscriptions}
    declared |= {each.group for each in catalog.sources}
    declared |= {each.group for each in catalog.suppliers}
    is_single = declared <= {DEFAULT_GROUP} and not (groups.watches or groups.sources)
    if is_single:
        return {EVERYTHING: context}
    found = {}
    for group in sorted(declared | {DEFAULT_GROUP}):
        scope = scope_of_group(group)
        seen = restrict_configuration(wired, scope)
        found[scope] = TellingContext.of(seen.catalog, seen.queries)
    return found
