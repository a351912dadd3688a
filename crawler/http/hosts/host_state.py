"""Records which hosts get no further requests in a batch: unanswered requests and rate limits."""

from __future__ import annotations

from collections import Counter

from crawler.fetch_errors import FetchFailed, RobotsDenied
from crawler.jobs.batches import host_of

GIVE_UP_AFTER = 2  # unanswered requests in a row


class HostState:
    """Records unanswered requests and rate limits of hosts within one batch."""

    def __init__(self) -> None:
        self._unanswered: Counter[str] = Counter()
        self._rate_limited: set[str] = set()

    def record_response(self, url: str) -> None:
        """Record that a host answered, with whatever status."""
        self._unanswered.pop(host_of(url), None)

    def record_failure(self, url: str, error: FetchFailed) -> None:
        """Record a failed fetch; only failures that mean the host does not answer count."""
        if error.is_host_failure or (isinstance(error, RobotsDenied) and error.unreachable):
            self._unanswered[host_of(url)] += 1

    def record_rate_limit(self, url: str) -> None:
        """Record that a host asked for fewer requests (429, Retry-After)."""
        self._rate_limited.add(host_of(url))

    def is_unavailable(self, url: str) -> bool:
        """Return whether the host of this URL gets no further requests in this batch."""
        host = host_of(url)
        return host in self._rate_limited or self._unanswered[host] >= GIVE_UP_AFTER
