"""Converts an OCDS release to readable text and to the fields of a notice. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from urllib.parse import urlsplit

from crawler.tenders.ocds import prose, record, records, words
from crawler.tenders.ocds_release import Party, Release
from storage.model import ProcurementNotice

# written in lines of their own, or not part of a notice's subject
_SKIPPED = frozenset(
    {
        *("parties", "buyer", "procuringEntity", "suppliers", "identifier", "contactPoint"),
        *("classification", "additionalClassifications", "unit", "links"),
        *("address", "deliveryAddresses"),
    }
)
_ALWAYS = frozenset({"title", "description", "rationale"})
# of a field with any other name; shorter ones are codes, names and statuses
_MIN_SENTENCE_WORDS = 4
_LABELS = {"lots": "Lot", "awards": "Award", "contracts": "Contract"}
_NOTICE_PATH = re.compile(r"/notice/(?P<id>[^/?#]+)/?$", re.IGNORECASE)
# Contracts Finder appends a count to the releases of a notice
_RELEASE_COUNTER = re.compile(r"-\d+$")
_MAX_LINES = 2000


def get_title(release: Release) -> str:
    """Return a release's title, or its number if it has none."""
    return release.title or f"Notice {release.number or release.ocid}"


def text_of(release: Release) -> str:
    """Return a release as plain text: what is bought first, then who, when and how."""
    title = get_title(release)
    opening = prose(release.tender.get("description")) or prose(release.data.get("description"))
    statements = list(_iter_statements(release))
    seen = {_fold_text(text) for text in (title, opening, *(text for _, text in statements))}
    lines = [opening, *(f"{name}: {text}" for name, text in statements)]
    for part in ("title", "description", "planning", "tender", "awards", "contracts"):
        for label, text in _find_prose(part, release.data.get(part)):
            key = _fold_text(text)
            if key not in seen and len(lines) < _MAX_LINES:
                seen.add(key)
                lines.append(f"{label}: {text}" if label else text)
    return "\n".join(line for line in lines if line)


def build_notice(release: Release) -> ProcurementNotice:
    """Return the notice fields of a release: parties, value, dates and facts."""
    value = release.value()
    starts_on, ends_on = release.days()
    shown = ("Stage", "Notice", "Procedure", "Subject", "Where")
    facts = [
        (name.lower(), value_text)
        for name, value_text in _iter_statements(release)
        if name in shown
    ]
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
    """Return the URL of the notice's public page, or None.

    Args:
        release: the release; the URL in its documents is used if there is one.
        service: any URL of the service that published it.
    """
    number = (
        _RELEASE_COUNTER.sub("", release.number)
        if release.number.count("-") > 1
        else release.number
    )
    for document in release.documents():
        url = words(document.get("url"))
        found = _NOTICE_PATH.search(url)
        if found and found["id"].casefold() == number.casefold() and url.startswith("http"):
            return url
    host = urlsplit(service)
    # the number becomes part of a URL: other characters are not allowed
    return f"{host.scheme}://{host.netloc}/Notice/{number}" if _is_plain(number) else None


def _iter_statements(release: Release) -> Iterator[tuple[str, str]]:
    """Yield label and text of a release's structured fields, in reading order."""
    if release.stage:
        yield "Stage", release.stage
    if kind := _find_notice_type(release):
        yield "Notice", kind
    if buyers := release.buyers():
        yield "Buyer", _join_names(buyers)
    if suppliers := release.suppliers():
        yield "Supplier", _join_names(suppliers)
    value, least = release.value(), release.least_value()
    if value is not None:
        low = f"{least} to " if least is not None and least.amount < value.amount else ""
        yield "Value", f"{low}{value}"
    if (deadline := release.deadline()) is not None:
        yield "Bids until", _format_time(deadline)
    if (days := _format_period(*release.days())) != "":
        yield "Contract", days
    if codes := release.codes():
        yield "Subject", "; ".join(codes)
    how = words(release.tender.get("procurementMethodDetails"))
    if how := how or words(release.tender.get("procurementMethod")):
        yield "Procedure", how
    if places := _list_places(release):
        yield "Where", "; ".join(places)
    if others := release.others():
        yield "Also named", _join_names(others)
    # so that two procurements with the same wording have different texts
    yield "Process", release.ocid


def _join_names(parties: tuple[Party, ...]) -> str:
    return "; ".join(one.described for one in parties)


def _find_notice_type(release: Release) -> str:
    """Return the service's name for this kind of notice: `UK4 Tender notice`."""
    for document in release.documents():
        found = _NOTICE_PATH.search(words(document.get("url")))
        code = words(document.get("noticeType"))
        if code and (found is None or found["id"] == release.number):
            return f"{code} {words(document.get('description'))}".strip()
    return ""


def _list_places(release: Release) -> tuple[str, ...]:
    found: dict[str, None] = {}
    awarded = [item for award in release.awards for item in records(award.get("items"))]
    for item in (*records(release.tender.get("items")), *awarded):
        for place in records(item.get("deliveryAddresses")):
            parts = (words(place.get(n)) for n in ("locality", "region", "countryName"))
            if place_name := ", ".join(dict.fromkeys(part for part in parts if part)):
                found[place_name] = None
    return tuple(found)


def _format_period(starts: date | None, ends: date | None) -> str:
    if starts is not None and ends is not None:
        return f"{_format_day(starts)} to {_format_day(ends)}"
    if starts is not None:
        return f"from {_format_day(starts)}"
    return f"until {_format_day(ends)}" if ends is not None else ""


def _format_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _format_time(moment: datetime) -> str:
    return f"{_format_day(moment.date())}, {moment:%H:%M} UTC"


def _find_prose(name: str, value: object, label: str = "") -> Iterator[tuple[str, str]]:
    """Yield the free texts within a part of a release, each with a label or an empty one."""
    stack: list[tuple[str, object, str]] = [(name, value, label)]
    while stack:
        name, value, label = stack.pop()
        if isinstance(value, str):
            text = prose(value)
            if text and (name in _ALWAYS or _is_sentence(text)):
                yield label if name == "title" else "", text
        elif isinstance(value, list):
            stack += reversed([(name, one, _build_label(name, one)) for one in value])
        elif isinstance(value, dict) and not _is_own_page(name, value):
            stack += reversed([(n, one, label) for n, one in value.items() if n not in _SKIPPED])


def _build_label(name: str, one: object) -> str:
    number = words(record(one).get("id"))
    short = len(number) <= 4
    return f"{_LABELS[name]} {number if short else ''}".strip() if name in _LABELS else ""


def _is_own_page(name: str, value: Mapping[str, object]) -> bool:
    """Return whether a document is the notice itself, which has a standard description."""
    return name == "documents" and (
        "noticeType" in value or words(value.get("documentType")).endswith("Notice")
    )


def _is_sentence(text: str) -> bool:
    return len(text.split()) >= _MIN_SENTENCE_WORDS


def _is_plain(number: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9-]+", number) is not None


def _fold_text(text: str) -> str:
    return " ".join(text.split()).casefold()
