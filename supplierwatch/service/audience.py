"""Decides which subscribers get what a watch finds. Pure."""

from __future__ import annotations

from collections.abc import Collection

from config.model import Catalog
from storage.model import Subscriber
from storage.rules.age import OldItems
from supplierwatch.wiring import watches_of


def build_audience(
    catalog: Catalog, subscribers: Collection[Subscriber]
) -> dict[str, tuple[int, ...]]:
    """Map watch keys to the ids of the subscribers of its mentions."""
    watches_by_subscription: dict[str, tuple[str, ...]] = {
        subscription.key: watches_of(subscription, catalog.watches)
        for subscription in catalog.subscriptions
    }
    audience: dict[str, tuple[int, ...]] = {}
    for subscriber in subscribers:
        for watch in watches_by_subscription.get(subscriber.subscription_key, ()):
            audience[watch] = (*audience.get(watch, ()), subscriber.subscriber_id)
    return audience


def build_old_items(catalog: Catalog, subscribers: Collection[Subscriber]) -> OldItems:
    """Return what counts as old, and which subscribers get it.

    A recipient of both digests and alerts of a watch gets old items by the digests alone.
    """
    by_id = {each.subscriber_id: each for each in subscribers}
    immediate = {s.key for s in catalog.subscriptions if s.cadence.kind == "immediate"}
    by_watch: dict[str, tuple[int, ...]] = {}
    for watch, ids in build_audience(catalog, subscribers).items():
        digests = [each for each in ids if by_id[each].subscription_key not in immediate]
        readers = {by_id[each].recipient.lower() for each in digests}
        alone = [each for each in ids if by_id[each].recipient.lower() not in readers]
        by_watch[watch] = (*digests, *alone)
    return OldItems(
        max_age={source.key: source.max_age for source in catalog.sources},
        audience=by_watch,
    )


def build_aside_audience(
    catalog: Catalog, subscribers: Collection[Subscriber]
) -> dict[str, tuple[int, ...]]:
    """Map the keys of watches with asides to the ids of their subscribers by digest."""
    digests = {s.key for s in catalog.subscriptions if s.cadence.kind != "immediate"}
    audience = build_audience(catalog, [s for s in subscribers if s.subscription_key in digests])
    return {watch.key: audience.get(watch.key, ()) for watch in catalog.watches if watch.asides}
