"""Writes due messages to the outbox: welcomes, digests, alerts, alarms, operator messages."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from functools import partial

from alerts.digest.context import TellingContext
from alerts.digest.share_of_voice import SupplierIndex
from alerts.dispatch.alarms import alarms_due
from alerts.dispatch.cut import cut_due
from alerts.dispatch.welcome import welcome_due
from storage.rules.groups import GroupScope
from storage.store import Store
from supplierwatch.health.quarantine_mail import report_quarantined

log = logging.getLogger(__name__)

ALARMS = "alarms"  # the name of the periodic task
ALARM_EVERY = timedelta(minutes=5)  # between checks for unusual or missing coverage


class TellingStep:
    """Writes due messages, one call at a time.

    Args:
        store: the database.
        contexts: returns what is in force, by the scope of each group. Messages of a group are
            written of what it sees.
        clock: returns aware UTC datetimes.
    """

    def __init__(
        self,
        store: Store,
        contexts: Callable[[], Mapping[GroupScope, TellingContext]],
        clock: Callable[[], datetime],
    ) -> None:
        self.lock = threading.Lock()  # held while messages are written
        # alerts wait until nothing more has been found for that long
        self.settling = timedelta(0)
        self._store = store
        self._contexts = contexts
        self._clock = clock
        self._suppliers: dict[GroupScope, SupplierIndex] = {}

    def run(self, force: Collection[int] = ()) -> int:
        """Write due messages; returns the number of messages.

        A part that fails does not keep the others from running: its exception is raised afterwards.

        Args:
            force: ids of subscribers whose digest is composed now, whatever their cadence.
        """
        with self.lock:
            contexts, now = self._contexts(), self._clock()
            parts: list[Callable[[], int]] = []
            for scope, context in contexts.items():
                store = self._store.within(scope)
                parts += [
                    partial(welcome_due, store, context, now=now),
                    partial(
                        cut_due,
                        store,
                        context,
                        now=now,
                        force=force,
                        supplier_index=self._suppliers_of(scope),
                        settling=self.settling,
                    ),
                ]
            operator = next(iter(contexts.values()))
            parts += [
                partial(self._write_alarms, contexts, now),
                partial(report_quarantined, self._store, operator, now),
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

    def _suppliers_of(self, scope: GroupScope) -> SupplierIndex:
        return self._suppliers.setdefault(scope, SupplierIndex())

    def _write_alarms(self, contexts: Mapping[GroupScope, TellingContext], now: datetime) -> int:
        with self._store.reading() as unit:
            if not unit.periodic_tasks.is_due(ALARMS, ALARM_EVERY, now):
                return 0
        # recorded before: alarms that fail are tried at the next interval, not at each tick
        with self._store.transaction() as unit:
            unit.periodic_tasks.record(ALARMS, now)
        return sum(
            alarms_due(self._store.within(scope), context, self._suppliers_of(scope), now=now)
            for scope, context in contexts.items()
        )
