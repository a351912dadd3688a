"""Filters on properties of an item: a row for each, with its parser, test and wording.

A new filter is a row in `FILTERS`.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from alerts.query.model.nodes import Filter
from alerts.query.text.document import Document
from config.model import ItemKind

Value = str | float | date
_RELATION = re.compile(r"\s*(<=|>=|<|>|=)?\s*(.*)", re.DOTALL)
_NUMBER = re.compile(r"[£$€]?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(k|m|mn|bn|b)?", re.IGNORECASE)
_SCALE = {"": 1.0, "k": 1e3, "m": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9}
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
KINDS: tuple[str, ...] = get_args(ItemKind)
_KIND_NAMES = {
    **{kind: kind for kind in KINDS},
    "pq": "question", "questions": "question", "press": "release", "pressrelease": "release",
    "releases": "release", "tenders": "tender", "notice": "tender", "board": "boardpaper",
    "boardpapers": "boardpaper", "article": "news",
}  # fmt: skip


class ValueProblem(ValueError):
    """Raised for a value that cannot be parsed. `hint` is the fix."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterRow:
    """A filter of the query language.

    Args:
        name: its canonical name.
        read: parses a written value to (value, last day of a date range or None).
        test: whether a document passes.
        says: the wording in the paraphrase.
        example: shown in errors.
        ordered: whether it takes < and >.
        also: other spellings of the name.
    """

    name: str
    read: Callable[[str], tuple[Value, date | None]]
    test: Callable[[Filter, Document], bool]
    says: Callable[[Filter], str]
    example: str
    ordered: bool = False
    also: tuple[str, ...] = ()


def read_filter(row: FilterRow, written: str, column: int) -> Filter:
    """Parse the value of a filter, which may begin with a relation.

    Raises:
        ValueProblem: the value or relation cannot be parsed.
    """
    found = _RELATION.fullmatch(written)
    relation, raw = (found[1] or "=", found[2].strip()) if found else ("=", written)
    if relation != "=" and not row.ordered:
        raise ValueProblem(f"{row.name} cannot be compared by {relation}", f"Write {row.example}")
    if not raw:
        raise ValueProblem(f"{row.name} needs a value", f"Write {row.example}")
    value, until = row.read(raw)
    if until is not None and ".." in raw and relation != "=":
        raise ValueProblem(f"{raw!r} has two ends", f"Write {row.name}:{raw}")
    kind: Literal["=", "<", "<=", ">", ">="] = relation  # type: ignore[assignment]
    if until is not None and relation in ("<=", ">"):
        value = until  # the last day of a month, year or range
    return Filter(row.name, kind, value, until if relation == "=" else None, column)


def test_filter(node: Filter, document: Document) -> bool:
    """Return whether an item passes a filter. An item without the property does not."""
    return FILTERS[node.name].test(node, document)


def _read_text(raw: str) -> tuple[Value, None]:
    return raw.lower(), None


def _read_site(raw: str) -> tuple[Value, None]:
    host = re.sub(r"^(?:https?://)?(?:www\.)?", "", raw.lower()).removeprefix("*").strip("./")
    if not host or re.search(r"[\s/*?]", host):
        raise ValueProblem(
            f"{raw!r} is not the name of a site", "Write site:bbc.co.uk; for a path, url:news"
        )
    return host, None


def _read_kind(raw: str) -> tuple[Value, None]:
    kind = _KIND_NAMES.get(re.sub(r"[\s_-]", "", raw.lower()))
    if kind is None:
        raise ValueProblem(f"there is no type {raw!r}", f"Types are: {', '.join(KINDS)}")
    return kind, None


def _read_number(raw: str) -> tuple[Value, None]:
    found = _NUMBER.fullmatch(raw)
    if found is None:
        raise ValueProblem(
            f"{raw!r} is not an amount", "Write value>100000, value>=1.5m, value<2bn"
        )
    whole = found[1].replace(",", "") + (found[2] or "")
    return float(whole) * _SCALE[(found[3] or "").lower()], None


def _read_days(raw: str) -> tuple[Value, date | None]:
    first, dots, last = raw.partition("..")
    begin, end = _read_day(first, raw)
    if dots:
        end = _read_day(last, raw)[1]
        if end < begin:
            raise ValueProblem(f"{raw!r} ends before it begins", f"Write date:{last}..{first}")
    return begin, end


def _read_day(written: str, raw: str) -> tuple[date, date]:
    found = _DAY.fullmatch(written.strip())
    try:
        if found is None:
            raise ValueError
        year, month, day = (int(part) if part else None for part in found.groups())
        first = date(year or 0, month or 1, day or 1)
        if day is not None:
            return first, first
        last = calendar.monthrange(first.year, month or 12)[1]
        return first, date(first.year, month or 12, last)
    except ValueError:
        raise ValueProblem(
            f"{raw!r} is not a day",
            "Write date:2026-01-31, date:2026-01, date:2026-01..2026-03, date>=2026-01-31",
        ) from None


def _test_site(node: Filter, document: Document) -> bool:
    host = document.host
    return host == node.value or host.endswith(f".{node.value}")


def _test_language(node: Filter, document: Document) -> bool:
    language = document.language.lower().replace("_", "-")
    return language == node.value or language.startswith(f"{node.value}-")


def _test_value(node: Filter, document: Document) -> bool:
    return document.value is not None and _compare(document.value, node.relation, node.value)


def _test_date(node: Filter, document: Document) -> bool:
    if document.date is None:
        return False
    if node.until is not None:
        return _compare(document.date, ">=", node.value) and document.date <= node.until
    return _compare(document.date, node.relation, node.value)


def _compare(value: float | date, relation: str, bound: Value) -> bool:
    match relation:
        case "=":
            return value == bound
        case "<":
            return value < bound  # type: ignore[operator]
        case "<=":
            return value <= bound  # type: ignore[operator]
        case ">":
            return value > bound  # type: ignore[operator]
        case _:
            return value >= bound  # type: ignore[operator]


def format_value(node: Filter) -> str:
    """Format the value of a filter as in a query."""
    if node.until is not None and node.until != node.value:
        return f"{node.value}..{node.until}"
    return f"{node.value:.15g}" if isinstance(node.value, float) else str(node.value)


_VALUE_WORDS = {"=": "", "<": "under ", "<=": "at most ", ">": "over ", ">=": "at least "}
_DATE_WORDS = {
    "=": "on ", "<": "before ", "<=": "up to ", ">": "after ", ">=": "from ",
}  # fmt: skip


def _describe_date(node: Filter) -> str:
    if node.until is not None and node.until != node.value:
        return f"dated {node.value} to {node.until}"
    return f"dated {_DATE_WORDS[node.relation]}{node.value}"


FILTERS = {
    row.name: row
    for row in (
        FilterRow(
            name="site", read=_read_site, test=_test_site, example="site:bbc.co.uk",
            says=lambda node: f"on the site {node.value}", also=("domain", "domainis", "host"),
        ),
        FilterRow(
            name="lang", read=lambda raw: _read_text(raw.replace("_", "-")), test=_test_language,
            example="lang:en", says=lambda node: f"in the language {node.value}",
            also=("language", "sourcelang"),
        ),
        FilterRow(
            name="type", read=_read_kind, test=lambda node, document: document.kind == node.value,
            example="type:tender", says=lambda node: f"of the type {node.value}",
            also=("kind", "sourcetype"),
        ),
        FilterRow(
            name="value", read=_read_number, test=_test_value, example="value>100000",
            says=lambda node: f"with a value of {_VALUE_WORDS[node.relation]}{node.value:,.15g}",
            ordered=True, also=("amount",),
        ),
        FilterRow(
            name="date", read=_read_days, test=_test_date, example="date>=2026-01-31",
            says=_describe_date, ordered=True, also=("pubdate", "published"),
        ),
    )
}  # fmt: skip
FILTER_NAMES = {spelling: row for row in FILTERS.values() for spelling in (row.name, *row.also)}
