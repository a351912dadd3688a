"""Exceptions of fetching a URL.

CrawlerError
  InvalidJob              a child process was given an invalid job
  FetchFailed             there was no usable response (the message says what happened)
    FetchRefused          the guard does not allow the address
    HostUnavailable       the host failed earlier in this batch, or asked for no requests
    TooManyLargeBodies    too many large responses were in memory
    RobotsDenied          robots.txt does not allow the address, or could not be read
"""

from __future__ import annotations

from crawler.errors import CrawlerError

__all__ = [
    "FetchFailed",
    "FetchRefused",
    "HostUnavailable",
    "InvalidJob",
    "RobotsDenied",
    "TooManyLargeBodies",
]


class InvalidJob(CrawlerError):
    """A child process was given an invalid job."""


# causes that mean that the host itself does not answer
_HOST_CAUSES = frozenset({"timeout", "dns", "connection", "tls"})


class FetchFailed(CrawlerError):
    """There was no usable response. `cause` is the keyword used by counters and reports."""

    cause = "fetch-failed"

    def __init__(self, message: str, *, cause: str | None = None) -> None:
        super().__init__(message)
        if cause is not None:
            self.cause = cause

    @property
    def is_host_failure(self) -> bool:
        """Return whether other requests to the same host would fail as well."""
        return self.cause in _HOST_CAUSES


class FetchRefused(FetchFailed):
    """The address guard (SSRF protection) does not allow the address."""

    cause = "address-refused"


class HostUnavailable(FetchFailed):
    """The host failed earlier in this batch, or asked for no requests for a time."""

    cause = "host-out"


class TooManyLargeBodies(FetchFailed):
    """Too many large responses were in memory; the URL itself may be fine."""

    cause = "no-room"


class RobotsDenied(FetchFailed):
    """robots.txt does not allow the address, or could not be read (then nothing is allowed)."""

    cause = "robots"

    def __init__(self, message: str, *, unreachable: bool = False) -> None:
        super().__init__(message)
        self.unreachable = unreachable
