"""The configuration in force, with the watch versions and subscribers that the database knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from alerts.channels import Channel, open_channels
from alerts.dispatch.cut import TellingContext
from storage.model import Subscriber, WatchVersion
from storage.rules.age import OldItems
from storage.rules.groups import EVERYTHING, NO_GROUPS, DeclaredGroups, GroupScope
from storage.store import Store
from storage.telling.watches import WatchText
from supplierwatch.group_configuration import contexts_by_group
from supplierwatch.service.audience import build_aside_audience, build_audience, build_old_items
from supplierwatch.wiring import CompiledConfiguration


@dataclass(frozen=True, kw_only=True)  # without slots, for the cached property
class ActiveConfiguration:
    """A configuration with its stored watch versions and subscribers. Immutable."""

    wired: CompiledConfiguration
    versions: Mapping[str, WatchVersion]
    audience: Mapping[str, tuple[int, ...]]
    old_items: OldItems
    aside_audience: Mapping[str, tuple[int, ...]]
    context: TellingContext
    channels: Mapping[str, Channel]
    groups: DeclaredGroups = NO_GROUPS

    @cached_property
    def by_group(self) -> Mapping[GroupScope, TellingContext]:
        """The scope of each group, with its configuration prepared for messages."""
        return contexts_by_group(self.wired, self.context, self.groups)

    def find_group(self, watch_key: str) -> tuple[GroupScope, TellingContext]:
        """Return the scope and the context of the group of a watch."""
        for scope, context in self.by_group.items():
            if watch_key in context.queries:
                return scope, context
        return EVERYTHING, self.context

    def with_subscribers(self, subscribers: Sequence[Subscriber]) -> ActiveConfiguration:
        """Return the same for other subscribers, after one unsubscribed or subscribed again."""
        catalog = self.wired.catalog
        return replace(
            self,
            audience=build_audience(catalog, subscribers),
            old_items=build_old_items(catalog, subscribers),
            aside_audience=build_aside_audience(catalog, subscribers),
        )


def declare(store: Store, wired: CompiledConfiguration, now: datetime) -> ActiveConfiguration:
    """Store the sources, watches and subscribers of a configuration, and prepare it for use."""
    catalog = wired.catalog
    texts = [
        WatchText(
            key=watch.key,
            query=wired.queries[watch.key].canonical,
            fingerprint=wired.queries[watch.key].fingerprint,
            was=watch.was,
        )
        for watch in catalog.watches
    ]
    with store.transaction() as unit:
        unit.groups.declare(catalog)
        unit.sources.declare([s for s in catalog.sources if s.enabled], now)
        versions = unit.watches.declare(texts, now)
        subscribers = unit.subscribers.declare(catalog.subscriptions, now)
        groups = unit.groups.declared()
        unit.reader_requests.get_or_make_link_key()
        for channel in unit.outbox.paused():
            # the edit may have fixed the cause; a login that still fails pauses it again
            unit.outbox.resume(channel)
    return ActiveConfiguration(
        wired=wired,
        versions=versions,
        audience=build_audience(catalog, subscribers),
        old_items=build_old_items(catalog, subscribers),
        aside_audience=build_aside_audience(catalog, subscribers),
        context=TellingContext.of(catalog, wired.queries),
        channels=open_channels(catalog.settings),
        groups=groups,
    )
