"""The configuration as the messages need it: subscriptions, queries, names, suppliers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from alerts.digest.entry import Names, WatchWords
from alerts.digest.remembered_suppliers import RememberedSuppliers
from alerts.query import Query, WatchIndex, compile_query
from alerts.query.macros import compile_suppliers
from config.model import Catalog, Settings, Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingContext:
    """A valid configuration, prepared for building messages.

    `suppliers` matches the names of all suppliers; `supplier_names` maps their keys to names.
    `every_outlet` holds the watches that report each further outlet of a known story, `with_events`
    those that tell the stories of one event as one, `with_summaries`
    those that summarise them, `with_asides` those whose matches in text
    around articles are told.
    """

    settings: Settings
    subscriptions: Mapping[str, Subscription]
    queries: Mapping[str, Query]
    names: Names
    suppliers: RememberedSuppliers
    supplier_names: Mapping[str, str]
    every_outlet: frozenset[str]
    with_events: frozenset[str] = frozenset()
    with_summaries: frozenset[str] = frozenset()
    with_asides: frozenset[str] = frozenset()

    @classmethod
    def of(cls, catalog: Catalog, queries: Mapping[str, Query]) -> TellingContext:
        """Build the context from a catalogue and its compiled queries (watch key -> query)."""
        terms = compile_suppliers(catalog.suppliers)
        labels = distinct_labels({watch.key: watch.label for watch in catalog.watches})
        return cls(
            settings=catalog.settings,
            subscriptions={s.key: s for s in catalog.subscriptions},
            queries=queries,
            names=Names(
                watches={
                    watch.key: WatchWords(
                        label=labels[watch.key],
                        query=watch.query,
                        paraphrase=queries[watch.key].paraphrase if watch.key in queries else "",
                        key=watch.key,
                    )
                    for watch in catalog.watches
                },
                sources={source.key: source.name for source in catalog.sources},
                press={s.key: s.press_of for s in catalog.sources if s.press_of is not None},
            ),
            suppliers=RememberedSuppliers(
                WatchIndex(
                    {s.key: compile_query(f"@{s.key}", suppliers=terms) for s in catalog.suppliers}
                )
            ),
            supplier_names={s.key: s.names[0] if s.names else s.key for s in catalog.suppliers},
            every_outlet=frozenset(w.key for w in catalog.watches if w.every_outlet),
            with_events=frozenset(
                w.key for w in catalog.watches if w.events and not w.every_outlet
            ),
            with_summaries=frozenset(w.key for w in catalog.watches if w.summaries),
            with_asides=frozenset(w.key for w in catalog.watches if w.asides),
        )

    @property
    def contact(self) -> str | None:
        """The mail address for requests to unsubscribe."""
        return self.settings.mail.reply_to or self.settings.operator_to

    def tells_at_once(self, subscription_key: str) -> bool:
        """Return whether a subscription sends alerts, not digests."""
        subscription = self.subscriptions.get(subscription_key)
        return subscription is not None and subscription.cadence.kind == "immediate"

    def watch_keys(self, subscription: Subscription) -> tuple[str, ...]:
        """Return the keys of a subscription's watches; `*` stands for all."""
        if "*" in subscription.watches:
            return tuple(self.names.watches)
        return subscription.watches


def distinct_labels(labels: Mapping[str, str]) -> dict[str, str]:
    """Return watch key -> its label, followed by the key where another watch has the same label."""
    written = {key: " ".join(label.split()).casefold() for key, label in labels.items()}
    counts = Counter(written.values())
    return {
        key: f"{label} ({key})" if counts[written[key]] > 1 else label
        for key, label in labels.items()
    }
