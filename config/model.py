"""What the operator declares, as values.

Frozen dataclasses that `config.catalog` makes from the TOML files. No parsing and no defaults
from the environment happen here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import Literal

CadenceKind = Literal["immediate", "hourly", "daily", "weekly", "cron"]
Confidence = Literal["verified", "reported", "unconfirmed"]
ItemKind = Literal["news", "release", "tender", "question", "hansard", "boardpaper"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """The place in a file that a declaration came from; lines count from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """A named company. `query` (watch language) replaces the names where they are common words."""

    key: str
    names: tuple[str, ...]
    query: str | None
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Selectors:
    """CSS selectors of one source, each None where nothing was written.

    `entry`, `link`, `title`, `date` and `summary` read a listing page; the last four look inside
    an entry. `article` is the container of the text on an article's page, `remove` what is no
    part of it.
    """

    entry: str | None = None
    link: str | None = None
    title: str | None = None
    date: str | None = None
    summary: str | None = None
    article: str | None = None
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A place that is polled. `kind` names a file in `crawler/kinds/`."""

    key: str
    kind: str
    url: str
    name: str
    every: timedelta
    min_every: timedelta
    max_every: timedelta
    enabled: bool
    confidence: Confidence
    item_kind: ItemKind
    language: str | None
    verify_tls: bool
    relook: bool = True  # pages of recent items are looked at again for edits
    where: Where
    select: Selectors = Selectors()
    press_of: str | None = None  # the supplier whose own newsroom it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A named query. `keywords` shorthand has already become `query` text."""

    key: str
    query: str
    label: str
    was: str | None
    where: Where
    every_outlet: bool = False  # a later outlet of a told story is news of its own


Region = Literal["england-and-wales", "scotland", "northern-ireland"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """When a subscription is told. `at` is wall-clock time in the subscription's zone."""

    kind: CadenceKind
    at: time | None = None
    weekday: Weekday | None = None
    cron: str | None = None
    text: str = ""
    not_on_bank_holidays_of: Region | None = None  # a digest waits for the next other day


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """Wall-clock span in which nothing is sent; may run over midnight (start > end)."""

    start: time
    end: time


Sensitivity = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Something that is to be heard of within a time: of a watch, or of a source."""

    watch: str | None
    source: str | None
    within: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Who is told about which watches, and when. Each recipient gets a message of their own."""

    key: str
    to: tuple[str, ...]
    watches: tuple[str, ...]
    cadence: Cadence
    timezone: str
    quiet_hours: QuietHours | None
    send_empty: bool
    edits: bool = True  # told of edits to what was told before
    unusual: Sensitivity | None = None  # told where there is far more than usual
    expect: tuple[Expected, ...] = ()  # told where nothing is heard
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """How to reach the mail server. `security` is what must be in force before a login is sent."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    username: str | None
    password: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """`smtp` None: messages become .eml files in the data folder."""

    sender: str
    reply_to: str | None
    smtp: SmtpServer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """A way to deliver beside mail. `kind` names a file in `alerts/channels/`.

    `url` and `to` mean what the kind says; `secret` comes from the environment.
    """

    key: str
    kind: str
    url: str | None
    to: str | None
    secret: str | None = field(repr=False)
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlSettings:
    """`allowed_hosts`: host names, addresses or networks that may be fetched although private."""

    allowed_hosts: tuple[str, ...]
    user_agent: str
    concurrent_batches: int
    batch_deadline: timedelta
    memory_limit_mb: int
    download_delay: timedelta
    keep_raw: bool = False  # the answers from which texts were read, as evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """`database_url` is a SQLAlchemy URL: SQLite in the data folder unless another is named."""

    data: Path
    database_url: str
    public_url: str | None
    listen: str | None
    feeds: bool = False  # each watch's as a file too


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSettings:
    """How long texts and mentions are kept; None: for ever."""

    texts: timedelta | None = None
    mentions: timedelta | None = None
    raw: timedelta | None = None  # answers, where they are kept at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """settings.toml and the environment together."""

    mail: MailSettings
    operator_to: str | None
    service: ServiceSettings
    crawl: CrawlSettings
    retention: RetentionSettings = RetentionSettings()
    channels: tuple[ChannelSettings, ...] = ()
    operator_also: tuple[str, ...] = ()  # recipients by other ways than `operator_to`


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """One valid set of configuration files. `fingerprint` changes when any file does."""

    folder: Path
    settings: Settings
    suppliers: tuple[Supplier, ...]
    sources: tuple[Source, ...]
    watches: tuple[Watch, ...]
    subscriptions: tuple[Subscription, ...]
    fingerprint: str
