"""Summarises a procurement notice on one line: buyer, supplier, value, dates. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from alerts.text.sanitize import line, shorten
from storage.model import ProcurementNotice, StoredItem

MAX_SUMMARY = 400  # characters
_MAX_NAMES = 3
_MAX_NAME = 80  # characters
_SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}


def summarise_notice(item: StoredItem) -> str:
    """Summarise: `Award · Buyer: ... · Supplier: ... · Value: £250,000`; empty without a notice."""
    if item.notice is None:
        return ""
    return line(" · ".join(_list_facts(item.notice)), MAX_SUMMARY)


def format_amount(value: float, currency: str | None) -> str:
    """Format an amount: `£1,250,000`, `SEK 99.50`; decimals only if there are any."""
    number = f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"
    sign = _SIGNS.get(currency or "")
    return f"{sign}{number}" if sign else f"{currency or ''} {number}".strip()


def _list_facts(notice: ProcurementNotice) -> Iterator[str]:
    stage = next((value for name, value in notice.facts if name == "stage"), "")
    if stage:
        yield stage[:1].upper() + stage[1:]
    if notice.buyers:
        yield f"Buyer: {_format_names(notice.buyers)}"
    if notice.suppliers:
        yield f"Supplier: {_format_names(notice.suppliers)}"
    if notice.value is not None:
        yield f"Value: {format_amount(notice.value, notice.currency)}"
    if notice.deadline is not None:
        yield f"Bids until: {_format_day(notice.deadline.date())}"
    if notice.starts_on is not None and notice.ends_on is not None:
        yield f"Contract: {_format_day(notice.starts_on)} to {_format_day(notice.ends_on)}"
    elif notice.starts_on is not None:
        yield f"Contract: from {_format_day(notice.starts_on)}"
    elif notice.ends_on is not None:
        yield f"Contract: until {_format_day(notice.ends_on)}"


def _format_names(names: Sequence[str]) -> str:
    shown = ", ".join(shorten(line(name), _MAX_NAME) for name in names[:_MAX_NAMES])
    more = len(names) - _MAX_NAMES
    return f"{shown} and {more} more" if more > 0 else shown


def _format_day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
