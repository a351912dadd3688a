"""Reads what identifies the matter of an item: identifiers, names, amounts, dates. Pure.

OCIDs are those of https://standard.open-contracting.org/latest/en/schema/identifiers/, numbers of
notices those of Find a Tender (`012345-2026`), questions are numbered anew in each session.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from alerts.text.notice_summary import format_amount
from alerts.text.sanitize import line, shorten
from alerts.threads.proper_names import NamedThing, find_names, programme_titled
from storage.model import Span, StoredItem
from storage.rules.identity import url_key

ClueKind = Literal[
    "process", "notice", "question", "link", "company", "body", "programme", "amount", "date"
]
MAX_OF_A_KIND = 30  # clues of one item
MIN_AMOUNT = 50_000  # smaller ones are salaries, fines and prices

_OCID = re.compile(r"\bocds-[a-z0-9]{6}-[A-Za-z0-9./-]{1,60}", re.ASCII)
_NOTICE = re.compile(r"(?<![\w-])\d{6}-20\d\d(?![\w-])", re.ASCII)
_QUESTION = re.compile(
    r"\b(?:written )?(?:question|UIN|PQ)s?(?: number| no\.?)?[: ]{1,2}"
    r"((?:HL)?\d{3,6})(?![\w,.-]*\d)",
    re.IGNORECASE | re.ASCII,
)
_OWN_QUESTION = re.compile(r"Question: ((?:HL)?\d{3,6}),", re.IGNORECASE)
_QUESTION_URL = re.compile(r"/written-questions/detail/[\d-]{10}/((?:HL)?\d{1,6})", re.IGNORECASE)
_COMPANY = re.compile(
    r"\b(?:Companies House|company (?:number|no\.?)|registered number)[ :]{1,2}"
    r"((?:[A-Z]{2}\d{6})|\d{7,8})\b",
    re.IGNORECASE | re.ASCII,
)
_URL = re.compile(r"https?://[^\s<>\"')\]]{4,500}", re.IGNORECASE)
_AMOUNT = re.compile(
    r"(?P<sign>£|€|\$|\bGBP |\bEUR |\bUSD )\s?(?P<number>\d{1,3}(?:,\d{3}){1,4}|\d{1,12})"
    r"(?P<part>\.\d{1,2})?\s?(?P<unit>k|m|mn|bn|million|billion|thousand)?\b",
    re.IGNORECASE | re.ASCII,
)
_CURRENCIES = {"£": "GBP", "€": "EUR", "$": "USD"}
_UNITS = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6}
_NUMBER_WITHIN = 160  # characters behind the name
_MAX_IDENTIFIERS = 200  # occurrences that are looked at of each kind


@dataclass(frozen=True, slots=True, order=True)
class Clue:
    """Something that two items of one matter may share.

    `value` is compared, `shown` is printed. `weak`: many matters have it (NHS England). `own`: it
    is the address or number of the item itself, which others may quote.
    """

    kind: ClueKind
    value: str
    shown: str = field(compare=False)
    weak: bool = field(compare=False, default=False)
    own: bool = field(compare=False, default=False)


def clues_of(
    item: StoredItem,
    passages: Sequence[str],
    *,
    own_names: frozenset[str] = frozenset(),
    own_numbers: frozenset[str] = frozenset(),
) -> tuple[Clue, ...]:
    """Return the clues of an item, at most `MAX_OF_A_KIND` of each kind.

    Args:
        item: the item.
        passages: what of it is about the supplier.
        own_names: the folded names of the supplier, each between blanks, which join nothing.
        own_numbers: the numbers of the supplier at Companies House, which join nothing.
    """
    text = "\n".join(passages)
    found: dict[ClueKind, dict[str, Clue]] = {}
    for clue in (
        *_identifiers_of(item, text),
        *_facts_of(item),
        *_names_in(text, own_names),
        *_amounts_in(text),
    ):
        some = found.setdefault(clue.kind, {})
        if clue.kind == "company" and clue.value in own_numbers:
            continue
        if len(some) < MAX_OF_A_KIND:
            some.setdefault(clue.value, clue)
    return tuple(sorted(clue for some in found.values() for clue in some.values()))


def own_company_numbers(item: StoredItem, spans: Sequence[Span]) -> frozenset[str]:
    """Return the company numbers that stand right behind the supplier's name in a notice."""
    found = set()
    for span in spans[:_MAX_IDENTIFIERS] if item.kind == "tender" else ():
        if span.field == "body":
            rest = item.body[span.end : span.end + _NUMBER_WITHIN].split("\n")[0].split(";")[0]
            found |= {clue.value for clue in _companies_in(rest)}
    return frozenset(found)


def _identifiers_of(item: StoredItem, text: str) -> Iterator[Clue]:
    facts = {} if item.notice is None else dict(item.notice.facts)
    if process := facts.get("process", ""):
        yield Clue("process", process.lower(), line(process, 80))
    if number := facts.get("number", ""):
        yield Clue("notice", number.lower(), line(number, 60))
    for found in _take_first(_OCID.finditer(text)):
        yield Clue("process", found[0].rstrip("./-").lower(), found[0].rstrip("./-"))
    for found in _take_first(_NOTICE.finditer(text)):
        yield Clue("notice", found[0], found[0])
    if item.kind == "question":
        own = _QUESTION_URL.search(item.url or "") or _OWN_QUESTION.match(item.body)
        if own is not None:
            yield Clue("question", own[1].upper(), own[1].upper(), own=True)
    for found in _take_first(_QUESTION.finditer(text)):
        yield Clue("question", found[1].upper(), found[1].upper())
    for address in [carrier.url for carrier in item.carriers] + [item.url]:
        if address:
            yield Clue("link", url_key(address), line(address, 120), own=True)
    for found in _take_first(_URL.finditer(text)):
        address = found[0].rstrip(".,;:!?")
        if quoted := _QUESTION_URL.search(address):
            yield Clue("question", quoted[1].upper(), quoted[1].upper())
        yield Clue("link", url_key(address), line(address, 120))
    yield from _companies_in(text)


def _facts_of(item: StoredItem) -> Iterator[Clue]:
    notice = item.notice
    if notice is None:
        return
    if (programme := programme_titled(line(item.title, 120))) is not None:
        yield from _find_name_clues(programme)
    for buyer in notice.buyers[:MAX_OF_A_KIND]:
        yield from _find_name_clues(NamedThing.body_of(line(buyer, 120)))
    if notice.value is not None and notice.value >= MIN_AMOUNT:
        yield _amount_clue(notice.value, notice.currency or "GBP")
    for label, day in (("start", notice.starts_on), ("end", notice.ends_on)):
        if day is not None:
            yield Clue("date", f"{label} {day.isoformat()}", f"{day.day} {day:%B %Y}")


def _names_in(text: str, own_names: frozenset[str]) -> Iterator[Clue]:
    for name in find_names(text):
        if not any(own in f" {name.folded} " for own in own_names):
            yield from _find_name_clues(name)


def _find_name_clues(name: NamedThing) -> Iterator[Clue]:
    kind: ClueKind = "body" if name.is_body else "programme"
    yield Clue(kind, name.folded, shorten(name.text, 80), name.is_common)


def _amounts_in(text: str) -> Iterator[Clue]:
    for found in _take_first(_AMOUNT.finditer(text)):
        number = float(found["number"].replace(",", "") + (found["part"] or ""))
        value = number * _UNITS.get((found["unit"] or "").lower(), 1e9 if found["unit"] else 1.0)
        sign = found["sign"].strip().upper()
        if value >= MIN_AMOUNT:
            yield _amount_clue(value, _CURRENCIES.get(sign, sign))


def _amount_clue(value: float, currency: str) -> Clue:
    # three digits: a report says £12.4m where the notice says £12,384,000
    rounded = float(f"{value:.3g}")
    return Clue("amount", f"{currency} {rounded:.0f}", format_amount(rounded, currency))


def _companies_in(text: str) -> Iterator[Clue]:
    for found in _take_first(_COMPANY.finditer(text)):
        number = found[1].upper().rjust(8, "0")
        yield Clue("company", number, number)


def _take_first(found: Iterable[re.Match[str]]) -> Iterator[re.Match[str]]:
    return (each for each, _ in zip(found, range(_MAX_IDENTIFIERS), strict=False))
