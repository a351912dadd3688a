"""Reads everything stored about one URL: the item, its mentions, and who was notified when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from alerts.digest.entry import Names
from alerts.digest.events.event_summaries import summarise_items
from alerts.matching import match_item
from alerts.query import Document, Explanation, explain
from alerts.schedule.due import alert_after, old_items_due
from alerts.summaries.model import EventSummary
from storage.archive.event_edits import EventLink
from storage.mentions.asides import Aside
from storage.model import (
    AsideBlock,
    ItemRevision,
    Mention,
    SourceState,
    Span,
    StoredItem,
    Subscriber,
    WatchVersion,
)
from storage.rules.age import is_old_item_telling
from storage.rules.aside_rules import block_key
from storage.rules.watch_baseline import is_before_watch
from storage.store import Store, Unit
from storage.telling.quarantine import FailedTask
from supplierwatch.wiring import CompiledConfiguration

MAX_REPORTS = 12  # of the same event, that are shown
OF_ITEMS = ("match", "show", "index")  # tasks whose subjects are items

Verdict = Literal["told", "pending", "baseline", "untold", "waiting", "earlier", "aside", "no"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The delivery of a mention to one recipient. `at` None: still pending, until `due_at`.

    `state` is the state of the outbox message; "pending"; "repeated": an alert was sent and the
    next digest lists it again; or "covered": an earlier alert, or a message about the same story
    in another outlet, already included it.
    """

    recipient: str
    subscription: str
    at: datetime | None
    due_at: datetime | None
    state: str
    error: str | None
    message_id: int | None = None  # of the message that contains it, in the outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideAccount:
    """A watch's match in a block that was cut from the page.

    `spans` are characters of the block; `first` is the item in whose page the source had it first,
    None if it is not recorded; `told` are recipients with the time, None: still to be sent.
    """

    block: AsideBlock
    spans: tuple[tuple[int, int], ...]
    first: StoredItem | None
    told: tuple[tuple[str, datetime | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchAccount:
    """The result of one watch for the item.

    `verdict`: told (sent); pending (to be sent); baseline (older than the watch, never sent);
    untold (no subscription has the watch); waiting (to be matched); earlier (stored before the
    watch was active); aside (matches only in text that was cut from the page: `asides`);
    no (not matched).
    """

    key: str
    verdict: Verdict
    spans: tuple[Span, ...]
    explanation: Explanation
    mention: Mention | None
    version: WatchVersion | None
    tellings: tuple[Telling, ...]
    asides: tuple[AsideAccount, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAccount:
    """Everything stored about a URL. `item` None: unknown; `host_sources` are of its host."""

    url: str
    item: StoredItem | None
    revisions: tuple[ItemRevision, ...] = ()
    watches: tuple[WatchAccount, ...] = ()
    former_watches: tuple[str, ...] = ()  # matched it and were removed from the configuration since
    failures: tuple[FailedTask, ...] = ()  # tasks that failed for it
    host_sources: tuple[tuple[str, SourceState | None], ...] = ()
    event: tuple[tuple[StoredItem, EventLink], ...] = ()  # other reports of its event
    event_summary: EventSummary | None = None


def read_account(
    store: Store,
    wired: CompiledConfiguration,
    url: str,
    watch_keys: Sequence[str],
    *,
    now: datetime,
) -> ItemAccount:
    """Read what is stored about `url`, with the results of the watches named."""
    with store.reading() as unit:
        item = unit.items.find_url(url)
        if item is None:
            states = {state.key: state for state in unit.sources.all()}
            return ItemAccount(
                url=url, item=None, host_sources=_find_sources_of_host(wired, url, states)
            )
        return replace(read_item_account(unit, wired, item, watch_keys, now=now), url=url)


def read_item_account(
    unit: Unit,
    wired: CompiledConfiguration,
    item: StoredItem,
    watch_keys: Sequence[str],
    *,
    now: datetime,
    with_found: bool = False,
) -> ItemAccount:
    """Read what is stored about an item, with the results of the watches named.

    `with_found` adds the watches that match or mention it, and sorts all by key.
    """
    builder = _WatchAccountBuilder(unit, wired, item, now)
    event = read_event(unit, item.item_id)
    names = Names(watches={}, sources=wired.source_names)
    if with_found:
        watch_keys = sorted({*watch_keys, *builder.list_found()})
    return ItemAccount(
        url=item.url or "",
        item=item,
        revisions=unit.items.revisions(item.item_id),
        watches=tuple(builder.build(key) for key in watch_keys),
        former_watches=tuple(key for key in builder.mentions if key not in wired.queries),
        failures=_read_failures(unit, item.item_id),
        event=event,
        event_summary=summarise_items(unit, [item, *(other for other, _ in event)], names),
    )


def read_event(unit: Unit, item_id: int) -> tuple[tuple[StoredItem, EventLink], ...]:
    """Return the other reports of an item's event, and what each shares with it."""
    links = {link.item_id: link for link in unit.events.explain(item_id)[:MAX_REPORTS]}
    items = {item.item_id: item for item in unit.items.get_many(list(links))}
    return tuple((items[each], link) for each, link in links.items() if each in items)


class _WatchAccountBuilder:
    """Builds the accounts of all watches for one item from data that is read once."""

    def __init__(
        self, unit: Unit, wired: CompiledConfiguration, item: StoredItem, now: datetime
    ) -> None:
        self._unit = unit
        self._wired = wired
        self._item = item
        name = wired.source_names.get(item.source_key, item.source_key)
        self._document = Document.of(item, source_name=name)
        self._asides: dict[tuple[str, str], Aside] = {
            (one.watch_key, block_key(one.block.text)): one for one in unit.asides.of_item(item)
        }
        self._versions = unit.watches.current()
        self._matches, self._aside_matches = match_item(
            item,
            wired.index,
            self._versions,
            wired.source_names,
            {watch.key for watch in wired.catalog.watches if watch.asides},
            unit.groups.declared(),
        )
        self.mentions = {m.match.watch_key: m for m in unit.mentions.of_item(item.item_id)}
        self._waiting_old = unit.tellings.count_old()
        self._pending: dict[int, list[Telling]] = {}
        ids = [mention.mention_id for mention in self.mentions.values()]
        for subscriber in unit.subscribers.all() if ids else ():
            for pending in unit.tellings.pending([subscriber.subscriber_id], ids):
                telling = Telling(
                    recipient=subscriber.recipient,
                    subscription=subscriber.subscription_key,
                    at=None,
                    due_at=self._due_at(subscriber, now, of_old=is_old_item_telling(pending)),
                    state="pending" if pending.told_before is None else "repeated",
                    error=None,
                )
                self._pending.setdefault(pending.mention.mention_id, []).append(telling)

    def _due_at(self, subscriber: Subscriber, now: datetime, *, of_old: bool) -> datetime | None:
        for subscription in self._wired.catalog.subscriptions:
            if subscription.key == subscriber.subscription_key:
                if subscription.cadence.kind == "immediate":
                    if of_old:
                        since = self._waiting_old[subscriber.subscriber_id].since
                        return old_items_due(since, subscription)
                    return alert_after(subscriber, subscription, now)
                break
        return subscriber.next_at

    def list_found(self) -> set[str]:
        """Return the watches that match or mention the item."""
        found = {match.watch_key for match in self._matches}
        found |= {one.watch_key for one in self._aside_matches}
        return (found | self.mentions.keys()) & self._wired.queries.keys()

    def build(self, key: str) -> WatchAccount:
        """Build the account of the watch `key`."""
        query, mention = self._wired.queries[key], self.mentions.get(key)
        hit = query.matches(self._document)
        spans: tuple[Span, ...] = ()
        if hit is not None:
            spans = tuple(hit.spans)
        elif mention is not None and mention.match.revision == self._item.revision:
            spans = mention.match.spans
        tellings = self._list_tellings(mention) if mention is not None else ()
        version = self._versions.get(key)
        asides = self._list_asides(key) if hit is None and mention is None else ()
        verdict = _decide_verdict(self._item, mention, version, tellings, found=hit is not None)
        return WatchAccount(
            key=key,
            verdict="aside" if asides else verdict,
            spans=spans,
            explanation=explain(query, self._document),
            mention=mention,
            version=version,
            tellings=tellings,
            asides=asides,
        )

    def _list_asides(self, key: str) -> tuple[AsideAccount, ...]:
        found = []
        for match in self._aside_matches:
            if match.watch_key == key:
                known = self._asides.get((key, block_key(match.block.text)))
                found.append(
                    AsideAccount(
                        block=match.block,
                        spans=match.spans,
                        first=None if known is None else known.item,
                        told=()
                        if known is None
                        else self._unit.asides.report_times(known.aside_id),
                    )
                )
        return tuple(found)

    def _list_tellings(self, mention: Mention) -> tuple[Telling, ...]:
        sent = []
        for recipient, subscription, row_id, at in self._unit.tellings.told_to(mention.mention_id):
            message = self._unit.outbox.get(row_id) if row_id is not None else None
            sent.append(
                Telling(
                    recipient=recipient,
                    subscription=subscription,
                    at=at,
                    due_at=None,
                    state=message.state if message is not None else _state_without_message(row_id),
                    error=message.last_error if message is not None else None,
                    message_id=row_id if message is not None else None,
                )
            )
        return (*sent, *self._pending.get(mention.mention_id, ()))


def _read_failures(unit: Unit, item_id: int) -> tuple[FailedTask, ...]:
    subject = str(item_id)
    found = (unit.quarantine.get(task, subject) for task in OF_ITEMS)
    return tuple(each for each in found if each is not None)


def _state_without_message(row_id: int | None) -> str:
    """Return the state of a telling without a message: pruned ("sent"), or never written."""
    return "covered" if row_id is None else "sent"


def _decide_verdict(
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
    if version is not None and is_before_watch(
        item.item_id,
        item.first_seen_at,
        active_since=version.active_since,
        last_item_id=version.last_item_id,
    ):
        return "earlier"
    return "waiting"


def _find_sources_of_host(
    wired: CompiledConfiguration, url: str, states: dict[str, SourceState]
) -> tuple[tuple[str, SourceState | None], ...]:
    host = _host_of(url)
    return tuple(
        (source.key, states.get(source.key))
        for source in wired.catalog.sources
        if host and _host_of(source.url) == host
    )


def _host_of(url: str) -> str:
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")
