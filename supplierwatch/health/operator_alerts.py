"""Reports urgent problems to the operator by mail, channels, log and a file.

A mail server that is down cannot be reported by mail. So each urgent reason goes to the operator's
address and to the channels of `[operator] also`, and stays in `<data>/operator/attention.txt` and
in the log as long as it lasts.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from alerts.digest.context import TellingContext
from alerts.dispatch.cut import operator_message
from storage.store import Store
from supplierwatch.health.reasons import Reason

log = logging.getLogger(__name__)

NOTIFY_AFTER = 60.0  # seconds that a reason has to last; a locked database is often free sooner
REPEAT_LOG_AFTER = 3600.0


class OperatorAlerts:
    """Keeps the operator's file up to date, and sends one message about each urgent reason.

    Args:
        store: the outbox.
        monotonic: seconds; replaced by tests.
    """

    def __init__(self, store: Store, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._monotonic = monotonic
        self._since: dict[str, tuple[float, datetime]] = {}
        self._logged: dict[str, float] = {}
        self._told: set[str] = set()

    def update(
        self, reasons: Sequence[Reason], context: TellingContext, folder: Path, now: datetime
    ) -> None:
        """Update file, log and messages to the current urgent reasons.

        Raises:
            OSError: the file cannot be written.
            StorageError: the messages cannot be written; they are tried again at the next call.
        """
        urgent = {reason.key: reason for reason in reasons if reason.urgent}
        moment = self._monotonic()
        for key in self._since.keys() - urgent.keys():
            del self._since[key]
            self._logged.pop(key, None)
            self._told.discard(key)
        for key in urgent:
            self._since.setdefault(key, (moment, now))
        lasting = [
            reason for key, reason in urgent.items() if moment - self._since[key][0] >= NOTIFY_AFTER
        ]
        self._log_reasons(lasting, moment)
        self._write_reasons(lasting, folder)
        for reason in lasting:
            if reason.key not in self._told:
                self._send_message(reason, context, now)
                self._told.add(reason.key)

    def _log_reasons(self, lasting: Sequence[Reason], moment: float) -> None:
        for reason in lasting:
            last = self._logged.get(reason.key)
            if last is None or moment - last >= REPEAT_LOG_AFTER:
                self._logged[reason.key] = moment
                log.error("attention.needed reason=%s %s", reason.key, reason.text)

    def _write_reasons(self, lasting: Sequence[Reason], folder: Path) -> None:
        write_file(
            folder,
            [f"Since {self._since[one.key][1]:%Y-%m-%d %H:%M} UTC: {one.text}" for one in lasting],
        )

    def _send_message(self, reason: Reason, context: TellingContext, now: datetime) -> None:
        operator_message(
            self._store,
            context,
            # at most once a day, however often the service is started
            key=f"attention:{reason.key}:{now:%Y-%m-%d}",
            subject="supplierwatch needs attention",
            lines=[
                f"{reason.text[:1].upper()}{reason.text[1:]}.",
                "/health shows how it stands now, and so does operator/attention.txt in the data "
                "folder.",
            ],
            now=now,
        )


def attention_file(data: Path) -> Path:
    """Return the path of the file that lists urgent problems."""
    return data / "operator" / "attention.txt"


def write_file(data: Path, lines: Sequence[str]) -> None:
    """Write `lines` to the operator's file, or remove it if there are none.

    Raises:
        OSError: it cannot be written.
    """
    path = attention_file(data)
    if not lines:
        path.unlink(missing_ok=True)
        return
    text = "\n".join(lines) + "\n"
    try:
        if path.read_text(encoding="utf-8") == text:
            return
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
