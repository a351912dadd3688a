"""A procurement service on loopback that behaves like the real ones, limits and faults included.

service = FakeService(site, FIND_A_TENDER)
service.publish(a_release("000101-2026", at=NOW))
service.url                       # what sources.toml would say
service.refuse_after(3)           # the rate limit, as this service says it
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from crawler.tenders.ocds_windows import CONTRACTS_FINDER, FIND_A_TENDER, ProcurementApi
from tests.support.site import Asked, FakeSite, Reply, head

PATHS = {
    FIND_A_TENDER.name: "/api/1.0/ocdsReleasePackages",
    CONTRACTS_FINDER.name: "/Published/Notices/OCDS/Search",
}


def a_release(number: str, *, at: datetime, ocid: str | None = None, **more: Any) -> dict[str, Any]:
    """A tender notice of a fictional buyer. `more` replaces whole fields of it."""
    said: dict[str, Any] = {
        "ocid": ocid or f"ocds-h6vhtk-{number[:6]}",
        "id": number,
        "date": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "language": "en",
        "tag": ["tender"],
        "initiationType": "tender",
        "tender": {
            "id": f"T-{number}",
            "title": f"Ward system {number}",
            "description": f"Replacement of the ward system, lot {number}, now by Halcyon Health.",
            "value": {"amount": 1_250_000, "currency": "GBP"},
            "tenderPeriod": {"endDate": "2027-01-29T12:00:00Z"},
        },
        "parties": [{"id": "GB-PPON-1", "name": "Fenmoor NHS Trust", "roles": ["buyer"]}],
        "buyer": {"id": "GB-PPON-1", "name": "Fenmoor NHS Trust"},
    }
    return said | more


class FakeService:
    """One service. `page_size` releases come in one answer; the real ones give a hundred."""

    def __init__(self, site: FakeSite, service: ProcurementApi, *, page_size: int = 100) -> None:
        self.url = site.url(PATHS[service.name])
        self.page_size = page_size
        self.encoding = "utf-8" if service is FIND_A_TENDER else "iso-8859-1"
        self.asked: list[Mapping[str, list[str]]] = []
        self._service = service
        self._published: list[tuple[datetime, str]] = []
        self._allowed: int | None = None
        self._stalls = False
        self._lock = threading.Lock()
        site.behave(PATHS[service.name], Reply(self._write))

    def publish(self, release: Mapping[str, Any] | str, *, at: datetime | None = None) -> None:
        """Have a release, which may be any text, found from its date (or from `at`) on."""
        text = release if isinstance(release, str) else json.dumps(release, ensure_ascii=False)
        if at is None:
            assert not isinstance(release, str)
            at = datetime.fromisoformat(release["date"])
        with self._lock:
            self._published.append((at, text))

    def refuse_after(self, requests: int | None) -> None:
        """Answer so many more requests, then say that they are too many; None: all."""
        with self._lock:
            self._allowed = requests

    def stall_after(self, requests: int | None) -> None:
        """Answer so many more requests, then none until the site closes; None: all."""
        self.refuse_after(requests)
        self._stalls = requests is not None

    def windows(self) -> list[tuple[datetime, datetime]]:
        """What was asked for, in order; pages of one window once."""
        return list(dict.fromkeys(self._window(one) for one in self.asked))

    def _window(self, asked: Mapping[str, list[str]]) -> tuple[datetime, datetime]:
        since, until = (
            datetime.strptime(asked[name][0], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
            for name in (self._service.since, self._service.until)
        )
        return since, until

    def _write(self, connection: socket.socket, asked: Asked, closing: threading.Event) -> None:
        status, body = self._answer(asked.path)
        if status != 200 and self._stalls:
            closing.wait()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        connection.sendall(head(status, headers) + body)

    def _answer(self, path: str) -> tuple[int, bytes]:
        query = urlsplit(path).query
        asked = parse_qs(query)
        with self._lock:
            if self._allowed is not None:
                if self._allowed == 0:
                    return self._refusal()
                self._allowed -= 1
            self.asked.append(asked)
            published = sorted(self._published, reverse=True)
        if self._service is CONTRACTS_FINDER and "%3a" in query.lower():
            return 400, b"{}"
        if int(asked["limit"][0]) > 100:
            return 400, b"{}"
        since, until = self._window(asked)
        found = [text for at, text in published if since <= at < until]
        if until - since > self._service.longest:
            found = found[:1]  # the rest is silently left out
        start = int(asked.get("cursor", ["0"])[0].removeprefix("after="))
        page = found[start : start + self.page_size]
        links = ""
        if start + self.page_size < len(found):
            # another host, another scheme and encoded colons, as seen behind proxies
            bounds = f"{self._service.since}={quote(asked[self._service.since][0])}"
            cursor = quote(f"after={start + self.page_size}")
            links = f', "links": {{"next": "http://internal.example/x?{bounds}&cursor={cursor}"}}'
        text = f'{{"version": "1.1", "releases": [{", ".join(page)}]{links}}}'
        return 200, text.encode(self.encoding)

    def _refusal(self) -> tuple[int, bytes]:
        if self._service is CONTRACTS_FINDER:
            return 403, b"Forbidden"
        return 429, b'{"message": "12 request limit in 2 minute exceeded"}'


def recently(**ago: float) -> datetime:
    """So long ago, to the second."""
    return datetime.now(UTC).replace(microsecond=0) - timedelta(**ago)
