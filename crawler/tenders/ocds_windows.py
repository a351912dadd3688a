"""The windows of time by which the procurement services are asked. Pure.

Neither service can be asked for words: everything of a window is taken and matched here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit, urlunsplit

PAGE = 100  # releases; both services give no more at once
BASELINE = timedelta(days=7)  # that a new source starts with
LATE = timedelta(minutes=15)  # until a release that bears a time can be had
_SMALLEST = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcurementApi:
    """A procurement service: the parameters that bound a window, and how long one may be."""

    name: str
    since: str
    until: str
    longest: timedelta


FIND_A_TENDER = ProcurementApi(
    name="Find a Tender",
    since="updatedFrom",
    until="updatedTo",
    longest=timedelta(hours=6),  # a longer one comes without some of its releases
)
CONTRACTS_FINDER = ProcurementApi(
    name="Contracts Finder",
    since="publishedFrom",
    until="publishedTo",
    longest=timedelta(days=1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWindow:
    """A span of time, and the place within its pages."""

    since: datetime
    until: datetime
    cursor: str | None = None

    @property
    def halved(self) -> TimeWindow | None:
        """Its first half; None where that would be too small to ask for."""
        half = (self.until - self.since) / 2
        if half < _SMALLEST:
            return None
        return TimeWindow(since=self.since, until=self.since + timedelta(seconds=int(half.seconds)))


def service_of(url: str) -> ProcurementApi:
    """The service that a search address belongs to, told by its host or its path."""
    parts = urlsplit(url)
    is_finder = "contractsfinder" in (parts.hostname or "") or "/Notices/OCDS/" in parts.path
    return CONTRACTS_FINDER if is_finder else FIND_A_TENDER


def first_window(service: ProcurementApi, *, since: datetime | None, now: datetime) -> TimeWindow:
    """Where a poll begins; `since`: up to when the service has been read."""
    begin = now - BASELINE if since is None else min(since, now - LATE)
    return _window(service, begin, now)


def next_window(service: ProcurementApi, last: TimeWindow, *, now: datetime) -> TimeWindow | None:
    """The window after `last`, None when it has reached the present."""
    return None if last.until >= now - timedelta(minutes=1) else _window(service, last.until, now)


def covered(window: TimeWindow, *, now: datetime) -> datetime:
    """Up to when nothing more will come, once a window has been read to its end."""
    return max(window.since, min(window.until, now - LATE))


def address_of(search: str, window: TimeWindow) -> str:
    """The address of a page of a window; what else `search` asks for is kept."""
    service, parts = service_of(search), urlsplit(search)
    bounds = {
        service.since: _stamp(window.since),
        service.until: _stamp(window.until),
        "limit": str(PAGE),
    }
    if window.cursor is not None:
        bounds["cursor"] = window.cursor
    kept = [pair for pair in parse_qsl(parts.query) if pair[0] not in {*bounds, "cursor"}]
    # Contracts Finder does not know the encoded form of a colon
    query = urlencode([*kept, *bounds.items()], safe=":,", quote_via=quote)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def window_in(address: str) -> TimeWindow | None:
    """The window that `address_of` asked for."""
    service, asked = service_of(address), parse_qs(urlsplit(address).query)
    try:
        since, until = (_read(asked[name][0]) for name in (service.since, service.until))
    except (KeyError, ValueError):
        return None
    return TimeWindow(since=since, until=until, cursor=asked.get("cursor", [None])[0])


def page_after(window: TimeWindow, next_link: str | None) -> TimeWindow | None:
    """The next page of a window: the place that the answer's link names, and nothing else of it.

    Its host, scheme and times are the service's business; ours are known to work.
    """
    cursor = parse_qs(urlsplit(next_link or "").query).get("cursor", [""])[0]
    return replace(window, cursor=cursor) if cursor else None


def _window(service: ProcurementApi, begin: datetime, now: datetime) -> TimeWindow:
    begin = begin.replace(microsecond=0)
    end = min(begin + service.longest, now.replace(microsecond=0))
    return TimeWindow(since=begin, until=end)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _read(stamp: str) -> datetime:
    return datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
