"""What polls work with: given by the spider of a kind, replaced in tests by fakes with switches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from config.model import Source
from crawler.answers import Answer
from crawler.batches import host_of
from crawler.events import Emit
from crawler.fetch_errors import FetchFailed, RobotsDenied
from crawler.listing import Listing
from crawler.pipelines import Pipeline

Fetch = Callable[[str, Mapping[str, str]], Awaitable[Answer]]
ReadListing = Callable[[Source, Answer], Listing]

GIVE_UP_AFTER = 2  # requests in a row that a host left unanswered


class Hosts:
    """Which hosts are not to be asked again in this batch, and why."""

    def __init__(self) -> None:
        self._silent: Counter[str] = Counter()
        self._asked_for_peace: set[str] = set()

    def answered(self, url: str) -> None:
        """A host gave an answer, whatever it was."""
        self._silent.pop(host_of(url), None)

    def failed(self, url: str, error: FetchFailed) -> None:
        """A host gave none."""
        if error.no_host or (isinstance(error, RobotsDenied) and error.unreachable):
            self._silent[host_of(url)] += 1

    def leave_alone(self, url: str) -> None:
        """A host said that we ask too often."""
        self._asked_for_peace.add(host_of(url))

    def is_out(self, url: str) -> bool:
        """Whether asking this host for more would be useless or rude."""
        host = host_of(url)
        return host in self._asked_for_peace or self._silent[host] >= GIVE_UP_AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the polls of one batch share.

    `read` takes a listing that came with status 200 and raises NotAFeed. `pages_per_source` bounds
    how many pages of older entries one poll reads.
    """

    pipeline: Pipeline
    fetch: Fetch
    read: ReadListing
    clock: Callable[[], datetime]
    random: Callable[[], float]
    emit: Emit
    pages_per_source: int
    run_id: str
    hosts: Hosts = field(default_factory=Hosts)
