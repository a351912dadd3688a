"""Converts OCDS releases to entries, one for each contracting process. Pure.

The guid of an entry is the `ocid` of the process, so that a later release is a revision of the same
item.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from crawler.tenders.ocds_release import Release
from crawler.tenders.ocds_text import build_notice, get_title, notice_url, text_of
from crawler.text.dates import parse_published
from storage.model import FetchedEntry

_FIRST = datetime.min.replace(tzinfo=UTC)


def build_entry(
    release: Release, *, source_key: str, service: str, fetched_at: datetime
) -> FetchedEntry:
    """Convert a release to an entry with its whole text.

    Args:
        release: the release.
        source_key: of its source.
        service: any URL of the service; its notice pages are on the same host.
        fetched_at: when the response was fetched.
    """
    return FetchedEntry(
        source_key=source_key,
        url=notice_url(release, service),
        guid=release.ocid,
        title=get_title(release),
        summary="",
        content=text_of(release),
        authors=(),
        published_raw=release.date_raw,
        published_at=parse_published(release.date_raw, now=fetched_at),
        updated_at=None,
        language=release.language,
        fetched_at=fetched_at,
        notice=build_notice(release),
        kind="tender",
        complete=True,
    )


def merge_by_process(entries: Sequence[FetchedEntry]) -> tuple[FetchedEntry, ...]:
    """Merge the releases of each process: the newest, with added lines of earlier ones.

    An item has one text; without this, a release that is followed by another in the same listing
    would never be matched.
    """
    grouped: dict[tuple[str | None, str], list[FetchedEntry]] = {}
    for entry in entries:
        buyers = entry.notice.buyers if entry.notice is not None else ()
        # notices of several buyers may have the ocid of one framework
        key = (entry.guid, buyers[0].casefold() if buyers else "")
        grouped.setdefault(key, []).append(entry)
    return tuple(_merge_releases(some) for some in grouped.values())


def _merge_releases(releases: Sequence[FetchedEntry]) -> FetchedEntry:
    newest, *earlier = sorted(releases, key=_make_sort_key, reverse=True)
    lines = newest.content.split("\n")
    seen = {*lines, newest.title}
    for entry in earlier:
        added = [line for line in (entry.title, *entry.content.split("\n")) if line not in seen]
        if added and entry.published_raw != newest.published_raw:
            lines += [f"Earlier notice, {entry.published_raw or 'undated'}:"]
        lines += added
        seen.update(added)
    return replace(newest, content="\n".join(lines))


def _make_sort_key(entry: FetchedEntry) -> tuple[datetime, str]:
    return entry.published_at or _FIRST, entry.url or ""
