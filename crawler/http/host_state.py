"""What a batch has learned of hosts: which are not to be asked again before the next one."""

from __future__ import annotations

from collections import Counter

from crawler.fetch_errors import FetchFailed, RobotsDenied
from crawler.jobs.batches import host_of

GIVE_UP_AFTER = 2  # requests in a row that a host left unanswered


class HostState:
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
