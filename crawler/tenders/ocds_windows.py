"""Computes the time windows by which procurement services are queried. Pure.

Neither service has a text search: all releases of a window are fetched and matched locally.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, parse_qsl, quote, urlencode, urlsplit, urlunsplit

PAGE = 100  # releases in a response, the limit of both services
BASELINE = timedelta(days=7)  # the period that the first poll of a source reads
LATE = timedelta(minutes=15)  # delay until a release with a given time is available
_MIN_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcurementApi:
    """A procurement service: its parameters for a window, and the longest window."""

    name: str
    since: str
    until: str
    longest: timedelta


FIND_A_TENDER = ProcurementApi(
    name="Find a Tender",
    since="updatedFrom",
    until="updatedTo",
    longest=timedelta(hours=6),  # for a longer one the response lacks some releases
)
CONTRACTS_FINDER = ProcurementApi(
    name="Contracts Finder",
    since="publishedFrom",
    until="publishedTo",
    longest=timedelta(days=1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWindow:
    """A time window, and the cursor of a page within it."""

    since: datetime
    until: datetime
    cursor: str | None = None

    @property
    def halved(self) -> TimeWindow | None:
        """Its first half; None if that would be shorter than 15 minutes."""
        half = (self.until - self.since) / 2
        if half < _MIN_WINDOW:
            return None
        return TimeWindow(since=self.since, until=self.since + timedelta(seconds=int(half.seconds)))


def service_of(url: str) -> ProcurementApi:
    """Return the service of a search URL, by its host or path."""
    parts = urlsplit(url)
    is_finder = "contractsfinder" in (parts.hostname or "") or "/Notices/OCDS/" in parts.path
    return CONTRACTS_FINDER if is_finder else FIND_A_TENDER


def first_window(service: ProcurementApi, *, since: datetime | None, now: datetime) -> TimeWindow:
    """Return the first window of a poll; `since`: the time up to which it has been read."""
    begin = now - BASELINE if since is None else min(since, now - LATE)
    return _build_window(service, begin, now)


def next_window(service: ProcurementApi, last: TimeWindow, *, now: datetime) -> TimeWindow | None:
    """Return the window after `last`; None when it has reached the present."""
    return (
        None
        if last.until >= now - timedelta(minutes=1)
        else _build_window(service, last.until, now)
    )


def covered_until(window: TimeWindow, *, now: datetime) -> datetime:
    """Return the time up to which all releases are known after a window has been read."""
    return max(window.since, min(window.until, now - LATE))


def build_address(search: str, window: TimeWindow) -> str:
    """Return the URL of a page of a window; other parameters of `search` are kept."""
    service, parts = service_of(search), urlsplit(search)
    bounds = {
        service.since: _format_time(window.since),
        service.until: _format_time(window.until),
        "limit": str(PAGE),
    }
    if window.cursor is not None:
        bounds["cursor"] = window.cursor
    kept = [pair for pair in parse_qsl(parts.query) if pair[0] not in {*bounds, "cursor"}]
    # Contracts Finder does not accept an encoded colon
    query = urlencode([*kept, *bounds.items()], safe=":,", quote_via=quote)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def parse_window(address: str) -> TimeWindow | None:
    """Return the window of a URL made by `build_address`; None for other URLs."""
    service, query = service_of(address), parse_qs(urlsplit(address).query)
    try:
        since, until = (_parse_time(query[name][0]) for name in (service.since, service.until))
    except (KeyError, ValueError):
        return None
    return TimeWindow(since=since, until=until, cursor=query.get("cursor", [None])[0])


def find_next_page(window: TimeWindow, next_link: str | None) -> TimeWindow | None:
    """Return the next page of a window, by the cursor in the response's link; None at the end.

    Host, scheme and times of the link are ignored, since some links have wrong ones.
    """
    cursor = parse_qs(urlsplit(next_link or "").query).get("cursor", [""])[0]
    return replace(window, cursor=cursor) if cursor else None


def _build_window(service: ProcurementApi, begin: datetime, now: datetime) -> TimeWindow:
    begin = begin.replace(microsecond=0)
    end = min(begin + service.longest, now.replace(microsecond=0))
    return TimeWindow(since=begin, until=end)


def _format_time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _parse_time(stamp: str) -> datetime:
    return datetime.strptime(stamp, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
