"""Reads listings and pages for polls, in reader processes with limits.

A task that exceeds the limits of the quick lane is run again in the slow lane, which has higher
limits and runs one task at a time. If it exceeds those too, it fails, with the reason.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from config.model import Source
from crawler.errors import CrawlerError, OverLimit, ReaderFailed
from crawler.extraction.recurring.site_memories import SiteMemoryStore, site_of
from crawler.http.conditional import NO_VALIDATORS
from crawler.http.response import FetchResponse
from crawler.jobs.events import Emit
from crawler.listings.listing import Listed, Listing
from crawler.reading.reader_pool import Lane, ReaderPool
from crawler.reading.reader_process import Task
from crawler.reading.reading_tasks import (
    LearnPages,
    NormaliseEntries,
    PageRead,
    ReadListing,
    ReadPage,
    ReadPages,
)
from crawler.spider_base.source_kind import SourceKind
from storage.model import Article, FetchedEntry, Validators

log = logging.getLogger(__name__)

SUSPECT_AFTER = 2  # tasks of a source over the limits: its others start in the slow lane
GIVE_UP_AFTER = 4  # tasks of a source over both limits: its others wait for the next poll
ENTRIES_AT_ONCE = 100
ENTRIES_OF_A_POLL = 10_000  # of one listing; the next poll continues with the others


@dataclass(frozen=True, slots=True, kw_only=True)
class PageToRead:
    """A fetched page of an entry. `stored_text`, `page_title`: see `ReadPage`."""

    answer: FetchResponse
    entry: FetchedEntry
    stored_text: tuple[str, str] | None = None
    page_title: str | None = None


class IsolatedReader:
    """Reads listings and pages for the polls of one batch, in reader processes."""

    def __init__(self, readers: ReaderPool, sites: SiteMemoryStore, emit: Emit) -> None:
        self._readers = readers
        self._sites = sites
        self._emit = emit
        self._over_limit: Counter[str] = Counter()  # tasks by source
        self._given_up: Counter[str] = Counter()

    def is_exhausted(self, source: Source) -> bool:
        """Return whether `GIVE_UP_AFTER` tasks failed: further ones wait for the next poll."""
        return self._given_up[source.key] >= GIVE_UP_AFTER

    async def read_listing(
        self,
        source: Source,
        kind: SourceKind,
        answer: FetchResponse,
        *,
        known: Validators,
        sent: Validators,
        now: datetime,
        start_at: int = 0,
    ) -> Listed:
        """Read the response to a poll: its outcome and the listing in it.

        Reads at most `ENTRIES_OF_A_POLL` entries from number `start_at` on; the next poll continues
        at `continue_at` of the listing. A listing that exceeds the limits makes the poll fail, with
        the reason. `known`, `sent`: see `decide_outcome`.
        """
        task = ReadListing(
            source=source,
            answer=answer,
            known=known,
            sent=sent,
            wait=kind.get_wait(source, answer),
            now=now,
            start_at=start_at,
        )
        try:
            listed: Listed = await self._run(source, task, kind, answer=answer)
            while (whole := listed.listing) is not None and whole.continue_at is not None:
                if len(whole.entries) >= ENTRIES_OF_A_POLL:
                    break
                more = replace(task, known=NO_VALIDATORS, start_at=whole.continue_at)
                try:
                    part: Listed = await self._run(source, more, kind, answer=answer)
                except OverLimit as error:
                    part = Listed(outcome="failed", error=error.reason)
                if part.listing is None:
                    return _drop_rest(listed, whole, part)
                listed = _add_part(listed, whole.with_part(part.listing), part)
        except OverLimit as error:
            return Listed(
                outcome="failed",
                http_status=answer.status,
                error=f"the listing cannot be read: {error.reason}",
            )
        except ReaderFailed as error:
            log.error("listing.reader-failed source=%s %s", source.key, error)
            return Listed(
                outcome="failed",
                http_status=answer.status,
                error=f"the reader of the listing failed: {str(error).splitlines()[0]}",
            )
        return listed

    async def learn_pages(
        self, source: Source, kind: SourceKind, pages: Sequence[tuple[FetchResponse, FetchedEntry]]
    ) -> bool:
        """Add pages of a host to its site memory before they are read.

        Returns False if that exceeded the limits: nothing was learned, and each is read alone.
        """
        task = LearnPages(pages=tuple(pages))
        try:
            await self._run(source, task, kind, answer=pages[0][0], retry=False)
        except (OverLimit, ReaderFailed):
            return False
        return True

    async def read_pages(
        self, source: Source, kind: SourceKind, pages: Sequence[PageToRead], *, language: str | None
    ) -> list[PageRead | CrawlerError] | None:
        """Add pages of a host to its site memory, then read them; return a result for each.

        Returns None if together they exceed the limits or one makes the reader fail: nothing was
        learned, and each is to be read alone.
        """
        if kind.reads_slowly or self._over_limit[source.key] >= SUSPECT_AFTER:
            return None
        task = ReadPages(pages=tuple(_build_task(source, page, language) for page in pages))
        try:
            outcomes: list[PageRead | CrawlerError] = await self._run_once(
                source, task, kind, answer=pages[0].answer, lane="quick"
            )
        except (OverLimit, ReaderFailed) as error:
            log.info("reading.not-together source=%s %s", source.key, str(error).splitlines()[0])
            return None
        return outcomes

    async def read_page(
        self,
        source: Source,
        kind: SourceKind,
        page: PageToRead,
        *,
        language: str | None,
        alone: bool = False,
    ) -> PageRead:
        """Read the article of an entry's page. `alone`: only in the slow lane.

        Raises:
            Unreadable: no article can be read from it.
            OverLimit: it exceeded the limits, in the slow lane too.
            ReaderFailed: the code that reads it raised an unexpected error.
        """
        task = _build_task(source, page, language)
        alone |= kind.reads_slowly
        read: PageRead = await self._run(source, task, kind, answer=page.answer, alone=alone)
        return read

    async def normalise_entries(
        self,
        source: Source,
        entries: Sequence[FetchedEntry],
        reasons: Sequence[str | None],
        *,
        language: str | None,
    ) -> list[Article]:
        """Make articles of entries as listed; `reasons`: why each has no page; None if it has one.

        An entry that exceeds the limits is kept with its headline only, and with the reason.
        """
        articles: list[Article] = []
        for start in range(0, len(entries), ENTRIES_AT_ONCE):
            batch = NormaliseEntries(
                item_kind=source.item_kind,
                entries=tuple(entries[start : start + ENTRIES_AT_ONCE]),
                thin_reasons=tuple(reasons[start : start + ENTRIES_AT_ONCE]),
                language=language,
            )
            try:
                articles += (await self._readers.run(batch))[0]
            except (OverLimit, ReaderFailed):
                for task in _split_entries(batch):
                    articles += await self._read_entry(source, task)
        return articles

    async def _read_entry(self, source: Source, task: NormaliseEntries) -> list[Article]:
        """Make the article of one entry, or of its headline only if it exceeds the limits."""
        [entry] = task.entries
        try:
            articles: list[Article] = (await self._readers.run(task, lane="slow"))[0]
        except (OverLimit, ReaderFailed) as error:
            self._over_limit[source.key] += 1
            why = str(error).splitlines()[0]
            log.warning("entry.over-limit source=%s url=%s %s", source.key, entry.url, why)
            bare = replace(entry, title=entry.title[:500], summary="", content="", authors=())
            reason = f"the entry: {why}"
            self._emit(
                {
                    "event": "entry.over-limit",
                    "source": source.key,
                    "url": entry.url,
                    "reason": why,
                }
            )
            short = replace(task, entries=(bare,), thin_reasons=(task.thin_reasons[0] or reason,))
            articles = (await self._readers.run(short, lane="slow"))[0]
        return articles

    async def _run(
        self,
        source: Source,
        task: Task,
        kind: SourceKind,
        *,
        answer: FetchResponse,
        alone: bool = False,
        retry: bool = True,
    ) -> Any:
        is_suspect = self._over_limit[source.key] >= SUSPECT_AFTER
        lanes: list[Lane] = ["slow"] if alone or (is_suspect and retry) else ["quick", "slow"]
        reason = ""
        for lane in lanes if retry else lanes[:1]:
            try:
                return await self._run_once(source, task, kind, answer=answer, lane=lane)
            except OverLimit as error:
                self._over_limit[source.key] += 1
                log.warning(
                    "reading.over-limit source=%s url=%s lane=%s %s",
                    *(source.key, answer.page.requested_url, lane, error.reason),
                )
                reason = error.reason
        if retry:
            self._given_up[source.key] += 1
        # not the caught error, whose traceback keeps the response in memory
        raise OverLimit(reason)

    async def _run_once(
        self, source: Source, task: Task, kind: SourceKind, *, answer: FetchResponse, lane: Lane
    ) -> Any:
        final = answer.page.final_url
        site = (site_of(final), self._sites.of(final)) if kind.learns_sites else None
        poll_state = kind.poll_state.get(source.key)
        value, kind.poll_state[source.key] = await self._readers.run(
            task, lane=lane, site=site, poll_state=poll_state
        )
        return value


def _build_task(source: Source, page: PageToRead, language: str | None) -> ReadPage:
    answer = page.answer
    # the headers are not needed to read the page
    bare = replace(answer, headers={}, page=replace(answer.page, headers=()))
    return ReadPage(
        source=source,
        answer=bare,
        entry=page.entry,
        language=language,
        stored_text=page.stored_text,
        page_title=page.page_title,
    )


def _drop_rest(listed: Listed, whole: Listing, part: Listed) -> Listed:
    """Keep the entries before an unreadable part; the next poll reads all again."""
    why = f"entries from number {whole.continue_at} on: {part.error}"
    whole = replace(whole, continue_at=None, degraded=why)
    return replace(listed, listing=whole, validators=None, error=why)


def _add_part(listed: Listed, whole: Listing, part: Listed) -> Listed:
    damaged = part.error is not None
    return replace(
        listed,
        outcome="ok" if whole.entries else listed.outcome,
        listing=whole,
        validators=None if damaged else listed.validators,
        error=listed.error or part.error,
    )


def _split_entries(batch: NormaliseEntries) -> list[NormaliseEntries]:
    return [
        replace(batch, entries=(entry,), thin_reasons=(reason,))
        for entry, reason in zip(batch.entries, batch.thin_reasons, strict=True)
    ]
