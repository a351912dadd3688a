"""Reading as polls ask for it: in reader processes, what is too much once more alone.

A task that is too much for the quick lane is tried once more in the slow one, where nothing else
is done beside it. What is too much there too is given up, with its reason.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from config.model import Source
from crawler.errors import CrawlerError, OverLimit, ReaderBroke
from crawler.extraction.site_memories import SiteMemoryStore, site_of
from crawler.http.conditional import NO_VALIDATORS
from crawler.http.response import FetchResponse
from crawler.jobs.events import Emit
from crawler.listings.listing import Listed, Listing
from crawler.reading.reader_pool import Lane, Readers
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

SUSPECT_AFTER = 2  # tasks of a source that were too much: its others begin in the slow lane
GIVE_UP_AFTER = 4  # tasks of a source that were too much twice: its others wait for the next poll
ENTRIES_AT_ONCE = 100
ENTRIES_OF_A_POLL = 10_000  # of one listing; the next poll goes on with the others


@dataclass(frozen=True, slots=True, kw_only=True)
class PageToRead:
    """The page of an entry as it was fetched. `held`, `page_title`: see `ReadPage`."""

    answer: FetchResponse
    entry: FetchedEntry
    held: tuple[str, str] | None = None
    page_title: str | None = None


class Reading:
    """Reads for the polls of one batch."""

    def __init__(self, readers: Readers, sites: SiteMemoryStore, emit: Emit) -> None:
        self._readers = readers
        self._sites = sites
        self._emit = emit
        self._too_much: Counter[str] = Counter()  # by source
        self._given_up: Counter[str] = Counter()

    def is_exhausted(self, source: Source) -> bool:
        """Whether so much of a source was too much that the rest has to wait for another poll."""
        return self._given_up[source.key] >= GIVE_UP_AFTER

    async def listing(
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
        """What an answer to a poll means, with the listing in it.

        Of a listing with very many entries so many as one poll takes, from the one numbered
        `start_at` on; `rest` in it says where the next poll goes on. A listing that is too much to
        read is a poll that failed, with the reason.
        """
        task = ReadListing(
            source=source,
            answer=answer,
            known=known,
            sent=sent,
            patience=kind.patience(source, answer),
            now=now,
            start_at=start_at,
        )
        try:
            listed: Listed = await self._run(source, task, kind, answer=answer)
            while (whole := listed.listing) is not None and whole.rest is not None:
                if len(whole.entries) >= ENTRIES_OF_A_POLL:
                    break
                more = replace(task, known=NO_VALIDATORS, start_at=whole.rest)
                try:
                    part: Listed = await self._run(source, more, kind, answer=answer)
                except OverLimit as error:
                    part = Listed(outcome="failed", error=error.reason)
                if part.listing is None:
                    return _without_rest(listed, whole, part)
                listed = _joined(listed, whole.joined(part.listing), part)
        except OverLimit as error:
            return Listed(
                outcome="failed",
                http_status=answer.status,
                error=f"the listing cannot be read: {error.reason}",
            )
        except ReaderBroke as error:
            log.error("listing.broke-the-reader source=%s %s", source.key, error)
            return Listed(
                outcome="failed",
                http_status=answer.status,
                error=f"the listing breaks its reader: {str(error).splitlines()[0]}",
            )
        return listed

    async def learn(
        self, source: Source, kind: SourceKind, pages: Sequence[tuple[FetchResponse, FetchedEntry]]
    ) -> bool:
        """Have the memory of a host learn pages of it that are to be read next.

        False: that was too much. Nothing was learned, and each is to be read alone.
        """
        task = LearnPages(pages=tuple(pages))
        try:
            await self._run(source, task, kind, answer=pages[0][0], again=False)
        except (OverLimit, ReaderBroke):
            return False
        return True

    async def pages(
        self, source: Source, kind: SourceKind, pages: Sequence[PageToRead], *, language: str | None
    ) -> list[PageRead | CrawlerError] | None:
        """Have the memory of a host learn pages of it, and read them; what each came to.

        None: together they are too much, or one breaks the reader; nothing was learned. Which one
        it is shows when each is read by itself.
        """
        if kind.reads_slowly or self._too_much[source.key] >= SUSPECT_AFTER:
            return None
        task = ReadPages(pages=tuple(_task(source, page, language) for page in pages))
        try:
            outcomes: list[PageRead | CrawlerError] = await self._run_once(
                source, task, kind, answer=pages[0].answer, lane="quick"
            )
        except (OverLimit, ReaderBroke) as error:
            log.info("reading.not-together source=%s %s", source.key, str(error).splitlines()[0])
            return None
        return outcomes

    async def page(
        self,
        source: Source,
        kind: SourceKind,
        page: PageToRead,
        *,
        language: str | None,
        alone: bool = False,
    ) -> PageRead:
        """The article of an entry's page. `alone`: it was too much before.

        Raises:
            Unreadable: no article can be read from it.
            OverLimit: it took more than it may, alone too.
            ReaderBroke: the code that reads has a fault.
        """
        task = _task(source, page, language)
        alone |= kind.reads_slowly
        read: PageRead = await self._run(source, task, kind, answer=page.answer, alone=alone)
        return read

    async def entries(
        self,
        source: Source,
        entries: Sequence[FetchedEntry],
        reasons: Sequence[str | None],
        *,
        language: str | None,
    ) -> list[Article]:
        """Articles of entries as their listing has them.

        An entry that is too much is kept by its headline alone, and says why.
        """  # fmt: skip
        articles: list[Article] = []
        for at in range(0, len(entries), ENTRIES_AT_ONCE):
            some = NormaliseEntries(
                item_kind=source.item_kind,
                entries=tuple(entries[at : at + ENTRIES_AT_ONCE]),
                thin_reasons=tuple(reasons[at : at + ENTRIES_AT_ONCE]),
                language=language,
            )
            try:
                articles += (await self._readers.run(some))[0]
            except (OverLimit, ReaderBroke):
                for one in _each(some):
                    articles += await self._entry(source, one)
        return articles

    async def _entry(self, source: Source, one: NormaliseEntries) -> list[Article]:
        """The article of one entry, by its headline where there is more than can be read."""
        [entry] = one.entries
        try:
            articles: list[Article] = (await self._readers.run(one, lane="slow"))[0]
        except (OverLimit, ReaderBroke) as error:
            self._too_much[source.key] += 1
            why = str(error).splitlines()[0]
            log.warning("entry.too-much source=%s url=%s %s", source.key, entry.url, why)
            bare = replace(entry, title=entry.title[:500], summary="", content="", authors=())
            reason = f"the entry: {why}"
            self._emit(
                {
                    "event": "entry.too-much",
                    "source": source.key,
                    "url": entry.url,
                    "reason": why,
                }
            )
            short = replace(one, entries=(bare,), thin_reasons=(one.thin_reasons[0] or reason,))
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
        again: bool = True,
    ) -> Any:
        is_suspect = self._too_much[source.key] >= SUSPECT_AFTER
        lanes: list[Lane] = ["slow"] if alone or (is_suspect and again) else ["quick", "slow"]
        reason = ""
        for lane in lanes if again else lanes[:1]:
            try:
                return await self._run_once(source, task, kind, answer=answer, lane=lane)
            except OverLimit as error:
                self._too_much[source.key] += 1
                log.warning(
                    "reading.too-much source=%s url=%s lane=%s %s",
                    *(source.key, answer.page.requested_url, lane, error.reason),
                )
                reason = error.reason
        if again:
            self._given_up[source.key] += 1
        # not the one that was caught: it holds on to the answer by way of its traceback
        raise OverLimit(reason)

    async def _run_once(
        self, source: Source, task: Task, kind: SourceKind, *, answer: FetchResponse, lane: Lane
    ) -> Any:
        final = answer.page.final_url
        site = (site_of(final), self._sites.of(final)) if kind.learns_sites else None
        notes = kind.notes.get(source.key)
        value, kind.notes[source.key] = await self._readers.run(
            task, lane=lane, site=site, notes=notes
        )
        return value


def _task(source: Source, page: PageToRead, language: str | None) -> ReadPage:
    answer = page.answer
    # of what the server said beside the page nothing more is needed
    bare = replace(answer, headers={}, page=replace(answer.page, headers=()))
    return ReadPage(
        source=source,
        answer=bare,
        entry=page.entry,
        language=language,
        held=page.held,
        page_title=page.page_title,
    )


def _without_rest(listed: Listed, whole: Listing, part: Listed) -> Listed:
    """What came before a part that cannot be read; the next poll begins with the first again."""
    why = f"entries from number {whole.rest} on: {part.error}"
    whole = replace(whole, rest=None, degraded=why)
    return replace(listed, listing=whole, validators=None, error=why)


def _joined(listed: Listed, whole: Listing, part: Listed) -> Listed:
    damaged = part.error is not None
    return replace(
        listed,
        outcome="ok" if whole.entries else listed.outcome,
        listing=whole,
        validators=None if damaged else listed.validators,
        error=listed.error or part.error,
    )


def _each(some: NormaliseEntries) -> list[NormaliseEntries]:
    return [
        replace(some, entries=(entry,), thin_reasons=(reason,))
        for entry, reason in zip(some.entries, some.thin_reasons, strict=True)
    ]
