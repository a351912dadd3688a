"""Gathers what is stored about one address: the item, its mentions, who was told and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from alerts.query import Document, Explanation, explain
from alerts.schedule.due import alert_after
from storage.model import (
    ItemRevision,
    Mention,
    SourceState,
    Span,
    StoredItem,
    Subscriber,
    WatchVersion,
)
from storage.store import Store, Unit
from storage.telling.quarantine import Trouble
from supplierwatch.wiring import CompiledConfiguration

OF_ITEMS = ("match", "show", "index")  # tasks whose subjects are items

Verdict = Literal["told", "pending", "baseline", "untold", "waiting", "earlier", "no"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One recipient of a mention. `at` None: it is still to be told, at `due_at` at the latest.

    `state` is that of the message in the outbox; "pending"; "repeated": an alert told it, the next
    digest says so again; or "covered": it was told before, by an alert or as another outlet carried
    the story, and needed no message of its own.
    """

    recipient: str
    subscription: str
    at: datetime | None
    due_at: datetime | None
    state: str
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchAccount:
    """What one watch made of the item.

    `verdict`: told; pending (to be told); baseline (there before, never told); untold (no
    subscription has it); waiting (to be matched); earlier (stored before the watch was there);
    no (not found).
    """

    key: str
    verdict: Verdict
    spans: tuple[Span, ...]
    explanation: Explanation
    mention: Mention | None
    version: WatchVersion | None
    tellings: tuple[Telling, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAccount:
    """What is known of an address. `item` None: nothing; `host_sources` might have listed it."""

    url: str
    item: StoredItem | None
    revisions: tuple[ItemRevision, ...] = ()
    watches: tuple[WatchAccount, ...] = ()
    former_watches: tuple[str, ...] = ()  # found it, and are watches no longer
    failures: tuple[Trouble, ...] = ()  # what could not be done with it
    host_sources: tuple[tuple[str, SourceState | None], ...] = ()


def account_of(
    store: Store,
    wired: CompiledConfiguration,
    url: str,
    watch_keys: Sequence[str],
    *,
    now: datetime,
) -> ItemAccount:
    """What is stored about `url`, as seen by the watches named."""
    with store.reading() as unit:
        item = unit.items.find_url(url)
        if item is None:
            states = {state.key: state for state in unit.sources.all()}
            return ItemAccount(
                url=url, item=None, host_sources=_sources_of_host(wired, url, states)
            )
        gathered = _Gathered(unit, wired, item, now)
        return ItemAccount(
            url=url,
            item=item,
            revisions=unit.items.revisions(item.item_id),
            watches=tuple(gathered.watch(key) for key in watch_keys),
            former_watches=tuple(key for key in gathered.mentions if key not in wired.queries),
            failures=_failures(unit, item.item_id),
        )


class _Gathered:
    """What every watch's account of one item is made from, read once."""

    def __init__(
        self, unit: Unit, wired: CompiledConfiguration, item: StoredItem, now: datetime
    ) -> None:
        self._unit = unit
        self._wired = wired
        self._item = item
        name = wired.source_names.get(item.source_key, item.source_key)
        self._document = Document.of(item, source_name=name)
        self._versions = unit.watches.current()
        self.mentions = {m.match.watch_key: m for m in unit.mentions.of_item(item.item_id)}
        self._pending: dict[int, list[Telling]] = {}
        for subscriber in unit.subscribers.all():
            for pending in unit.subscribers.pending([subscriber.subscriber_id]):
                telling = Telling(
                    recipient=subscriber.recipient,
                    subscription=subscriber.subscription_key,
                    at=None,
                    due_at=self._due_at(subscriber, now),
                    state="pending" if pending.told_before is None else "repeated",
                    error=None,
                )
                self._pending.setdefault(pending.mention.mention_id, []).append(telling)

    def _due_at(self, subscriber: Subscriber, now: datetime) -> datetime | None:
        for subscription in self._wired.catalog.subscriptions:
            if subscription.key == subscriber.subscription_key:
                if subscription.cadence.kind == "immediate":
                    return alert_after(subscriber, subscription, now)
                break
        return subscriber.next_at

    def watch(self, key: str) -> WatchAccount:
        """What the watch `key` made of the item."""
        query, mention = self._wired.queries[key], self.mentions.get(key)
        hit = query.matches(self._document)
        spans: tuple[Span, ...] = ()
        if hit is not None:
            spans = tuple(hit.spans)
        elif mention is not None and mention.match.revision == self._item.revision:
            spans = mention.match.spans
        tellings = self._tellings(mention) if mention is not None else ()
        version = self._versions.get(key)
        return WatchAccount(
            key=key,
            verdict=_verdict(self._item, mention, version, tellings, found=hit is not None),
            spans=spans,
            explanation=explain(query, self._document),
            mention=mention,
            version=version,
            tellings=tellings,
        )

    def _tellings(self, mention: Mention) -> tuple[Telling, ...]:
        told = []
        for recipient, subscription, row_id, at in self._unit.subscribers.told_to(
            mention.mention_id
        ):
            message = self._unit.outbox.get(row_id) if row_id is not None else None
            told.append(
                Telling(
                    recipient=recipient,
                    subscription=subscription,
                    at=at,
                    due_at=None,
                    state=message.state if message is not None else _without(row_id),
                    error=message.last_error if message is not None else None,
                )
            )
        return (*told, *self._pending.get(mention.mention_id, ()))


def _failures(unit: Unit, item_id: int) -> tuple[Trouble, ...]:
    subject = str(item_id)
    found = (unit.quarantine.get(task, subject) for task in OF_ITEMS)
    return tuple(each for each in found if each is not None)


def _without(row_id: int | None) -> str:
    """The state of a telling whose message is not there: let go of, or never written."""
    return "covered" if row_id is None else "sent"


def _verdict(
    item: StoredItem,
    mention: Mention | None,
    version: WatchVersion | None,
    tellings: Sequence[Telling],
    *,
    found: bool,
) -> Verdict:
    if mention is not None:
        if any(telling.at is not None for telling in tellings):
            return "told"
        if tellings:
            return "pending"
        return "baseline" if mention.baseline else "untold"
    if not found:
        return "no"
    if version is not None and version.active_since > item.first_seen_at:
        return "earlier"
    return "waiting"


def _sources_of_host(
    wired: CompiledConfiguration, url: str, states: dict[str, SourceState]
) -> tuple[tuple[str, SourceState | None], ...]:
    host = _host(url)
    return tuple(
        (source.key, states.get(source.key))
        for source in wired.catalog.sources
        if host and _host(source.url) == host
    )


def _host(url: str) -> str:
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")
