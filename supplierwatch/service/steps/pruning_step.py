"""Prunes what is past its retention time, every few hours."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from config.model import RetentionSettings
from storage.archive.retention import Pruned
from storage.store import Store
from supplierwatch.service.steps.pruning import TASK, prune_all

log = logging.getLogger(__name__)

PRUNE_EVERY = timedelta(hours=6)


class PruningStep:
    """Prunes the database.

    Args:
        store: the database.
        retention: returns the retention times in force.
        clock: returns aware UTC datetimes.
        ending: asked before each batch; true stops.
    """

    def __init__(
        self,
        store: Store,
        retention: Callable[[], RetentionSettings],
        clock: Callable[[], datetime],
        *,
        ending: Callable[[], bool],
    ) -> None:
        self._store = store
        self._retention = retention
        self._clock = clock
        self._ending = ending
        self._suspended_until = 0.0

    def suspend(self, seconds: float) -> None:
        """Prune nothing for the next `seconds`: the wall clock has jumped far ahead."""
        self._suspended_until = time.monotonic() + seconds

    def run_if_due(self) -> None:
        """Prune if any retention is configured and the last time was `PRUNE_EVERY` ago."""
        retention = self._retention()
        if retention.texts is None and retention.mentions is None and retention.raw is None:
            return
        if time.monotonic() < self._suspended_until:
            return
        now = self._clock()
        with self._store.reading() as unit:
            due = unit.periodic_tasks.is_due(TASK, PRUNE_EVERY, now)
        if not due:
            return
        self.run()
        if not self._ending():
            with self._store.transaction() as unit:
                unit.periodic_tasks.record(TASK, now)

    def run(self) -> Pruned:
        """Prune now, in batches; returns the numbers of deleted rows."""
        total = prune_all(self._store, self._retention(), self._clock(), ending=self._ending)
        if not total.is_empty:
            log.info(
                "pruned texts=%d versions=%d mentions=%d messages=%d raw=%d",
                *(total.texts, total.versions, total.mentions, total.messages, total.raw),
            )
        return total
