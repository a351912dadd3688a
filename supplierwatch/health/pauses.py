"""Tells the operator that delivery by some way is paused: once, until it goes on."""

from __future__ import annotations

from datetime import datetime

from alerts.digest.context import TellingContext
from alerts.dispatch.cut import operator_message
from config.channels import MAIL
from storage.store import Store

_NOTICE = "delivery-paused:"


def tell_of_pauses(store: Store, context: TellingContext, now: datetime) -> int:
    """Write to the operator of each pause that was not told yet; returns how many.

    Where mail itself is paused, the mail waits with the others, and says afterwards what was; the
    channels of `[operator] also` have it at once, and /health, `supplierwatch deliveries` and the
    operator's file (`supplierwatch.health.operator_alerts`) say it until then.
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
                "secret; once that is mended, all of it goes.",
                "`supplierwatch deliveries` shows what waits, and "
                "`supplierwatch mail-test` tries it.",
            ],
            now,
        )
    return written
