"""pydantic models of the TOML tables: keys, types, bounds and defaults.

pydantic reports all errors of a table at once; `complaints` converts them to problems. Checks
across tables are in `references`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from config.model import (
    DATED_KINDS,
    DEFAULT_GROUP,
    Cadence,
    Confidence,
    ItemKind,
    Licence,
    QuietHours,
    Region,
    Sensitivity,
)
from config.values import cadence, checks
from config.values.invalid_value import InvalidValue

DEFAULT_SENDER = "supplierwatch <supplierwatch@localhost>"
DEFAULT_LISTEN = "127.0.0.1:8420"
DEFAULT_TIMEZONE = "Europe/London"


def _parse_by(reader: Callable[[str], Any]) -> BeforeValidator:
    """Make a validator that parses a string by `reader` and refuses other types."""

    def read(value: object) -> Any:
        if not isinstance(value, str):
            raise InvalidValue("is not text", 'write it between quotes: "..."')
        return reader(value)

    return BeforeValidator(read)


def _require_within(low: timedelta, high: timedelta) -> AfterValidator:
    """Make a validator that accepts durations from `low` to `high`."""

    def check(length: timedelta) -> timedelta:
        if not low <= length <= high:
            least, most = cadence.write_duration(low), cadence.write_duration(high)
            raise InvalidValue("is out of bounds", f"write {least} to {most}")
        return length

    return AfterValidator(check)


def _check_list(items: list[str]) -> list[str]:
    """Refuse an empty list, and one with an entry that occurs twice, ignoring case."""
    if not items:
        raise InvalidValue("is an empty list", "write at least one, or remove the table")
    seen: set[str] = set()
    for item in items:
        if item.casefold() in seen:
            raise InvalidValue(f"names {item} twice", "remove one of them")
        seen.add(item.casefold())
    return items


def _read_listen(text: str) -> str | None:
    tidy = text.strip()
    if not tidy:
        return None
    host, port = checks.check_host_and_port(tidy)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _read_max_ages(value: object) -> object:
    """Parse one age for all `DATED_KINDS`, or a table of kinds."""
    if isinstance(value, str):
        return dict.fromkeys(sorted(DATED_KINDS), cadence.read_max_age(value))
    if not isinstance(value, dict):
        raise InvalidValue(
            "is not an age", 'write "14d", "off", or a table: { feed = "14d", page = "off" }'
        )
    ages = {}
    for kind, age in value.items():
        if not isinstance(age, str):
            raise InvalidValue(
                f"has a value for {kind} that is not text", 'write it between quotes: "14d"'
            )
        ages[kind] = cadence.read_max_age(age)
    return ages


def _check_reference(text: str) -> str:
    return text if text == "*" else checks.check_key(text)


_Key = Annotated[str, AfterValidator(checks.check_key)]
_Text = Annotated[str, AfterValidator(checks.check_text)]
_Query = Annotated[str, AfterValidator(checks.check_query)]
_Url = Annotated[str, AfterValidator(checks.check_url)]
_Address = Annotated[str, AfterValidator(checks.check_address)]
_Recipient = Annotated[str, AfterValidator(checks.check_recipient)]
_Mailbox = Annotated[str, AfterValidator(checks.check_mailbox)]
_Keyword = Annotated[str, AfterValidator(checks.check_keyword)]
_Selector = Annotated[str, AfterValidator(checks.check_selector)]
_Reference = Annotated[str, AfterValidator(_check_reference)]
_NotEmpty = AfterValidator(_check_list)
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_Interval = Annotated[
    timedelta, _parse_by(cadence.read_duration), _require_within(_MINUTE, 31 * _DAY)
]
_Deadline = Annotated[
    timedelta, _parse_by(cadence.read_duration), _require_within(10 * _MINUTE / 60, _DAY)
]
_RawRetention = Annotated[
    timedelta, _parse_by(cadence.read_duration), _require_within(_DAY, 36500 * _DAY)
]
_Retention = Annotated[
    timedelta, _parse_by(cadence.read_duration), _require_within(30 * _DAY, 36500 * _DAY)
]
_ExpectedWithin = Annotated[
    timedelta, _parse_by(cadence.read_duration), _require_within(_HOUR, 366 * _DAY)
]
_MaxAge = Annotated[timedelta | None, _parse_by(cadence.read_max_age)]
_Delay = Annotated[
    timedelta, _parse_by(cadence.read_duration), _require_within(timedelta(0), 10 * _MINUTE)
]


class Table(BaseModel):
    """Base of all tables: unknown keys and implicit type conversion are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True)


class Keyed(Table):
    """Base of tables with a `key` that other tables refer to."""

    key: _Key


class SupplierTable(Keyed):
    """[[supplier]] in suppliers.toml."""

    names: Annotated[list[_Keyword], _NotEmpty] | None = None
    query: _Query | None = None
    group: _Key = DEFAULT_GROUP


class SelectTable(Table):
    """[source.select] in sources.toml."""

    entry: _Selector | None = None
    link: _Selector | None = None
    title: _Selector | None = None
    date: _Selector | None = None
    summary: _Selector | None = None
    article: _Selector | None = None
    remove: Annotated[list[_Selector], _NotEmpty] | None = None


class SourceTable(Keyed):
    """[[source]] in sources.toml."""

    kind: _Key
    url: _Url
    name: _Text | None = None
    every: _Interval = timedelta(minutes=15)
    min_every: _Interval = timedelta(minutes=5)
    max_every: _Interval = timedelta(hours=24)
    enabled: bool = True
    confidence: Confidence = "unconfirmed"
    item_kind: ItemKind = "news"
    language: Annotated[str, AfterValidator(checks.check_language)] | None = None
    verify_tls: bool = True
    relook: bool = True
    press_of: _Text | None = None
    max_age: _MaxAge = None
    licence: Licence = "headline"
    group: _Key = DEFAULT_GROUP
    select: SelectTable = SelectTable()


class WatchTable(Keyed):
    """[[watch]] in watches.toml."""

    query: _Query | None = None
    keywords: Annotated[list[_Keyword], _NotEmpty] | None = None
    exact: bool = False
    label: _Text | None = None
    was: _Key | None = None
    every_outlet: bool = False
    events: bool = False
    summaries: bool = True
    asides: bool = True
    group: _Key = DEFAULT_GROUP


class ExpectTable(Table):
    """An entry of `expect` in a [[subscription]]."""

    within: _ExpectedWithin
    watch: _Key | None = None
    source: _Key | None = None


class SubscriptionTable(Table):
    """[[subscription]] in subscriptions.toml."""

    to: Annotated[list[_Recipient], _NotEmpty]
    watches: Annotated[list[_Reference], _NotEmpty]
    cadence: Annotated[Cadence, _parse_by(cadence.read_cadence)]
    key: _Key | None = None
    timezone: Annotated[str, AfterValidator(checks.check_timezone)] = DEFAULT_TIMEZONE
    quiet_hours: Annotated[QuietHours, _parse_by(cadence.read_quiet_hours)] | None = None
    send_empty: bool = False
    edits: bool = True
    bank_holidays: Region | None = None
    unusual: Sensitivity | None = None
    expect: list[ExpectTable] = []
    group: _Key = DEFAULT_GROUP


class MailTable(Table):
    """[mail] in settings.toml."""

    sender: _Mailbox = Field(default=DEFAULT_SENDER, validation_alias="from")
    reply_to: _Address | None = None
    smtp: Annotated[tuple[str, int], _parse_by(checks.check_host_and_port)] | None = None
    security: Literal["starttls", "tls", "none"] | None = None


class OperatorTable(Table):
    """[operator] in settings.toml."""

    to: _Address | None = None
    also: Annotated[list[_Recipient], _NotEmpty] | None = None


class ServiceTable(Table):
    """[service] in settings.toml."""

    data: Annotated[Path, _parse_by(lambda text: Path(checks.check_text(text)))] = Path("data")
    public_url: _Url | None = None
    listen: Annotated[str | None, _parse_by(_read_listen)] = DEFAULT_LISTEN
    feeds: bool = False


class ChannelTable(Keyed):
    """[[channel]] in settings.toml."""

    kind: _Key
    url: _Url | None = None
    to: _Text | None = None


class CrawlTable(Table):
    """[crawl] in settings.toml."""

    allowed_hosts: list[Annotated[str, AfterValidator(checks.check_allowed_host)]] = []
    user_agent: _Text | None = None
    concurrent_batches: Annotated[int, Field(ge=1, le=64)] = 2
    batch_deadline: _Deadline = timedelta(minutes=10)
    memory_limit_mb: Annotated[int, Field(ge=128, le=65536)] = 512
    download_delay: _Delay = timedelta(seconds=1)
    keep_raw: bool = False
    websub: bool = True
    max_age: Annotated[dict[str, timedelta | None], BeforeValidator(_read_max_ages)] = {}


class RetentionTable(Table):
    """[retention] in settings.toml."""

    texts: _Retention | None = None
    mentions: _Retention | None = None
    raw: _RawRetention | None = None


class OidcRolesTable(Table):
    """`oidc_roles` in [desk]."""

    reader: Annotated[list[_Text], _NotEmpty] | None = None
    editor: Annotated[list[_Text], _NotEmpty] | None = None
    operator: Annotated[list[_Text], _NotEmpty] | None = None


class DeskTable(Table):
    """[desk] in settings.toml."""

    language: Annotated[str, AfterValidator(checks.check_language)] | None = None
    oidc_issuer: _Url | None = None
    oidc_client_id: _Text | None = None
    oidc_label: _Text | None = None
    oidc_scopes: Annotated[list[_Text], _NotEmpty] = ["openid", "profile", "email"]
    oidc_role_claim: _Text = "groups"
    oidc_roles: OidcRolesTable = OidcRolesTable()
    oidc_group_claim: _Text = "groups"
    oidc_groups: dict[
        Annotated[str, AfterValidator(checks.check_key)], Annotated[list[_Text], _NotEmpty]
    ] = {}
    oidc_new_users: bool = False
    proxy_user_header: Annotated[str, AfterValidator(checks.check_header_name)] | None = None
    trusted_proxies: list[Annotated[str, AfterValidator(checks.check_network)]] = []


class SettingsTables(Table):
    """The whole of settings.toml."""

    mail: MailTable = MailTable()
    operator: OperatorTable = OperatorTable()
    service: ServiceTable = ServiceTable()
    crawl: CrawlTable = CrawlTable()
    retention: RetentionTable = RetentionTable()
    desk: DeskTable = DeskTable()
    channel: list[ChannelTable] = []
