"""Parses GOV.UK's Search API and Content API to entries and texts. Pure.

https://docs.publishing.service.gov.uk/repos/search-api/using-the-search-api.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from crawler.errors import NotAFeed, Unreadable
from crawler.government.api_json import parse_object
from crawler.listings.listing import Listing
from crawler.tenders.ocds import array, prose, record, records, words
from crawler.text.dates import parse_date, parse_published
from storage.model import FetchedEntry, FetchedPage, PageText

COUNT = 100
_DEFAULTS = {
    "order": "-public_timestamp",  # the default order is by popularity
    "fields": "title,description,link,public_timestamp,format",
    "count": str(COUNT),
}
_ENDED = re.compile(
    r"\b(this )?(feed|email alert|subscription)s? (has |have |was )?(been )?"
    r"(ended|closed|retired|discontinued)\b",
    re.IGNORECASE,
)


def is_search(url: str) -> bool:
    """Return whether a URL is one of the Search API rather than an Atom feed."""
    return urlsplit(url).path.endswith("search.json")


def search_address(declared: str, *, start: int = 0) -> str:
    """Return the declared search URL with our defaults: newest first, from result `start` on."""
    parts = urlsplit(declared)
    parameters = [pair for pair in parse_qsl(parts.query) if pair[0] != "start"]
    given = {name for name, _ in parameters}
    parameters += [(name, value) for name, value in _DEFAULTS.items() if name not in given]
    if start:
        parameters.append(("start", str(start)))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(parameters), ""))


def read_results(
    declared: str, page: FetchedPage, *, source_key: str, since: datetime | None
) -> Listing:
    """Parse a page of results; add the next page while it may have new results.

    Raises:
        NotAFeed: it is not a page of results; the message names the missing field.
    """
    answer = parse_object(page.body)
    results, total = answer.get("results"), answer.get("total")
    if not isinstance(results, list):
        raise NotAFeed("not a response of the Search API: it has no list of results")
    if type(total) is not int:
        raise NotAFeed("not a response of the Search API: it has no total")
    damage: list[str] = []
    entries = []
    for one in map(record, results):
        needed = ("title", "link", "public_timestamp")
        if missing := [name for name in needed if not words(one.get(name))]:
            damage.append(f"a result has no {', '.join(missing)}")
        if words(one.get("link")):
            entries.append(_build_entry(one, page, source_key))
    start = int(dict(parse_qsl(urlsplit(page.requested_url).query)).get("start", "0"))
    following = start + len(results)
    dates = [entry.published_at for entry in entries if entry.published_at is not None]
    unread = since is not None and bool(dates) and min(dates) >= since
    more = (search_address(declared, start=following),) if unread and following < total else ()
    return Listing(
        entries=tuple(entries),
        more=more,
        degraded="; ".join(dict.fromkeys(damage)) or None,
        covered_until=page.fetched_at,
    )


def split_closing_notice(
    entries: Sequence[FetchedEntry],
) -> tuple[tuple[FetchedEntry, ...], str | None]:
    """Separate the notice of a retired feed from its entries.

    Returns:
        the other entries, and title and summary of the notice, or None.
    """
    endings = [entry for entry in entries if _ENDED.search(entry.title)]
    notice = next((f"{words(one.title)}: {words(one.summary)}" for one in endings), None)
    return tuple(entry for entry in entries if entry not in endings), notice


def content_address(page: str) -> str:
    """Return the Content API's URL for a page."""
    parts = urlsplit(page)
    path = f"/api/content{parts.path}"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def read_content(page: FetchedPage) -> PageText:
    """Parse a content item.

    Raises:
        Unreadable: it has no text; its web page may have one.
    """
    try:
        content = parse_object(page.body)
    except NotAFeed as error:
        raise Unreadable(str(error)) from error
    details = record(content.get("details"))
    texts = [_get_html_text(details.get("body"))]
    for part in records(details.get("parts")):
        texts += [words(part.get("title")), _get_html_text(part.get("body"))]
    text = "\n".join(one for one in texts if one)
    if not text:
        raise Unreadable("the content item has no details.body")
    withdrawn = _get_html_text(record(content.get("withdrawn_notice")).get("explanation"))
    if withdrawn:
        text = f"Withdrawn: {withdrawn}\n{text}"
    raw = words(content.get("public_updated_at")) or None
    return PageText(
        title=words(content.get("title")) or None,
        published_raw=raw,
        published_at=parse_published(raw, now=page.fetched_at),
        authors=(),
        language=words(content.get("locale")) or None,
        canonical_url=None,
        summary=words(content.get("description")),
        text=text,
        comments="",
    )


def _get_html_text(value: object) -> str:
    """Return the text of an HTML field: a string, or a list of [{content_type, content}]."""
    if isinstance(value, str):
        return prose(value)
    versions = [one for one in records(array(value)) if one.get("content_type") == "text/html"]
    return "\n".join(prose(one.get("content")) for one in versions)


def _build_entry(one: Mapping[str, Any], page: FetchedPage, source_key: str) -> FetchedEntry:
    link = words(one.get("link"))
    raw = words(one.get("public_timestamp")) or None
    form = words(one.get("format"))
    url = urljoin(page.final_url, link)
    parts, here = urlsplit(url), urlsplit(page.final_url)
    return FetchedEntry(
        source_key=source_key,
        url=url,
        # the API has paths for pages of GOV.UK and full URLs for others
        guid=parts.path if parts.netloc == here.netloc else link,
        title=words(one.get("title")),
        summary=words(one.get("description")),
        content="",
        authors=(),
        published_raw=raw,
        published_at=parse_published(raw, now=page.fetched_at),
        updated_at=parse_date(raw),
        language=None,
        fetched_at=page.fetched_at,
        tags=(form,) if form else (),
    )
