"""Edits one subscription in the text of subscriptions.toml. Pure: the rest of the file stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from config.editing.table_file import (
    put_table,
    read_file_tables,
    remove_table,
    require_table,
    table_text,
)
from config.editing.table_form import TableForm
from config.errors import EditRefused
from config.tables.keys import subscription_keys
from config.tables.shape import DEFAULT_TIMEZONE, SubscriptionTable

_DEFAULTS = {"send_empty": False, "edits": True}
TEXTS = ("cadence", "timezone", "quiet_hours", "bank_holidays", "unusual")
FORM = TableForm(
    file="subscriptions.toml",
    table="subscription",
    order=("key", "group", "to", "watches", *TEXTS, *_DEFAULTS, "expect"),
    defaults=_DEFAULTS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionDraft:
    """A subscription as it should be written to the file; nothing is checked here.

    Empty texts need no line.
    """

    key: str
    to: tuple[str, ...] = ()
    watches: tuple[str, ...] = ()
    cadence: str = ""
    timezone: str = ""
    quiet_hours: str = ""
    bank_holidays: str = ""
    unusual: str = ""
    send_empty: bool = False
    edits: bool = True
    group: str = ""  # empty: the line is left as it is

    def wanted(self) -> dict[str, Any]:
        """Return name -> value of the editable keys; None where no line is needed.

        The key is always written: one made from the cadence would change with it, and the
        subscription would be taken for a new one.
        """
        texts = {name: getattr(self, name) or None for name in TEXTS}
        if self.timezone == DEFAULT_TIMEZONE:
            texts["timezone"] = None
        flags = {name: getattr(self, name) for name in _DEFAULTS}
        return {
            "key": self.key,
            **({"group": self.group} if self.group else {}),
            "to": list(self.to),
            "watches": list(self.watches),
            **texts,
            **{name: None if flags[name] == _DEFAULTS[name] else flags[name] for name in flags},
        }


def read_subscription(content: bytes, key: str) -> SubscriptionDraft | None:
    """Read a subscription from the content of the file; None where there is none with this key.

    Raises:
        EditRefused: the file is not TOML, or a subscription in it is not valid.
    """
    number = _find_subscription(content, key)
    if number is None:
        return None
    table = read_file_tables(content, FORM)[number]
    return SubscriptionDraft(
        key=key,
        to=tuple(table["to"]),
        watches=tuple(table["watches"]),
        group=table.get("group", ""),
        **{name: table.get(name, "") for name in TEXTS},
        **{name: table.get(name, default) for name, default in _DEFAULTS.items()},
    )


def edit_subscription(content: bytes, draft: SubscriptionDraft) -> bytes:
    """Return the file with the subscription of the draft's key changed, or added at its end.

    Raises:
        EditRefused: the file cannot be read, or anything else in it would change.
    """
    return put_table(content, FORM, _find_subscription(content, draft.key), draft.wanted())


def drop_subscription(content: bytes, key: str) -> bytes:
    """Return the file without a subscription.

    Raises:
        EditRefused: there is no such subscription, or anything else would change.
    """
    number = require_table(FORM, _find_subscription(content, key), key)
    return remove_table(content, FORM, number)


def subscription_text(draft: SubscriptionDraft) -> str:
    """Return a subscription as a new table of subscriptions.toml."""
    return table_text(FORM, draft.wanted())


def _find_subscription(content: bytes, key: str) -> int | None:
    try:
        tables = [SubscriptionTable.model_validate(t) for t in read_file_tables(content, FORM)]
    except ValidationError as error:
        raise EditRefused(
            "subscriptions.toml has a subscription that is not valid: `supplierwatch check` says "
            "which"
        ) from error
    keys = subscription_keys(tables)
    return keys.index(key) if key in keys else None
