"""Reads title, parties, value and dates of an OCDS release. Pure.

Identifiers of parties are valid within one release only and never compared between releases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from crawler.tenders.ocds import array, number, record, records, words
from crawler.text.dates import parse_date

_ABANDONED = frozenset({"cancelled", "unsuccessful", "withdrawn"})
_COMPANIES_HOUSE = "GB-COH"
_REVIEW = "reviewBody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An organisation in a release. `legal_name` is empty if it equals the name."""

    name: str
    legal_name: str = ""
    company: str = ""  # its number at Companies House

    @property
    def described(self) -> str:
        """Its name, with legal name and company number in brackets."""
        more = [self.legal_name] if self.legal_name else []
        more += [f"Companies House {self.company}"] if self.company else []
        return f"{self.name} ({', '.join(more)})" if more else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount. `currency` is an ISO 4217 code, GBP if the release has none."""

    amount: float
    currency: str

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:,.2f}".removesuffix(".00")


class Release:
    """Accessors for the fields of one release; `data` is its JSON object."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.ocid = words(data.get("ocid"))
        self.number = words(data.get("id"))
        self.tags = tuple(word for word in map(words, array(data.get("tag"))) if word)
        self.date_raw = words(data.get("date")) or None
        self.language = words(data.get("language")) or None
        self.planning = record(data.get("planning"))
        self.tender = record(data.get("tender"))
        self.awards = [a for a in records(data.get("awards")) if _is_in_force(a)]
        self.contracts = [c for c in records(data.get("contracts")) if _is_in_force(c)]
        self.lots = records(self.tender.get("lots"))
        self._parties = records(data.get("parties"))

    @property
    def title(self) -> str:
        """The title of the notice, else of the first part of the release that has one."""
        project = record(self.planning.get("project"))
        holders = (self.tender, self.data, project, *self.awards, *self.contracts, *self.lots)
        return next((t for t in (words(one.get("title")) for one in holders) if t), "")

    @property
    def stage(self) -> str:
        """The stage of the process in words, from the release's tags: `tender`, `award update`."""
        spelt = (re.sub(r"(?<=[a-z])(?=[A-Z])", " ", tag).lower() for tag in self.tags)
        return ", ".join(dict.fromkeys(spelt))

    @property
    def is_decided(self) -> bool:
        """Return whether a supplier has been chosen."""
        return bool(self.awards or self.contracts)

    def buyers(self) -> tuple[Party, ...]:
        """Return the buyers, else the procuring entities."""
        named = [record(self.data.get("buyer")), *self._list_parties_with_role("buyer")]
        if not any(words(one.get("name")) or words(one.get("id")) for one in named):
            named = [
                record(self.tender.get("procuringEntity")),
                *self._list_parties_with_role("procuringEntity"),
            ]
        return self._build_parties(named)

    def suppliers(self) -> tuple[Party, ...]:
        """Return the suppliers that were awarded a contract."""
        chosen = [one for award in self.awards for one in records(award.get("suppliers"))]
        return self._build_parties([*chosen, *(self._list_parties_with_role("supplier"))])

    def others(self) -> tuple[Party, ...]:
        """Return the other parties, such as bidders and agents, without review bodies."""
        named_before = {one.name.casefold() for one in (*self.buyers(), *self.suppliers())}
        named = [one for one in self._parties if _REVIEW not in array(one.get("roles"))]
        return tuple(o for o in self._build_parties(named) if o.name.casefold() not in named_before)

    def value(self) -> Money | None:
        """Return the total of the contracts, else of the awards, else the estimated value."""
        tender, budget = self.tender, record(self.planning.get("budget"))
        return (
            _sum_money(one.get("value") for one in self.contracts)
            or _sum_money(one.get("value") for one in self.awards)
            or money(tender.get("value"))
            or money(tender.get("maxValue"))
            or _sum_money(one.get("value") for one in self.lots)
            or money(tender.get("minValue"))
            or money(budget.get("amount"))
        )

    def least_value(self) -> Money | None:
        """Return the lower end of the value, if an undecided notice has a range."""
        return None if self.is_decided else money(self.tender.get("minValue"))

    def deadline(self) -> datetime | None:
        """Return the deadline for bids, else for expressions of interest; None once decided."""
        if self.is_decided:
            return None
        bids = words(record(self.tender.get("tenderPeriod")).get("endDate"))
        return parse_date(bids or words(self.tender.get("expressionOfInterestDeadline")))

    def days(self) -> tuple[date | None, date | None]:
        """Return the first and the last day of the contract, as published."""
        periods = (
            [record(one.get("period")) for one in self.contracts],
            [record(one.get("contractPeriod")) for one in self.awards],
            [record(self.tender.get("contractPeriod"))],
            [record(one.get("contractPeriod")) for one in self.lots],
        )
        for some in periods:
            starts = [day for day in (_parse_day(one.get("startDate")) for one in some) if day]
            ends = [day for day in (_parse_day(one.get("endDate")) for one in some) if day]
            if starts or ends:
                return min(starts, default=None), max(ends, default=None)
        return None, None

    def documents(self) -> Iterator[Mapping[str, Any]]:
        """Yield all documents, those of the latest stage first."""
        for holder in (*self.contracts, *self.awards, self.tender, self.planning):
            yield from records(holder.get("documents"))

    def codes(self) -> tuple[str, ...]:
        """Return the classification codes (CPV) of what is bought, with descriptions."""
        holders_of_codes = [self.tender, *self.lots, *records(self.tender.get("items"))]
        holders_of_codes += [item for award in self.awards for item in records(award.get("items"))]
        classes = []
        for one in holders_of_codes:
            classes.append(record(one.get("classification")))
            classes += records(one.get("additionalClassifications"))
        spelt = [f"{words(c.get('id'))} {words(c.get('description'))}".strip() for c in classes]
        # of a code with and without description, only the one with
        known = {code.partition(" ")[0] for code in spelt if " " in code}
        return tuple(dict.fromkeys(c for c in spelt if c and (" " in c or c not in known)))

    def _list_parties_with_role(self, role: str) -> list[Mapping[str, Any]]:
        return [one for one in self._parties if role in array(one.get("roles"))]

    def _build_parties(self, named: Iterable[Mapping[str, Any]]) -> tuple[Party, ...]:
        by_id = {words(one.get("id")): one for one in self._parties if words(one.get("id"))}
        found: dict[str, Party] = {}
        for one in named:
            whole = by_id.get(words(one.get("id")), one)
            name = words(one.get("name")) or words(whole.get("name"))
            if name and name.casefold() not in found:
                found[name.casefold()] = _build_party(name, whole)
        return tuple(found.values())


def money(value: object) -> Money | None:
    """Return a positive amount, else None: services write 0 for an unknown amount."""
    data = record(value)
    for name in ("amount", "amountGross"):
        amount = number(data.get(name))
        if amount is not None and amount > 0:
            return Money(amount=amount, currency=words(data.get("currency")).upper() or "GBP")
    return None


def _sum_money(values: Iterable[object]) -> Money | None:
    """Sum the amounts that are in the currency of the first."""
    amounts = [one for one in map(money, values) if one is not None]
    if not amounts:
        return None
    currency = amounts[0].currency
    return Money(amount=sum(m.amount for m in amounts if m.currency == currency), currency=currency)


def _build_party(name: str, whole: Mapping[str, Any]) -> Party:
    identifier = record(whole.get("identifier"))
    legal = words(identifier.get("legalName"))
    identifiers = [identifier, *records(whole.get("additionalIdentifiers"))]
    numbers = [words(i.get("id")) for i in identifiers if i.get("scheme") == _COMPANIES_HOUSE]
    # Contracts Finder has the number only in the identifier of the party
    whole_id, prefix = words(whole.get("id")), f"{_COMPANIES_HOUSE}-"
    numbers += [whole_id.removeprefix(prefix)] if whole_id.startswith(prefix) else []
    return Party(
        name=name,
        legal_name=legal if legal.casefold() != name.casefold() else "",
        company=next((one for one in numbers if one), ""),
    )


def _is_in_force(decision: Mapping[str, Any]) -> bool:
    return words(decision.get("status")).lower() not in _ABANDONED


def _parse_day(value: object) -> date | None:
    try:
        return date.fromisoformat(words(value)[:10])
    except ValueError:
        return None
