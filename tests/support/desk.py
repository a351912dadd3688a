"""A newsroom desk over a real store: declare, publish, match, tell and deliver, step by step."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zlib import crc32

from alerts.channels.base import Channel
from alerts.digest.share_of_voice import SupplierIndex
from alerts.dispatch.alarms import alarms_due
from alerts.dispatch.cut import TellingContext, cut_due
from alerts.dispatch.delivery import Outcome, deliver_due
from alerts.dispatch.welcome import welcome_due
from alerts.matching import match_pending
from alerts.query import WatchIndex, compile_query
from alerts.query.macros import compile_suppliers
from config.model import (
    Cadence,
    Catalog,
    CrawlSettings,
    MailSettings,
    QuietHours,
    ServiceSettings,
    Settings,
    Source,
    Subscription,
    Supplier,
    Watch,
    Where,
)
from storage.model import Article, AsideBlock, CrawlReport, OutboxMessage, Receipt, TextState
from storage.rules.identity import content_hash, entry_hash
from storage.store import Store
from storage.telling.watches import WatchText
from supplierwatch.service.audience import build_old_items
from tests.support.clock import Clock
from tests.support.outgoing import assert_mail_is_clean

WHERE = Where(file="x.toml", line=1)
READER = "comms@trust.example"

SUPPLIERS = (
    Supplier(key="halcyon", names=("Halcyon Health", "Halcyon"), query=None, where=WHERE),
    Supplier(key="corvid", names=("Corvid Data",), query=None, where=WHERE),
)
OUTLETS = {"ward-ledger": "The Ward Ledger", "trolley": "Trolley Times"}
WATCHES = {"halcyon": "@halcyon", "corvid": "@corvid", "epr": '"patient record"'}


def a_subscription(
    key: str = "daily",
    cadence: Cadence | None = None,
    *,
    to: tuple[str, ...] = (READER,),
    watches: tuple[str, ...] = ("*",),
    timezone: str = "Europe/London",
    quiet: QuietHours | None = None,
    send_empty: bool = False,
) -> Subscription:
    """A subscription, immediate unless a cadence is given."""
    return Subscription(
        key=key,
        to=to,
        watches=watches,
        cadence=cadence or Cadence(kind="immediate", text="immediate"),
        timezone=timezone,
        quiet_hours=quiet,
        send_empty=send_empty,
        where=WHERE,
    )


def a_catalog(
    subscriptions: Sequence[Subscription],
    watches: dict[str, str],
    *,
    every_outlet: Collection[str] = (),
    press: Mapping[str, str] | None = None,
    without_asides: Collection[str] = (),
    with_events: Collection[str] = (),
    without_summaries: Collection[str] = (),
) -> Catalog:
    """A catalogue of two outlets and two suppliers.

    `press` makes an outlet a supplier's own newsroom.
    """
    return Catalog(
        folder=Path("config"),
        settings=Settings(
            mail=MailSettings(
                sender="Media watch <watch@trust.example>",
                reply_to="press@trust.example",
                smtp=None,
            ),
            operator_to="it@trust.example",
            service=ServiceSettings(
                data=Path("data"), database_url="sqlite://", public_url=None, listen=None
            ),
            crawl=CrawlSettings(
                allowed_hosts=(),
                user_agent="test",
                concurrent_batches=1,
                batch_deadline=timedelta(minutes=1),
                memory_limit_mb=512,
                download_delay=timedelta(0),
            ),
        ),
        suppliers=SUPPLIERS,
        sources=tuple(
            Source(
                key=key,
                kind="feed",
                url=f"https://{key}.example/feed",
                name=name,
                every=timedelta(minutes=15),
                min_every=timedelta(minutes=5),
                max_every=timedelta(days=1),
                enabled=True,
                confidence="verified",
                item_kind="news",
                language=None,
                verify_tls=True,
                where=WHERE,
                press_of=(press or {}).get(key),
                max_age=timedelta(days=14),
            )
            for key, name in OUTLETS.items()
        ),
        watches=tuple(
            Watch(
                key=key,
                query=query,
                label=key.title(),
                was=None,
                where=WHERE,
                every_outlet=key in every_outlet,
                asides=key not in without_asides,
                events=key in with_events,
                summaries=key not in without_summaries,
            )
            for key, query in watches.items()
        ),
        subscriptions=tuple(subscriptions),
        fingerprint="1",
    )


class Inbox:
    """A channel that takes every message that is a clean mail."""

    name = "email"

    def __init__(self) -> None:
        self.messages: list[OutboxMessage] = []

    def send(self, message: OutboxMessage) -> Receipt:
        assert_mail_is_clean(message.notification.raw)
        self.messages.append(message)
        return Receipt(outcome="delivered", code=250)

    def close(self) -> None:
        """Nothing is kept open."""


class Desk:
    """Everything between an article and a mailbox, one step a call."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *subscriptions: Subscription,
        watches: dict[str, str] | None = None,
        every_outlet: Collection[str] = (),
        press: Mapping[str, str] | None = None,
        without_asides: Collection[str] = (),
        with_events: Collection[str] = (),
        without_summaries: Collection[str] = (),
    ) -> None:
        self.store = store
        self.clock = clock
        self.inbox = Inbox()
        self.unwritten: list[Outcome] = []
        self.declare(
            *subscriptions,
            watches=watches or WATCHES,
            every_outlet=every_outlet,
            press=press,
            without_asides=without_asides,
            with_events=with_events,
            without_summaries=without_summaries,
        )

    def declare(
        self,
        *subscriptions: Subscription,
        watches: dict[str, str],
        every_outlet: Collection[str] = (),
        press: Mapping[str, str] | None = None,
        without_asides: Collection[str] = (),
        with_events: Collection[str] = (),
        without_summaries: Collection[str] = (),
    ) -> None:
        """Put a configuration in force."""
        self.catalog = a_catalog(
            subscriptions,
            watches,
            every_outlet=every_outlet,
            press=press,
            without_asides=without_asides,
            with_events=with_events,
            without_summaries=without_summaries,
        )
        terms = compile_suppliers(self.catalog.suppliers)
        queries = {
            watch.key: compile_query(watch.query, suppliers=terms) for watch in self.catalog.watches
        }
        self.index = WatchIndex(queries)
        self.context = TellingContext.of(self.catalog, queries)
        with self.store.transaction() as unit:
            unit.sources.declare(self.catalog.sources, self.clock())
            self.versions = unit.watches.declare(
                [
                    WatchText(
                        key=watch.key,
                        query=queries[watch.key].canonical,
                        fingerprint=queries[watch.key].fingerprint,
                        was=watch.was,
                    )
                    for watch in self.catalog.watches
                ],
                self.clock(),
            )
            self.subscribers = unit.subscribers.declare(self.catalog.subscriptions, self.clock())
        by_key = {s.key: s for s in subscriptions}
        self.audience = {
            watch.key: tuple(
                subscriber.subscriber_id
                for subscriber in self.subscribers
                if watch.key in self.context.watch_keys(by_key[subscriber.subscription_key])
            )
            for watch in self.catalog.watches
        }
        digests = {s.key for s in subscriptions if s.cadence.kind != "immediate"}
        by_id = {each.subscriber_id: each.subscription_key for each in self.subscribers}
        self.aside_audience = {
            watch.key: tuple(each for each in self.audience[watch.key] if by_id[each] in digests)
            for watch in self.catalog.watches
            if watch.asides
        }

    def publish(
        self,
        title: str,
        body: str = "Halcyon Health said that the roll-out goes on.",
        *,
        source: str = "ward-ledger",
        baseline: bool = False,
        name: str | None = None,
        published_at: datetime | None = None,
        dated: bool = True,
        asides: tuple[AsideBlock, ...] = (),
        notes: bool = True,
    ) -> int:
        """Store an article; the same `name` again is an edit of it. Returns the item's id.

        Without `notes` it has no words but those of title and body.
        """
        slug = (name or title).lower().replace(" ", "-")
        # words of its own: else all that is published would be copies of one story
        words = " ".join(f"n{crc32(slug.encode())}x{number}" for number in range(60))
        filler = f"\n{slug} is reported by our own correspondent. Notes {words}."
        if not notes:
            filler = ""
        article = Article(
            source_key=source,
            kind="news",
            url=f"https://{source}.example/{slug}",
            alias_urls=(),
            guid=slug,
            title=title,
            authors=(),
            published_at=(published_at or self.clock()) if dated else None,
            published_raw=None,
            language="en",
            summary="",
            body=body + filler,
            comments="",
            text_state=TextState.FULL,
            thin_reason=None,
            content_hash=content_hash(title, body + filler),
            entry_hash=entry_hash(title, "", None),
            fetched_at=self.clock(),
            asides=asides,
        )
        with self.store.transaction() as unit:
            return unit.items.put(article, now=self.clock(), baseline=baseline).item_id

    def poll(self, *sources: str, error: str | None = None) -> None:
        """Record that sources (all unless named) were polled."""
        with self.store.transaction() as unit:
            for key in sources or OUTLETS:
                unit.sources.claim_due(
                    self.clock(),
                    limit=1,
                    owner="run",
                    lease=timedelta(minutes=5),
                    keys=[key],
                    even_if_not_due=True,
                )
                unit.sources.finish(
                    CrawlReport(
                        source_key=key,
                        run_id="run",
                        started_at=self.clock(),
                        finished_at=self.clock(),
                        outcome="failed" if error else "ok",
                        errors=(error,) if error else (),
                    ),
                    next_at=self.clock() + timedelta(minutes=15),
                    validators=None,
                    baseline_done=error is None,
                )

    def match(self) -> int:
        """Match what waits."""
        return match_pending(
            self.store,
            self.index,
            self.versions,
            self.audience,
            self.context.names.sources,
            now=self.clock(),
            old_items=build_old_items(self.catalog, self.subscribers),
            aside_audience=self.aside_audience,
        )

    def tell(self, *, force: Collection[int] = ()) -> int:
        """Cut what is due."""
        return cut_due(self.store, self.context, now=self.clock(), force=force)

    def alarm(self) -> list[OutboxMessage]:
        """Look for what is unusual or missing; returns what arrived of that."""
        alarms_due(self.store, self.context, SupplierIndex(), now=self.clock())
        return self.deliver()

    def welcome(self) -> int:
        """Welcome whom it is time to welcome."""
        return welcome_due(self.store, self.context, now=self.clock())

    def deliver(self) -> list[OutboxMessage]:
        """Send what is due; returns the messages that arrived by this."""
        before = len(self.inbox.messages)
        self.deliver_by(self.inbox)
        return self.inbox.messages[before:]

    def deliver_by(self, channel: Channel) -> int:
        """Send what is due by another channel; returns how many messages were tried."""
        return deliver_due(
            self.store,
            {"email": channel},
            now=self.clock,
            owner="desk",
            unwritten=self.unwritten,
        )

    def tick(self, after: timedelta = timedelta(0)) -> list[OutboxMessage]:
        """Let time pass, then match, tell and deliver; returns what arrived."""
        self.clock.advance(after)
        self.match()
        self.tell()
        return self.deliver()

    def reachable(self, home: str = "https://watch.trust.example") -> None:
        """Give the service a public address, so that messages have links back to it."""
        service = replace(self.context.settings.service, public_url=home)
        settings = replace(self.context.settings, service=service)
        self.context = replace(self.context, settings=settings)
        with self.store.transaction() as unit:
            unit.reader_requests.get_or_make_link_key()

    def without_contact(self) -> None:
        """Take reply_to and operator out of the settings."""
        settings = replace(
            self.context.settings,
            mail=replace(self.context.settings.mail, reply_to=None),
            operator_to=None,
        )
        self.context = replace(self.context, settings=settings)
