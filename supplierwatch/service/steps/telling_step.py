"""Writes due messages to the outbox: welcomes, digests, alerts, alarms, operator messages."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import partial

from alerts.digest.context import TellingContext
from alerts.digest.share_of_voice import SupplierIndex
from alerts.dispatch.alarms import alarms_due
from alerts.dispatch.cut import cut_due
from alerts.dispatch.welcome import welcome_due
from storage.store import Store
from supplierwatch.health.quarantine_mail import report_quarantined

log = logging.getLogger(__name__)

ALARMS = "alarms"  # the name of the periodic task
ALARM_EVERY = timedelta(minutes=5)  # between checks for unusual or missing coverage


class TellingStep:
    """Writes due messages, one call at a time.

    Args:
        store: the database.
        context: returns what is in force.
        clock: returns aware UTC datetimes.
    """

    def __init__(
        self,
        store: Store,
        context: Callable[[], TellingContext],
        clock: Callable[[], datetime],
    ) -> None:
        self.lock = threading.Lock()  # held while messages are written
        # alerts wait until nothing more has been found for that long
        self.settling = timedelta(0)
        self._store = store
        self._context = context
        self._clock = clock
        self._suppliers = SupplierIndex()

    def run(self, force: Collection[int] = ()) -> int:
        """Write due messages; returns the number of messages.

        A part that fails does not keep the others from running: its exception is raised afterwards.

        Args:
            force: ids of subscribers whose digest is composed now, whatever their cadence.
        """
        with self.lock:
            store, context, now = self._store, self._context(), self._clock()
            parts: list[Callable[[], int]] = [
                partial(welcome_due, store, context, now=now),
                partial(
                    cut_due,
                    store,
                    context,
                    now=now,
                    force=force,
                    supplier_index=self._suppliers,
                    settling=self.settling,
                ),
                partial(self._write_alarms, context, now),
                partial(report_quarantined, store, context, now),
            ]
            written = 0
            failures: list[Exception] = []
            for part in parts:
                try:
                    written += part()
                except Exception as error:
                    log.exception("telling.part-failed")
                    failures.append(error)
            if failures:
                raise failures[0]
            return written

    def _write_alarms(self, context: TellingContext, now: datetime) -> int:
        with self._store.reading() as unit:
            if not unit.periodic_tasks.is_due(ALARMS, ALARM_EVERY, now):
                return 0
        # recorded before: alarms that fail are tried at the next interval, not at each tick
        with self._store.transaction() as unit:
            unit.periodic_tasks.record(ALARMS, now)
        return alarms_due(self._store, context, self._suppliers, now=now)
