"""Counts the messages that each subscription would have sent with a query, and without."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from alerts.schedule.forecast import messages_of
from alerts.search.backtest import Backtest
from storage.store import Store
from supplierwatch.wiring import CompiledConfiguration, watches_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Expected messages per recipient of a subscription: with the query, and `before` without."""

    subscription: str
    cadence: str
    recipients: int
    messages: int
    before: int


def build_forecasts(
    store: Store,
    wired: CompiledConfiguration,
    key: str | None,
    run: Backtest,
    span: tuple[datetime, datetime],
) -> tuple[Forecast, ...]:
    """Count the messages in the span of each subscription that has the watch `key`.

    For a query that is not a watch (None), of every subscription.
    """
    since, until = span
    made = []
    for subscription in wired.catalog.subscriptions:
        keys = watches_of(subscription, wired.catalog.watches)
        if key is not None and key not in keys:
            continue
        with store.reading() as unit:
            others = unit.mentions.times([k for k in keys if k != key], since, until)
        with_it = messages_of(subscription, (*others, *run.times), since=since, until=until)
        times_before = run.times_before if run.against is not None else ()
        before = messages_of(subscription, (*others, *times_before), since=since, until=until)
        made.append(
            Forecast(
                subscription=subscription.key,
                cadence=subscription.cadence.text or subscription.cadence.kind,
                recipients=len(subscription.to),
                messages=with_it,
                before=before,
            )
        )
    return tuple(made)
