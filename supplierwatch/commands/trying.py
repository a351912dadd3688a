"""Tries a web address as a source: by which kind it can be read, and what would be read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from supplierwatch.shell.failures import UsageError

if TYPE_CHECKING:
    from config.model import CrawlSettings, Source
    from crawler.processes.inspect import Step

# tried in this order; a page that lists articles needs selectors, which nobody can guess
KINDS = ("feed", "sitemap", "boardpapers")
_KINDS_OF_HOSTS = {
    "www.gov.uk": ("govuk", *KINDS),
    "www.find-tender.service.gov.uk": ("tenders",),
    "www.contractsfinder.service.gov.uk": ("tenders",),
    "questions-statements-api.parliament.uk": ("parliament",),
    "hansard-api.parliament.uk": ("parliament",),
}
NO_KIND = (
    "Neither a feed nor a sitemap was found there. Give the address of one, or declare the page "
    'that lists the articles as kind = "page" with selectors: see docs/configuration.md.'
)


def source_at(text: str, *, key: str | None, name: str | None, taken: Sequence[str]) -> Source:
    """Make a source of a web address, of the kind that is tried first.

    Raises:
        UsageError: it is no web address, or the key is in use.
    """
    from config.mistakes import Mistake
    from config.model import Source, Where
    from config.source_file import check_key, key_for, read_address

    try:
        url = read_address(text)
        chosen = key_for(url, taken) if key is None else check_key(key, taken)
    except Mistake as mistake:
        shown = "the address" if mistake.secret else text
        raise UsageError(f"{shown} {mistake.message}", mistake.hint) from mistake
    return Source(
        key=chosen,
        kind=KINDS[0],
        url=url,
        name=name or chosen,
        every=timedelta(minutes=15),
        min_every=timedelta(minutes=5),
        max_every=timedelta(hours=24),
        enabled=True,
        confidence="unconfirmed",
        item_kind="news",
        language=None,
        verify_tls=True,
        where=Where(file="", line=0),
    )


def try_kinds(
    source: Source, settings: CrawlSettings, database_url: str
) -> tuple[Source, tuple[Step, ...], bool]:
    """Examine an address by each kind until one reads it.

    Returns:
        the source with that kind, its steps, and whether it can be read; the first kind's steps
        where none can.
    """
    from dataclasses import replace

    from crawler.processes.inspect import inspect_source

    first: tuple[Source, tuple[Step, ...]] | None = None
    for kind in _KINDS_OF_HOSTS.get((urlsplit(source.url).hostname or "").lower(), KINDS):
        tried = replace(source, kind=kind)
        steps = tuple(inspect_source(tried, settings, database_url=database_url))
        if lists_entries(steps):
            return tried, steps, True
        first = first or (tried, steps)
        if not was_fetched(steps):
            break  # it cannot be fetched, by whatever kind
    assert first is not None  # noqa: S101  # there is at least one kind
    return *first, False


def was_fetched(steps: Sequence[Step]) -> bool:
    """Return whether the address answered with a document."""
    return any(step.step == "fetch" and step.ok for step in steps)


def lists_entries(steps: Sequence[Step]) -> bool:
    """Return whether a listing was read and has entries; only then their dates are shown."""
    return any(step.step == "dates" for step in steps)
