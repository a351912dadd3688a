"""The configuration as values.

Frozen dataclasses that `config.catalog` makes from the TOML files. No parsing and no defaults
from the environment happen here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from pathlib import Path
from typing import Literal

# kinds that list articles, where an old one is not news; official records are news at any age
DATED_KINDS = frozenset({"feed", "page", "sitemap"})
DEFAULT_MAX_AGE = timedelta(days=14)
DEFAULT_GROUP = "default"  # the group of what names none

CadenceKind = Literal["immediate", "hourly", "daily", "weekly", "cron"]
Confidence = Literal["verified", "reported", "unconfirmed"]
Licence = Literal["headline", "full-text"]
ItemKind = Literal["news", "release", "tender", "question", "hansard", "boardpaper"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Location of a declaration in the files; lines count from 1."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """A named company. `query` (watch language) replaces the names where they are common words."""

    key: str
    names: tuple[str, ...]
    query: str | None
    where: Where
    group: str = DEFAULT_GROUP  # the default group's are shared with all groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Selectors:
    """CSS selectors of one source; None where not configured.

    `entry` selects the entries of a listing page; `link`, `title`, `date` and `summary` are
    applied within an entry. `article` selects the text on an article's page, `remove` the parts
    to be left out of it.
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
    """A feed, page or API that is polled. `kind` names a file in `crawler/kinds/`."""

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
    relook: bool = True  # pages of recent items are rechecked for edits
    where: Where
    select: Selectors = Selectors()
    press_of: str | None = None  # the supplier whose newsroom this is
    max_age: timedelta | None = None  # an item first listed later than this is old, not news
    licence: Licence = "headline"  # what a briefing may reproduce of its texts
    group: str = DEFAULT_GROUP  # the default group's are shared with all groups


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A named query. The `keywords` shorthand has been converted to `query`."""

    key: str
    query: str
    label: str
    was: str | None
    where: Where
    every_outlet: bool = False  # alert again when another outlet carries a reported story
    events: bool = False  # the stories of one event are one entry, and alerted once
    summaries: bool = True  # entries of events have a summary
    asides: bool = True  # digests name matches in text around articles
    group: str = DEFAULT_GROUP


Region = Literal["england-and-wales", "scotland", "northern-ireland"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """When a subscription gets messages. `at` is wall-clock time in the subscription's zone."""

    kind: CadenceKind
    at: time | None = None
    weekday: Weekday | None = None
    cron: str | None = None
    text: str = ""
    not_on_bank_holidays_of: Region | None = None  # digests wait for the next day that is none


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """Wall-clock span in which nothing is sent; spans midnight where start > end."""

    start: time
    end: time


Sensitivity = Literal["low", "medium", "high"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A watch or a source that should have at least one item in each period of `within`."""

    watch: str | None
    source: str | None
    within: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Recipients, watches and schedule. Each recipient gets a separate message."""

    key: str
    to: tuple[str, ...]
    watches: tuple[str, ...]
    cadence: Cadence
    timezone: str
    quiet_hours: QuietHours | None
    send_empty: bool
    edits: bool = True  # report edits of items that were reported before
    unusual: Sensitivity | None = None  # report unusually high volumes
    expect: tuple[Expected, ...] = ()  # report where nothing was published
    where: Where
    group: str = DEFAULT_GROUP


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """The SMTP server. `security` is established before a login is sent."""

    host: str
    port: int
    security: Literal["starttls", "tls", "none"]
    username: str | None
    password: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """Settings of e-mail. `smtp` None: messages are written as .eml files to the data folder."""

    sender: str
    reply_to: str | None
    smtp: SmtpServer | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """A delivery channel other than e-mail. `kind` names a file in `alerts/channels/`.

    The meaning of `url` and `to` depends on the kind; `secret` comes from the environment.
    """

    key: str
    kind: str
    url: str | None
    to: str | None
    secret: str | None = field(repr=False)
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlSettings:
    """Settings of the crawler.

    `allowed_hosts`: host names, addresses or networks that may be fetched although private.
    """

    allowed_hosts: tuple[str, ...]
    user_agent: str
    concurrent_batches: int
    batch_deadline: timedelta
    memory_limit_mb: int
    download_delay: timedelta
    websub: bool = True  # have hubs announce new entries, where `public_url` is set
    keep_raw: bool = False  # store the HTTP responses that texts were extracted from, as evidence
    max_age: Mapping[str, timedelta | None] = field(default_factory=dict)  # by kind of source


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """Settings of the service. `database_url`: SQLAlchemy URL, by default SQLite in `data`."""

    data: Path
    database_url: str
    public_url: str | None
    listen: str | None
    feeds: bool = False  # also write the feed of each watch to a file


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSettings:
    """How long texts, mentions and raw responses are kept; None: for ever."""

    texts: timedelta | None = None
    mentions: timedelta | None = None
    raw: timedelta | None = None  # HTTP responses, with `keep_raw`


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """Sign-in by an OpenID Connect provider.

    `roles`: values of `role_claim` by role; `groups`: values of `group_claim` by group.
    """

    issuer: str
    client_id: str
    secret: str | None = field(repr=False)
    label: str
    scopes: tuple[str, ...]
    role_claim: str
    roles: tuple[tuple[str, tuple[str, ...]], ...]  # empty: roles are set on the desk
    group_claim: str
    groups: tuple[tuple[str, tuple[str, ...]], ...]  # empty: groups are set on the desk
    new_users: bool  # unknown users are added at their first sign-in


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """Settings of the desk. `proxy_user_header` is read from `trusted_proxies` (networks) only.

    `language`: of pages for users who have chosen none; None: that of their browser.
    """

    language: str | None = None
    oidc: OidcSettings | None = None
    proxy_user_header: str | None = None
    trusted_proxies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings from settings.toml and the environment."""

    mail: MailSettings
    operator_to: str | None
    service: ServiceSettings
    crawl: CrawlSettings
    retention: RetentionSettings = RetentionSettings()
    channels: tuple[ChannelSettings, ...] = ()
    operator_also: tuple[str, ...] = ()  # further recipients of operator messages
    desk: DeskSettings = DeskSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """The whole configuration. `fingerprint`: SHA-256 over the bytes of the files."""

    folder: Path
    settings: Settings
    suppliers: tuple[Supplier, ...]
    sources: tuple[Source, ...]
    watches: tuple[Watch, ...]
    subscriptions: tuple[Subscription, ...]
    fingerprint: str
