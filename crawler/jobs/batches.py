"""Groups due sources into batches for child processes: all sources of one host together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar
from urllib.parse import urlsplit


class HasUrl(Protocol):
    """A declared source or its state: anything with an address."""

    @property
    def url(self) -> str:
        """The address that is polled."""


Polled = TypeVar("Polled", bound=HasUrl)


def host_of(url: str) -> str:
    """The host that a URL asks, in lower case: what one crawl at a time may hold."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def batches(sources: Sequence[Polled], *, size: int) -> tuple[tuple[Polled, ...], ...]:
    """Batches of about `size` sources in the order given; a host is never in two of them.

    A host with more than `size` sources makes a larger batch: its requests run one at a time in
    one process, and two processes would not see each other's.
    """
    by_host: dict[str, list[Polled]] = {}
    for source in sources:
        by_host.setdefault(host_of(source.url), []).append(source)
    made: list[list[Polled]] = []
    for group in by_host.values():
        if not made or len(made[-1]) + len(group) > size:
            made.append([])
        made[-1].extend(group)
    return tuple(tuple(batch) for batch in made)
