"""Parses contributions to debates from Hansard's search to entries. Pure.

https://hansard-api.parliament.uk/search/contributions/Spoken.json and Written.json; the search for
all types returns at most four of each, and is not accepted as a source.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from crawler.errors import NotAFeed
from crawler.government.api_json import parse_object
from crawler.listings.listing import Listing
from crawler.tenders.ocds import prose, record, words
from crawler.text.dates import parse_published
from storage.model import FetchedEntry, FetchedPage

TAKE = 100
_BASELINE = timedelta(days=7)
_OVERLAP = timedelta(days=3)  # a sitting is published in pieces and corrected later
_PREFIX = "queryParameters."
_OUR_PARAMETERS = tuple(f"{_PREFIX}{name}" for name in ("startDate", "endDate", "take", "skip"))
_PUBLIC_SITE = "https://hansard.parliament.uk"
_SLUG = re.compile(r"[^A-Za-z0-9]+")


def first_address(search: str, *, since: datetime | None, now: datetime) -> str:
    """Return the URL of the first page of contributions since the last poll, or of 7 days."""
    begin = now - _BASELINE if since is None else since - _OVERLAP
    return _build_address(search, f"{begin:%Y-%m-%d}", f"{now:%Y-%m-%d}", 0)


def read_contributions(search: str, page: FetchedPage, *, source_key: str) -> Listing:
    """Parse a page of contributions; add the next page.

    Raises:
        NotAFeed: it is not a page of contributions; the message names the missing field.
    """
    if "/search/contributions/" not in urlsplit(search).path:
        raise NotAFeed(
            "this search returns at most four results: use /search/contributions/Spoken.json"
        )
    answer = parse_object(page.body)
    results, total = answer.get("Results"), answer.get("TotalResultCount")
    if not isinstance(results, list):
        raise NotAFeed("not a list of contributions: it has no list of Results")
    if type(total) is not int:
        raise NotAFeed("not a list of contributions: it has no TotalResultCount")
    damage: list[str] = []
    entries = []
    for one in map(record, results):
        needed = ("ContributionTextFull", "DebateSectionExtId", "SittingDate")
        if missing := [name for name in needed if not one.get(name)]:
            damage.append(f"a contribution has no {', '.join(missing)}")
        if one.get("ContributionTextFull") or one.get("ContributionText"):
            entries.append(_build_entry(one, source_key, page.fetched_at))
    parameters = dict(parse_qsl(urlsplit(page.requested_url).query))
    skip = int(parameters.get(f"{_PREFIX}skip", "0")) + len(results)
    more: tuple[str, ...] = ()
    if skip < total and results:
        start, end = (parameters.get(f"{_PREFIX}{name}", "") for name in ("startDate", "endDate"))
        more = (_build_address(search, start, end, skip),)
    elif skip < total:
        damage.append(f"TotalResultCount is {total}, but there are no results after {skip}")
    return Listing(
        entries=tuple(entries),
        more=more,
        degraded="; ".join(dict.fromkeys(damage)) or None,
        covered_until=page.fetched_at,
    )


def _build_entry(one: Mapping[str, Any], source_key: str, fetched_at: datetime) -> FetchedEntry:
    speaker = words(one.get("AttributedTo")) or words(one.get("MemberName"))
    debate, house = words(one.get("DebateSection")), words(one.get("House"))
    sitting = words(one.get("SittingDate"))
    identifier = words(one.get("ContributionExtId"))
    section = words(one.get("DebateSectionExtId"))
    text = prose(one.get("ContributionTextFull")) or prose(one.get("ContributionText"))
    if not identifier:  # identified by its content instead
        identity = "\x1f".join((section, words(one.get("MemberName")), text))
        identifier = _hash(identity)[:16]
    heading = " \N{EN DASH} ".join(part for part in (debate, speaker) if part)
    where = ", ".join(part for part in (house, sitting[:10]) if part)
    return FetchedEntry(
        source_key=source_key,
        url=_build_public_address(house, sitting[:10], section, debate, identifier)
        if section and sitting
        else None,
        guid=f"hansard:{identifier}",
        title=heading or "A contribution in Hansard",
        summary="",
        content="\n".join(part for part in (where, speaker, text) if part),
        authors=tuple(name for name in (words(one.get("MemberName")) or speaker,) if name),
        # Hansard corrects contributions: the hash makes a changed text a changed entry
        published_raw=f"{sitting} {_hash(text)[:12]}",
        published_at=parse_published(sitting, now=fetched_at),
        updated_at=None,
        language="en",
        fetched_at=fetched_at,
        kind="hansard",
        complete=True,
    )


def _build_public_address(house: str, day: str, section: str, debate: str, identifier: str) -> str:
    slug = _SLUG.sub("", debate.title()) or "debate"
    path = "/".join(_quote(part) for part in (house, day, "debates", section, slug))
    # with only the fragment, all contributions to a debate would have one canonical URL
    return (
        f"{_PUBLIC_SITE}/{path}?contribution={_quote(identifier)}#contribution-{_quote(identifier)}"
    )


def _build_address(search: str, start: str, end: str, skip: int) -> str:
    parts = urlsplit(search)
    kept = [pair for pair in parse_qsl(parts.query) if pair[0] not in _OUR_PARAMETERS]
    query = urlencode(
        [*kept, *zip(_OUR_PARAMETERS, (start, end, str(TAKE), str(skip)), strict=True)]
    )
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _quote(part: str) -> str:
    """Return a part of a URL; half a surrogate, which UTF-8 does not have, becomes "?"."""
    return quote(part, safe="", errors="replace")


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
