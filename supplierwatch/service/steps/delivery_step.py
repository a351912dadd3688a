"""Sends due messages of the outbox, and takes over the leases of an ended process."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from datetime import datetime

from alerts.dispatch.delivery import Outcome, deliver_due
from storage.store import Store
from supplierwatch.health.pauses import report_paused_channels
from supplierwatch.service.active_configuration import ActiveConfiguration

log = logging.getLogger(__name__)

DELIVERY_BATCH = 50  # messages


class DeliveryStep:
    """Sends due messages.

    Args:
        store: the database.
        in_force: returns the configuration in force.
        clock: returns aware UTC datetimes.
        owner: the beginning of the owner's name in leases.
        ending: asked before each message; true stops.
    """

    def __init__(
        self,
        store: Store,
        in_force: Callable[[], ActiveConfiguration],
        clock: Callable[[], datetime],
        *,
        owner: str,
        ending: Callable[[], bool],
    ) -> None:
        self._lock = threading.Lock()
        self._store = store
        self._in_force = in_force
        self._clock = clock
        self._owner = owner
        self._ending = ending
        self._unwritten: list[Outcome] = []

    def take_over(self) -> None:
        """Release the leases of an earlier process; call only under the service lock.

        On a database shared with other machines, only the leases of this machine.
        """
        alone = self._store.url.startswith("sqlite")
        owner = f"{self._owner}-" if alone else f"{self._owner}-{socket.gethostname()}-"
        with self._store.transaction() as unit:
            left = unit.outbox.expire_leases(owner, self._clock())
        if left:
            log.warning("delivery.taken-over messages=%d", left)

    def run(self) -> int:
        """Send due messages; returns the number of messages tried."""
        with self._lock:
            total, done = 0, DELIVERY_BATCH
            while done == DELIVERY_BATCH and not (total and self._ending()):
                done = deliver_due(
                    self._store,
                    self._in_force().channels,
                    now=self._clock,
                    owner=f"{self._owner}-{socket.gethostname()}-{os.getpid()}",
                    limit=DELIVERY_BATCH,
                    ending=self._ending,
                    unwritten=self._unwritten,
                )
                total += done
            if total:
                report_paused_channels(self._store, self._in_force().context, self._clock())
            return total
