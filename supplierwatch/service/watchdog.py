"""Checks the running service: database file, disk, clock, and alerts to the operator."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from typing import Any

from config.logs import report_suppressed
from storage.engine.service_lock import ServiceLock
from storage.errors import DatabaseLost
from supplierwatch.health.database_loss import mark_lost
from supplierwatch.health.disk_space import disk_reasons
from supplierwatch.health.health import Health
from supplierwatch.health.heap import trim_heap
from supplierwatch.health.operator_alerts import OperatorAlerts
from supplierwatch.health.reasons import Reason
from supplierwatch.service.service import Service
from supplierwatch.service.ticks import Jump

log = logging.getLogger(__name__)

TRIM_EVERY = 60.0  # seconds
EXAMINE_EVERY = 15.0  # seconds between full checks; they count rows
# seconds; after a jump forward of a day the clock is not trusted for a day, and nothing is pruned
LARGE_JUMP = 86_400.0
PRUNING_SUSPENDED = 86_400.0


class Watchdog:
    """Checks one running service. `lost` is set once its database file is lost."""

    def __init__(self, service: Service, health: Health, lock: ServiceLock) -> None:
        self._service = service
        self._health = health
        self._lock = lock
        self._alerts = OperatorAlerts(service.store)
        self._examined_at: float | None = None
        self._trimmed_at: float | None = None
        self._jumps = 0
        self._last_jump: tuple[float, datetime] | None = None
        self.lost: DatabaseLost | None = None

    def check(self) -> int:
        """Check once; returns 1 if a message may have been written to the operator, else 0.

        A lost database file ends the service: whatever it stored from then on would be lost too.
        """
        report_suppressed()
        if self._find_loss():
            return 0
        now = time.monotonic()
        self._health.observe_progress()
        if self._examined_at is not None and now - self._examined_at < EXAMINE_EVERY:
            return 0
        self._examined_at = now
        if self._trimmed_at is None or now - self._trimmed_at >= TRIM_EVERY:
            self._trimmed_at = now
            trim_heap()
        service = self._service
        data = service.catalog.settings.service.data
        self._alerts.update(self._health.reasons(), service.in_force.context, data, service.clock())
        return 1

    def _find_loss(self) -> bool:
        service = self._service
        what = service.store.lost_file()
        if what is None and service.store.file is not None and not self._lock.is_in_place():
            what = "is in a folder whose lock file was removed or replaced"
        if what is None:
            return False
        data = service.catalog.settings.service.data
        if self.lost is None:
            self.lost = DatabaseLost(f"the database file {service.store.file} {what}")
            log.critical("database.lost file=%s it %s", service.store.file, what)
            service.ending.set()
            self.lost = mark_lost(data, service.store.file, what)
        return True

    def reasons(self) -> tuple[Reason, ...]:
        """Return what is wrong with the disk."""
        return disk_reasons(self._service.catalog.settings.service.data)

    def note_jump(self, jump: Jump) -> None:
        """Record a jump of the wall clock."""
        self._jumps += 1
        self._last_jump = (jump.seconds, datetime.now(UTC))
        if jump.seconds >= LARGE_JUMP:
            self._service.pruning.suspend(PRUNING_SUSPENDED)

    def clock_numbers(self) -> dict[str, Any]:
        """Return how often the wall clock jumped, and the last jump in seconds."""
        if self._last_jump is None:
            return {"jumps": 0}
        seconds, at = self._last_jump
        return {
            "jumps": self._jumps,
            "last_seconds": round(seconds, 1),
            "last_at": at.isoformat(timespec="seconds"),
        }
