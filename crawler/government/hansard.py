"""Contributions to debates, as Hansard's search gives them, as entries. Pure.

https://hansard-api.parliament.uk/search/contributions/Spoken.json and Written.json; the search of
all kinds gives four of each at most, and is refused.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from crawler.errors import NotAFeed
from crawler.listings.listing import Listing
from crawler.tenders.ocds import decoded, prose, record, words
from crawler.text.dates import parse_date
from storage.model import FetchedEntry, FetchedPage

TAKE = 100
_BASELINE = timedelta(days=7)
_OVERLAP = timedelta(days=3)  # a sitting is published piece by piece, and put right afterwards
_PREFIX = "queryParameters."
_OURS = tuple(f"{_PREFIX}{name}" for name in ("startDate", "endDate", "take", "skip"))
_SHOWN = "https://hansard.parliament.uk"
_SLUG = re.compile(r"[^A-Za-z0-9]+")


def first_address(search: str, *, since: datetime | None, now: datetime) -> str:
    """The first page of the contributions of the last days."""
    begin = now - _BASELINE if since is None else since - _OVERLAP
    return _address(search, f"{begin:%Y-%m-%d}", f"{now:%Y-%m-%d}", 0)


def read_contributions(search: str, page: FetchedPage, *, source_key: str) -> Listing:
    """The contributions of a page of results, and the address of the next one.

    Raises:
        NotAFeed: it is no page of contributions, with the field that is missing.
    """
    if "/search/contributions/" not in urlsplit(search).path:
        raise NotAFeed(
            "this search gives four results at most: ask /search/contributions/Spoken.json"
        )
    try:
        said = record(json.loads(decoded(page.body)))
    except (ValueError, RecursionError) as error:
        raise NotAFeed(f"no JSON that can be read: {error}") from error
    results, total = said.get("Results"), said.get("TotalResultCount")
    if not isinstance(results, list):
        raise NotAFeed("no contributions: it has no list of Results")
    if type(total) is not int:
        raise NotAFeed("no contributions: it has no TotalResultCount")
    damage: list[str] = []
    entries = []
    for one in map(record, results):
        needed = ("ContributionTextFull", "DebateSectionExtId", "SittingDate")
        if missing := [name for name in needed if not one.get(name)]:
            damage.append(f"a contribution has no {', '.join(missing)}")
        if one.get("ContributionTextFull") or one.get("ContributionText"):
            entries.append(_entry(one, source_key, page.fetched_at))
    asked = dict(parse_qsl(urlsplit(page.requested_url).query))
    skip = int(asked.get(f"{_PREFIX}skip", "0")) + len(results)
    more: tuple[str, ...] = ()
    if skip < total and results:
        start, end = (asked.get(f"{_PREFIX}{name}", "") for name in ("startDate", "endDate"))
        more = (_address(search, start, end, skip),)
    elif skip < total:
        damage.append(f"TotalResultCount says {total}, and nothing comes after {skip}")
    return Listing(
        entries=tuple(entries),
        more=more,
        degraded="; ".join(dict.fromkeys(damage)) or None,
        covered_until=page.fetched_at,
    )


def _entry(one: Mapping[str, Any], source_key: str, fetched_at: datetime) -> FetchedEntry:
    speaker = words(one.get("AttributedTo")) or words(one.get("MemberName"))
    debate, house = words(one.get("DebateSection")), words(one.get("House"))
    sitting = words(one.get("SittingDate"))
    own = words(one.get("ContributionExtId"))
    section = words(one.get("DebateSectionExtId"))
    text = prose(one.get("ContributionTextFull")) or prose(one.get("ContributionText"))
    if not own:  # told apart by what stands in it
        told = "\x1f".join((section, words(one.get("MemberName")), text))
        own = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16]
    heading = " \N{EN DASH} ".join(part for part in (debate, speaker) if part)
    where = ", ".join(part for part in (house, sitting[:10]) if part)
    return FetchedEntry(
        source_key=source_key,
        url=_shown(house, sitting[:10], section, debate, own) if section and sitting else None,
        guid=f"hansard:{own}",
        title=heading or "A contribution in Hansard",
        summary="",
        content="\n".join(part for part in (where, speaker, text) if part),
        authors=tuple(name for name in (words(one.get("MemberName")) or speaker,) if name),
        # Hansard puts contributions right: a changed text has to look changed
        published_raw=f"{sitting} {hashlib.sha256(text.encode()).hexdigest()[:12]}",
        published_at=parse_date(sitting),
        updated_at=None,
        language="en",
        fetched_at=fetched_at,
        kind="hansard",
        complete=True,
    )


def _shown(house: str, day: str, section: str, debate: str, own: str) -> str:
    slug = _SLUG.sub("", debate.title()) or "debate"
    path = "/".join(quote(part, safe="") for part in (house, day, "debates", section, slug))
    # the fragment alone would make one address of all contributions to a debate
    return f"{_SHOWN}/{path}?contribution={quote(own)}#contribution-{quote(own)}"


def _address(search: str, start: str, end: str, skip: int) -> str:
    parts = urlsplit(search)
    kept = [pair for pair in parse_qsl(parts.query) if pair[0] not in _OURS]
    query = urlencode([*kept, *zip(_OURS, (start, end, str(TAKE), str(skip)), strict=True)])
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
