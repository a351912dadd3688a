"""Keeps computed proposals for a while: the list and its buttons ask for the same ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta

from alerts.proposals.model import ProposalResult

KEPT = timedelta(minutes=10)  # what was stored since is not measured so long
MAX_KEPT = 50  # watches


class RecentProposals:
    """Proposals by what they were computed from. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._results: dict[Hashable, tuple[datetime, ProposalResult]] = {}

    def get(
        self, asked: Hashable, now: datetime, compute: Callable[[], ProposalResult]
    ) -> ProposalResult:
        """Return the proposals computed from the same, of the last minutes, or new ones."""
        with self._lock:
            at, known = self._results.get(asked, (now, None))
        if known is not None and timedelta(0) <= now - at < KEPT:
            return known
        made = compute()
        with self._lock:
            self._results.pop(asked, None)
            while len(self._results) >= MAX_KEPT:
                del self._results[next(iter(self._results))]
            self._results[asked] = (now, made)
        return made
