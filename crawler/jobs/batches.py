"""Groups due sources into batches for child processes, with each host in one batch. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar
from urllib.parse import urlsplit


class HasUrl(Protocol):
    """Anything with a URL: a declared source or its state."""

    @property
    def url(self) -> str:
        """The URL that is polled."""


Polled = TypeVar("Polled", bound=HasUrl)


def host_of(url: str) -> str:
    """Return the host of a URL in lower case; "" if it has none or is invalid."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def make_batches(sources: Sequence[Polled], *, size: int) -> tuple[tuple[Polled, ...], ...]:
    """Group sources into batches of about `size`, in the given order, with each host in one batch.

    A host with more than `size` sources gets a larger batch: requests to a host run one at a
    time, which only one process can ensure.
    """
    by_host: dict[str, list[Polled]] = {}
    for source in sources:
        by_host.setdefault(host_of(source.url), []).append(source)
    grouped: list[list[Polled]] = []
    for group in by_host.values():
        if not grouped or len(grouped[-1]) + len(group) > size:
            grouped.append([])
        grouped[-1].extend(group)
    return tuple(tuple(batch) for batch in grouped)
