"""What one OCDS release says: its title, parties, value and dates. Pure.

Identifiers of parties hold within one release only, so they are never compared between two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from crawler.tenders.ocds import many, number, record, records, words
from crawler.text.dates import parse_date

_OFF = frozenset({"cancelled", "unsuccessful", "withdrawn"})
_COMPANIES_HOUSE = "GB-COH"
_REVIEW = "reviewBody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An organisation in a release. `legal_name` is empty where it is the name itself."""

    name: str
    legal_name: str = ""
    company: str = ""  # its number at Companies House

    @property
    def described(self) -> str:
        """Its name with whatever else identifies it."""
        more = [self.legal_name] if self.legal_name else []
        more += [f"Companies House {self.company}"] if self.company else []
        return f"{self.name} ({', '.join(more)})" if more else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount. `currency` is an ISO 4217 code, GBP where nothing was said."""

    amount: float
    currency: str

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:,.2f}".removesuffix(".00")


class Release:
    """Questions to one release."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self.said = said
        self.ocid = words(said.get("ocid"))
        self.number = words(said.get("id"))
        self.tags = tuple(word for word in map(words, many(said.get("tag"))) if word)
        self.date_raw = words(said.get("date")) or None
        self.language = words(said.get("language")) or None
        self.planning = record(said.get("planning"))
        self.tender = record(said.get("tender"))
        self.awards = [a for a in records(said.get("awards")) if _stands(a)]
        self.contracts = [c for c in records(said.get("contracts")) if _stands(c)]
        self.lots = records(self.tender.get("lots"))
        self._parties = records(said.get("parties"))

    @property
    def title(self) -> str:
        """The title of the notice, or of the first thing in it that has one."""
        project = record(self.planning.get("project"))
        holders = (self.tender, self.said, project, *self.awards, *self.contracts, *self.lots)
        return next((t for t in (words(one.get("title")) for one in holders) if t), "")

    @property
    def stage(self) -> str:
        """How far the process has come, in words: `tender`, `award update`."""
        spelt = (re.sub(r"(?<=[a-z])(?=[A-Z])", " ", tag).lower() for tag in self.tags)
        return ", ".join(dict.fromkeys(spelt))

    @property
    def is_decided(self) -> bool:
        """Whether a supplier has been chosen."""
        return bool(self.awards or self.contracts)

    def buyers(self) -> tuple[Party, ...]:
        """Who buys."""
        named = [record(self.said.get("buyer")), *self._with_role("buyer")]
        if not any(words(one.get("name")) or words(one.get("id")) for one in named):
            named = [
                record(self.tender.get("procuringEntity")),
                *self._with_role("procuringEntity"),
            ]
        return self._parties_of(named)

    def suppliers(self) -> tuple[Party, ...]:
        """Who was chosen."""
        chosen = [one for award in self.awards for one in records(award.get("suppliers"))]
        return self._parties_of([*chosen, *(self._with_role("supplier"))])

    def others(self) -> tuple[Party, ...]:
        """Whoever else takes part: bidders, agents; courts that hear complaints do not."""
        told = {one.name.casefold() for one in (*self.buyers(), *self.suppliers())}
        named = [one for one in self._parties if _REVIEW not in many(one.get("roles"))]
        return tuple(o for o in self._parties_of(named) if o.name.casefold() not in told)

    def value(self) -> Money | None:
        """What the contracts come to, else the awards, else what the notice estimates."""
        tender, budget = self.tender, record(self.planning.get("budget"))
        return (
            _total(one.get("value") for one in self.contracts)
            or _total(one.get("value") for one in self.awards)
            or money(tender.get("value"))
            or money(tender.get("maxValue"))
            or _total(one.get("value") for one in self.lots)
            or money(tender.get("minValue"))
            or money(budget.get("amount"))
        )

    def least_value(self) -> Money | None:
        """The lower end, where the notice gives a range."""
        return None if self.is_decided else money(self.tender.get("minValue"))

    def deadline(self) -> datetime | None:
        """Until when bids, or else expressions of interest, can be made."""
        if self.is_decided:
            return None
        bids = words(record(self.tender.get("tenderPeriod")).get("endDate"))
        return parse_date(bids or words(self.tender.get("expressionOfInterestDeadline")))

    def days(self) -> tuple[date | None, date | None]:
        """The first and the last day of the contract, as the notice writes them."""
        periods = (
            [record(one.get("period")) for one in self.contracts],
            [record(one.get("contractPeriod")) for one in self.awards],
            [record(self.tender.get("contractPeriod"))],
            [record(one.get("contractPeriod")) for one in self.lots],
        )
        for some in periods:
            starts = [day for day in (_day(one.get("startDate")) for one in some) if day]
            ends = [day for day in (_day(one.get("endDate")) for one in some) if day]
            if starts or ends:
                return min(starts, default=None), max(ends, default=None)
        return None, None

    def documents(self) -> Iterator[Mapping[str, Any]]:
        """All documents, those of the latest stage first."""
        for holder in (*self.contracts, *self.awards, self.tender, self.planning):
            yield from records(holder.get("documents"))

    def codes(self) -> tuple[str, ...]:
        """The codes of what is bought (CPV), with what they stand for."""
        held = [self.tender, *self.lots, *records(self.tender.get("items"))]
        held += [item for award in self.awards for item in records(award.get("items"))]
        classes = []
        for one in held:
            classes.append(record(one.get("classification")))
            classes += records(one.get("additionalClassifications"))
        spelt = [f"{words(c.get('id'))} {words(c.get('description'))}".strip() for c in classes]
        # the same code with and without its meaning: once, with it
        known = {code.partition(" ")[0] for code in spelt if " " in code}
        return tuple(dict.fromkeys(c for c in spelt if c and (" " in c or c not in known)))

    def _with_role(self, role: str) -> list[Mapping[str, Any]]:
        return [one for one in self._parties if role in many(one.get("roles"))]

    def _parties_of(self, named: Iterable[Mapping[str, Any]]) -> tuple[Party, ...]:
        by_id = {words(one.get("id")): one for one in self._parties if words(one.get("id"))}
        found: dict[str, Party] = {}
        for one in named:
            whole = by_id.get(words(one.get("id")), one)
            name = words(one.get("name")) or words(whole.get("name"))
            if name and name.casefold() not in found:
                found[name.casefold()] = _party(name, whole)
        return tuple(found.values())


def money(value: object) -> Money | None:
    """An amount that says something: services write 0 for one that they do not know."""
    said = record(value)
    for name in ("amount", "amountGross"):
        amount = number(said.get(name))
        if amount is not None and amount > 0:
            return Money(amount=amount, currency=words(said.get("currency")).upper() or "GBP")
    return None


def _total(values: Iterable[object]) -> Money | None:
    """The sum of those amounts that are in the currency of the first."""
    amounts = [one for one in map(money, values) if one is not None]
    if not amounts:
        return None
    currency = amounts[0].currency
    return Money(amount=sum(m.amount for m in amounts if m.currency == currency), currency=currency)


def _party(name: str, whole: Mapping[str, Any]) -> Party:
    identifier = record(whole.get("identifier"))
    legal = words(identifier.get("legalName"))
    identifiers = [identifier, *records(whole.get("additionalIdentifiers"))]
    numbers = [words(i.get("id")) for i in identifiers if i.get("scheme") == _COMPANIES_HOUSE]
    # Contracts Finder writes it into the identifier of the party alone
    whole_id, prefix = words(whole.get("id")), f"{_COMPANIES_HOUSE}-"
    numbers += [whole_id.removeprefix(prefix)] if whole_id.startswith(prefix) else []
    return Party(
        name=name,
        legal_name=legal if legal.casefold() != name.casefold() else "",
        company=next((one for one in numbers if one), ""),
    )


def _stands(decision: Mapping[str, Any]) -> bool:
    return words(decision.get("status")).lower() not in _OFF


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(words(value)[:10])
    except ValueError:
        return None
