"""What an official notice states, on one line: who buys from whom, for how much, when. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from alerts.text.sanitize import line, shorten
from storage.model import ProcurementNotice, StoredItem

MAX_STATED = 400
_MOST_NAMES = 3
_NAME = 80
_SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}


def stated(item: StoredItem) -> str:
    """`Award · Buyer: ... · Supplier: ... · Value: £250,000`; nothing where there is no notice."""
    if item.notice is None:
        return ""
    return line(" · ".join(_parts(item.notice)), MAX_STATED)


def amount(value: float, currency: str | None) -> str:
    """`£1,250,000`, `SEK 99.50`; nothing of a pound is shown unless there is some."""
    number = f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"
    sign = _SIGNS.get(currency or "")
    return f"{sign}{number}" if sign else f"{currency or ''} {number}".strip()


def _parts(notice: ProcurementNotice) -> Iterator[str]:
    stage = next((said for name, said in notice.facts if name == "stage"), "")
    if stage:
        yield stage[:1].upper() + stage[1:]
    if notice.buyers:
        yield f"Buyer: {_names(notice.buyers)}"
    if notice.suppliers:
        yield f"Supplier: {_names(notice.suppliers)}"
    if notice.value is not None:
        yield f"Value: {amount(notice.value, notice.currency)}"
    if notice.deadline is not None:
        yield f"Bids until: {_day(notice.deadline.date())}"
    if notice.starts_on is not None and notice.ends_on is not None:
        yield f"Contract: {_day(notice.starts_on)} to {_day(notice.ends_on)}"
    elif notice.starts_on is not None:
        yield f"Contract: from {_day(notice.starts_on)}"
    elif notice.ends_on is not None:
        yield f"Contract: until {_day(notice.ends_on)}"


def _names(names: Sequence[str]) -> str:
    shown = ", ".join(shorten(line(name), _NAME) for name in names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
