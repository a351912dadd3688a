"""Releases as entries of a listing: one for each contracting process. Pure.

The identifier of an entry is the process's, so that a later release is a revision of the item
that an earlier one made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from crawler.tenders.ocds_release import Release
from crawler.tenders.ocds_text import notice_of, notice_url, text_of, title_of
from crawler.text.dates import parse_date
from storage.model import FetchedEntry

_FIRST = datetime.min.replace(tzinfo=UTC)


def entry_of(
    release: Release, *, source_key: str, service: str, fetched_at: datetime
) -> FetchedEntry:
    """A release as an entry that carries all there is to read.

    Args:
        release: what the service published.
        source_key: the source that it came from.
        service: any address of the service; its notice pages are on the same host.
        fetched_at: when the answer came.
    """
    return FetchedEntry(
        source_key=source_key,
        url=notice_url(release, service),
        guid=release.ocid,
        title=title_of(release),
        summary="",
        content=text_of(release),
        authors=(),
        published_raw=release.date_raw,
        published_at=parse_date(release.date_raw),
        updated_at=None,
        language=release.language,
        fetched_at=fetched_at,
        notice=notice_of(release),
        kind="tender",
        complete=True,
    )


def one_per_process(entries: Sequence[FetchedEntry]) -> tuple[FetchedEntry, ...]:
    """The newest release of each process, with what earlier ones of the same listing say beside.

    An item has one text. A release that is followed by another before anybody has matched it
    would be passed over without that.
    """
    grouped: dict[tuple[str | None, str], list[FetchedEntry]] = {}
    for entry in entries:
        buyers = entry.notice.buyers if entry.notice is not None else ()
        # the identifier of a framework may stand on the notices of many buyers
        key = (entry.guid, buyers[0].casefold() if buyers else "")
        grouped.setdefault(key, []).append(entry)
    return tuple(_joined(some) for some in grouped.values())


def _joined(releases: Sequence[FetchedEntry]) -> FetchedEntry:
    newest, *earlier = sorted(releases, key=_age, reverse=True)
    lines = newest.content.split("\n")
    told = {*lines, newest.title}
    for entry in earlier:
        more = [line for line in (entry.title, *entry.content.split("\n")) if line not in told]
        if more and entry.published_raw != newest.published_raw:
            lines += [f"Earlier notice, {entry.published_raw or 'undated'}:"]
        lines += more
        told.update(more)
    return replace(newest, content="\n".join(lines))


def _age(entry: FetchedEntry) -> tuple[datetime, str]:
    return entry.published_at or _FIRST, entry.url or ""
