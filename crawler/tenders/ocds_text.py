"""A release as an article: readable text, and the fields of a notice. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from urllib.parse import urlsplit

from crawler.tenders.ocds import prose, record, records, words
from crawler.tenders.ocds_release import Party, Release
from storage.model import ProcurementNotice

# told in lines of their own, or no part of what a notice is about
_APART = frozenset(
    {
        *("parties", "buyer", "procuringEntity", "suppliers", "identifier", "contactPoint"),
        *("classification", "additionalClassifications", "unit", "links"),
        *("address", "deliveryAddresses"),
    }
)
_ALWAYS = frozenset({"title", "description", "rationale"})
_FEWEST_WORDS = 4  # of a statement of any other name; fewer are codes, names and states
_LABELS = {"lots": "Lot", "awards": "Award", "contracts": "Contract"}
_NOTICE_PATH = re.compile(r"/notice/(?P<id>[^/?#]+)/?$", re.IGNORECASE)
_COUNTED = re.compile(r"-\d+$")  # Contracts Finder counts its releases of a notice
_MOST_LINES = 2000


def title_of(release: Release) -> str:
    """Its title, or its number where it has none."""
    return release.title or f"Notice {release.number or release.ocid}"


def text_of(release: Release) -> str:
    """All that a release states, as plain text: what is bought first, then who, when and how."""
    title = title_of(release)
    opening = prose(release.tender.get("description")) or prose(release.said.get("description"))
    statements = list(_statements(release))
    told = {_squeezed(said) for said in (title, opening, *(said for _, said in statements))}
    lines = [opening, *(f"{name}: {said}" for name, said in statements)]
    for part in ("title", "description", "planning", "tender", "awards", "contracts"):
        for label, said in _prose_in(part, release.said.get(part)):
            key = _squeezed(said)
            if key not in told and len(lines) < _MOST_LINES:
                told.add(key)
                lines.append(f"{label}: {said}" if label else said)
    return "\n".join(line for line in lines if line)


def notice_of(release: Release) -> ProcurementNotice:
    """The fields of a release."""
    value = release.value()
    starts_on, ends_on = release.days()
    shown = ("Stage", "ProcurementNotice", "Procedure", "Subject", "Where")
    facts = [(name.lower(), said) for name, said in _statements(release) if name in shown]
    return ProcurementNotice(
        buyers=tuple(one.name for one in release.buyers()),
        suppliers=tuple(one.name for one in release.suppliers()),
        value=value.amount if value is not None else None,
        currency=value.currency if value is not None else None,
        deadline=release.deadline(),
        starts_on=starts_on,
        ends_on=ends_on,
        facts=(*facts, ("number", release.number), ("process", release.ocid)),
    )


def notice_url(release: Release, service: str) -> str | None:
    """The public page of the notice.

    Args:
        release: its own document names the page, where it names one.
        service: any address of the service that published it.
    """
    number = _COUNTED.sub("", release.number) if release.number.count("-") > 1 else release.number
    for document in release.documents():
        url = words(document.get("url"))
        found = _NOTICE_PATH.search(url)
        if found and found["id"].casefold() == number.casefold() and url.startswith("http"):
            return url
    host = urlsplit(service)
    # the number becomes a part of an address: nothing else may stand in it
    return f"{host.scheme}://{host.netloc}/Notice/{number}" if _is_plain(number) else None


def _statements(release: Release) -> Iterator[tuple[str, str]]:
    """What a release says in fields, by name, in the order to be read."""
    if release.stage:
        yield "Stage", release.stage
    if kind := _notice_type(release):
        yield "ProcurementNotice", kind
    if buyers := release.buyers():
        yield "Buyer", _names(buyers)
    if suppliers := release.suppliers():
        yield "Supplier", _names(suppliers)
    value, least = release.value(), release.least_value()
    if value is not None:
        low = f"{least} to " if least is not None and least.amount < value.amount else ""
        yield "Value", f"{low}{value}"
    if (deadline := release.deadline()) is not None:
        yield "Bids until", _moment(deadline)
    if (days := _days(*release.days())) != "":
        yield "Contract", days
    if codes := release.codes():
        yield "Subject", "; ".join(codes)
    how = words(release.tender.get("procurementMethodDetails"))
    if how := how or words(release.tender.get("procurementMethod")):
        yield "Procedure", how
    if places := _places(release):
        yield "Where", "; ".join(places)
    if others := release.others():
        yield "Also named", _names(others)
    # two procurements in the same words are two
    yield "Process", release.ocid


def _names(parties: tuple[Party, ...]) -> str:
    return "; ".join(one.described for one in parties)


def _notice_type(release: Release) -> str:
    """What the service calls this notice: `UK4 Tender notice`."""
    for document in release.documents():
        found = _NOTICE_PATH.search(words(document.get("url")))
        code = words(document.get("noticeType"))
        if code and (found is None or found["id"] == release.number):
            return f"{code} {words(document.get('description'))}".strip()
    return ""


def _places(release: Release) -> tuple[str, ...]:
    found: dict[str, None] = {}
    awarded = [item for award in release.awards for item in records(award.get("items"))]
    for item in (*records(release.tender.get("items")), *awarded):
        for place in records(item.get("deliveryAddresses")):
            parts = (words(place.get(n)) for n in ("locality", "region", "countryName"))
            if said := ", ".join(dict.fromkeys(part for part in parts if part)):
                found[said] = None
    return tuple(found)


def _days(starts: date | None, ends: date | None) -> str:
    if starts is not None and ends is not None:
        return f"{_day(starts)} to {_day(ends)}"
    if starts is not None:
        return f"from {_day(starts)}"
    return f"until {_day(ends)}" if ends is not None else ""


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _moment(moment: datetime) -> str:
    return f"{_day(moment.date())}, {moment:%H:%M} UTC"


def _prose_in(name: str, value: object, label: str = "") -> Iterator[tuple[str, str]]:
    """The sentences within a part of a release, each with what it is said of."""
    stack: list[tuple[str, object, str]] = [(name, value, label)]
    while stack:
        name, value, label = stack.pop()
        if isinstance(value, str):
            said = prose(value)
            if said and (name in _ALWAYS or _is_sentence(said)):
                yield label if name == "title" else "", said
        elif isinstance(value, list):
            stack += reversed([(name, one, _label(name, one)) for one in value])
        elif isinstance(value, dict) and not _is_own_page(name, value):
            stack += reversed([(n, one, label) for n, one in value.items() if n not in _APART])


def _label(name: str, one: object) -> str:
    number = words(record(one).get("id"))
    short = len(number) <= 4
    return f"{_LABELS[name]} {number if short else ''}".strip() if name in _LABELS else ""


def _is_own_page(name: str, value: Mapping[str, object]) -> bool:
    """Whether a document is the notice itself, which all notices call the same."""
    return name == "documents" and (
        "noticeType" in value or words(value.get("documentType")).endswith("ProcurementNotice")
    )


def _is_sentence(said: str) -> bool:
    return len(said.split()) >= _FEWEST_WORDS


def _is_plain(number: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9-]+", number) is not None


def _squeezed(said: str) -> str:
    return " ".join(said.split()).casefold()
