"""What can go wrong between a URL and its bytes.

CrawlerError
  BadJob          a child process was told nonsense
  FetchFailed     no usable answer came (its message says what happened)
    FetchRefused  the guard does not allow the address
    HostIsOut     the host did not answer before, or asked to be left alone
    NoRoom        too many large answers were held
    RobotsDenied  robots.txt does not allow the address, or could not be read
"""

from __future__ import annotations

from crawler.errors import CrawlerError

__all__ = ["BadJob", "FetchFailed", "FetchRefused", "HostIsOut", "NoRoom", "RobotsDenied"]


class BadJob(CrawlerError):
    """A child process was told nonsense."""


# causes that say that the host itself does not answer
_NO_HOST = frozenset({"timeout", "dns", "connection", "tls"})


class FetchFailed(CrawlerError):
    """No usable answer came. `cause` is one word of the crawl's vocabulary for counters."""

    cause = "fetch-failed"

    def __init__(self, message: str, *, cause: str | None = None) -> None:
        super().__init__(message)
        if cause is not None:
            self.cause = cause

    @property
    def no_host(self) -> bool:
        """Whether asking the same host for something else is of no use either."""
        return self.cause in _NO_HOST


class FetchRefused(FetchFailed):
    """The guard does not allow the address."""

    cause = "address-refused"


class HostIsOut(FetchFailed):
    """The host did not answer before in this batch, or asked to be left alone."""

    cause = "host-out"


class NoRoom(FetchFailed):
    """Too many large answers were held at the time; nothing is wrong with this one."""

    cause = "no-room"


class RobotsDenied(FetchFailed):
    """robots.txt does not allow the address, or could not be read (then nothing is allowed)."""

    cause = "robots"

    def __init__(self, message: str, *, unreachable: bool = False) -> None:
        super().__init__(message)
        self.unreachable = unreachable
