"""Tries a web address as a source: by which kind it can be read, and what would be read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from supplierwatch.shell.failures import UsageError

if TYPE_CHECKING:
    from config.model import CrawlSettings, Source
    from crawler.processes.inspect import Step

# tried in this order; a page that lists articles needs selectors, which cannot be guessed
KINDS = ("feed", "sitemap", "boardpapers")
_KINDS_OF_HOSTS = {
    "www.gov.uk": ("govuk", *KINDS),
    "www.find-tender.service.gov.uk": ("tenders",),
    "www.contractsfinder.service.gov.uk": ("tenders",),
    "questions-statements-api.parliament.uk": ("parliament",),
    "hansard-api.parliament.uk": ("parliament",),
}
MAX_SITES = 2  # declared sites of a host that are fetched to find their feed
_NAMES_A_FEED = re.compile(r"rss|feed|atom|rdf|\.(?:xml|json)$", re.IGNORECASE)
NO_KIND = (
    "Neither a feed nor a sitemap was found there. Give the address of one, or declare the page "
    'that lists the articles as kind = "page" with selectors: see docs/configuration.md.'
)


def source_at(text: str, *, key: str | None, name: str | None, taken: Sequence[str]) -> Source:
    """Make a source of a web address, of the kind that is tried first.

    Raises:
        UsageError: it is no web address, or the key is in use.
    """
    from config.editing.source_file import check_new_key, make_source, make_source_key, read_address
    from config.values.invalid_value import InvalidValue

    try:
        url = read_address(text)
        chosen = make_source_key(url, taken) if key is None else check_new_key(key, taken)
    except InvalidValue as invalid:
        shown = "the address" if invalid.secret else text
        raise UsageError(f"{shown} {invalid.message}", invalid.hint) from invalid
    return make_source(url, key=chosen, name=name or chosen, kind=KINDS[0])


def try_kinds(
    source: Source, settings: CrawlSettings, database_url: str
) -> tuple[Source, tuple[Step, ...], bool]:
    """Examine an address by each kind until one reads it.

    Returns:
        the source with that kind, its steps, and whether it can be read; the first kind's steps
        where none can. A feed found by its site has the feed's own address; without a given name
        it has the title of the feed.
    """
    from dataclasses import replace

    from crawler.processes.inspect import inspect_source

    first: tuple[Source, tuple[Step, ...]] | None = None
    for kind in _KINDS_OF_HOSTS.get((urlsplit(source.url).hostname or "").lower(), KINDS):
        tried = replace(source, kind=kind)
        steps = tuple(inspect_source(tried, settings, database_url=database_url))
        if lists_entries(steps):
            return _take_from_feed(tried, steps), steps, True
        first = first or (tried, steps)
        if not was_fetched(steps):
            break  # it cannot be fetched, by whatever kind
    assert first is not None  # noqa: S101  # there is at least one kind
    return *first, False


def _take_from_feed(source: Source, steps: Sequence[Step]) -> Source:
    from dataclasses import replace

    from config.editing.source_file import read_address
    from config.values.invalid_value import InvalidValue

    facts = facts_of_listing(steps)
    if source.kind != "feed" or not facts:
        return source
    title = facts.get("title", "")
    name = title if title and source.name == source.key else source.name
    try:
        return replace(source, name=name, url=read_address(facts["address"]))
    except InvalidValue:
        return replace(source, name=name)  # an address that a file must not contain


def is_same_address(one: str, other: str) -> bool:
    """Return whether two addresses are of one document, whatever their scheme and `www.`."""
    from storage.rules.identity import url_key

    if one == other:
        return True
    return url_key(one) == url_key(other)


def source_of_site(url: str, known: Sequence[Source], settings: CrawlSettings) -> Source | None:
    """Return the source that is declared by the address of a site and reads the feed at `url`.

    The site is fetched to find which feed it names, as a poll of that source does.
    """
    from crawler.processes.inspect import inspect_source

    host = _host_of(url)
    sites = [one for one in known if one.kind == "feed" and _host_of(one.url) == host]
    sites = [one for one in sites if not _NAMES_A_FEED.search(urlsplit(one.url).path)]
    for site in sites[:MAX_SITES]:
        steps = tuple(inspect_source(site, settings))
        address = facts_of_listing(steps).get("address")
        if address is not None and is_same_address(address, url):
            return site
    return None


def _host_of(url: str) -> str:
    return (urlsplit(url).hostname or "").lower().removeprefix("www.")


def facts_of_listing(steps: Sequence[Step]) -> Mapping[str, str]:
    """Return the facts of the listing that has the entries; empty without one."""
    listings = (step.facts for step in steps if step.step in ("listing", "parts"))
    return next((facts for facts in listings if facts), {})


def was_fetched(steps: Sequence[Step]) -> bool:
    """Return whether the address answered with a document."""
    return any(step.step == "fetch" and step.ok for step in steps)


def lists_entries(steps: Sequence[Step]) -> bool:
    """Return whether a listing was read and has entries; only then their dates are shown."""
    return any(step.step == "dates" for step in steps)
