"""What telling needs to know of the configuration: subscriptions, watches in words, suppliers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.digest.entry import Names, WatchWords
from alerts.query import Query, WatchIndex, compile_query
from alerts.query.macros import compile_suppliers
from config.model import Catalog, Settings, Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingContext:
    """One valid configuration, seen from the messages that come of it.

    `suppliers` finds all suppliers in a document at once; `supplier_names` says them.
    `every_outlet` are the watches to which each further outlet of a story is news.
    """

    settings: Settings
    subscriptions: Mapping[str, Subscription]
    queries: Mapping[str, Query]
    names: Names
    suppliers: WatchIndex
    supplier_names: Mapping[str, str]
    every_outlet: frozenset[str]

    @classmethod
    def of(cls, catalog: Catalog, queries: Mapping[str, Query]) -> TellingContext:
        """The context of a catalogue whose watches are compiled."""
        terms = compile_suppliers(catalog.suppliers)
        return cls(
            settings=catalog.settings,
            subscriptions={s.key: s for s in catalog.subscriptions},
            queries=queries,
            names=Names(
                watches={
                    watch.key: WatchWords(
                        label=watch.label,
                        query=watch.query,
                        paraphrase=queries[watch.key].paraphrase if watch.key in queries else "",
                        key=watch.key,
                    )
                    for watch in catalog.watches
                },
                sources={source.key: source.name for source in catalog.sources},
                press={s.key: s.press_of for s in catalog.sources if s.press_of is not None},
            ),
            suppliers=WatchIndex(
                {s.key: compile_query(f"@{s.key}", suppliers=terms) for s in catalog.suppliers}
            ),
            supplier_names={s.key: s.names[0] if s.names else s.key for s in catalog.suppliers},
            every_outlet=frozenset(w.key for w in catalog.watches if w.every_outlet),
        )

    @property
    def contact(self) -> str | None:
        """The address to which a reader writes to end messages."""
        return self.settings.mail.reply_to or self.settings.operator_to

    def tells_at_once(self, subscription_key: str) -> bool:
        """Whether a subscription sends alerts and not digests."""
        subscription = self.subscriptions.get(subscription_key)
        return subscription is not None and subscription.cadence.kind == "immediate"

    def watch_keys(self, subscription: Subscription) -> tuple[str, ...]:
        """The watches that a subscription tells; `*` stands for all of them."""
        if "*" in subscription.watches:
            return tuple(self.names.watches)
        return subscription.watches
