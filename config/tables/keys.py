"""Makes the keys of subscriptions that have none. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from config.tables.shape import SubscriptionTable


def subscription_keys(tables: Sequence[SubscriptionTable]) -> list[str]:
    """Return the key of each subscription: its own, or one made from its cadence and first watch.

    Where two with different recipients would get the same key, the recipient is appended to the
    second; the first keeps the short form, so that adding the second renames nothing.
    """
    taken: dict[str, str] = {each.key: "" for each in tables if each.key is not None}
    keys = []
    for table in tables:
        recipient = table.to[0].casefold()
        if table.key is not None:
            keys.append(table.key)
            continue
        watch = "all" if table.watches[0] == "*" else table.watches[0]
        key = f"{table.cadence.kind}-{watch}"
        if taken.setdefault(key, recipient) != recipient:
            key = f"{key}-{''.join(c if c.isalnum() else '-' for c in recipient)}"
            taken.setdefault(key, recipient)
        keys.append(key)
    return keys
