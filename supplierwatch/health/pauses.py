"""Notifies the operator when delivery by a channel is paused: once for each pause."""

from __future__ import annotations

from datetime import datetime

from alerts.digest.context import TellingContext
from alerts.dispatch.cut import operator_message
from config.settings.channels import MAIL
from storage.store import Store

_NOTICE = "delivery-paused:"


def report_paused_channels(store: Store, context: TellingContext, now: datetime) -> int:
    """Write to the operator about each new pause; returns the number of messages.

    Where mail itself is paused, this mail waits with the others; the channels of `[operator] also`
    get it at once, and /health, `supplierwatch deliveries` and the operator's file
    (`supplierwatch.health.operator_alerts`) show the pause.
    """
    with store.reading() as unit:
        pauses = [each for each in unit.notices.open() if each.key.startswith(_NOTICE)]
        keys = {f"operator:paused:{each.key}:{each.since.isoformat()}" for each in pauses}
        known = unit.outbox.known(keys) if keys else frozenset()
    written = 0
    for pause in pauses:
        key = f"paused:{pause.key}:{pause.since.isoformat()}"
        if f"operator:{key}" in known:
            continue
        way = pause.key.removeprefix(_NOTICE)
        where = "[mail]" if way == MAIL else f"the [[channel]] {way}"
        written += operator_message(
            store,
            context,
            key,
            f"Delivery by {way} is paused",
            [
                f"Since {pause.since:%Y-%m-%d %H:%M} UTC: {pause.text}.",
                f"Nothing is lost: what is due waits. Look at {where} in settings.toml and its "
                "secret; once that is fixed, all of it is sent.",
                "`supplierwatch deliveries` shows what waits, and "
                "`supplierwatch mail-test` tries it.",
            ],
            now,
        )
    return written
