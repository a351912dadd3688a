"""Fetches the page of an item, reads it and stores its article, or records why it has none."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal
from urllib.parse import urldefrag

from config.model import Source
from crawler.errors import CrawlerError, Junk, OverLimit, ReaderBroke, Unreadable
from crawler.extraction.normalise import normalise
from crawler.extraction.recurring.recurring_blocks import is_about
from crawler.extraction.recurring.site_memories import site_of
from crawler.extraction.set_aside import lines_set_aside
from crawler.fetch_errors import FetchFailed, HostIsOut, NoRoom
from crawler.http.conditional import request_headers
from crawler.http.response import FetchResponse
from crawler.polling.polite_fetch import asks_to_wait, fetch_politely
from crawler.polling.poll_context import PollContext
from crawler.polling.poll_interval import next_recheck, page_retry
from crawler.polling.poll_stats import PollStats
from crawler.reading.isolated_reading import PageToRead
from crawler.reading.reading_tasks import PageRead
from crawler.text.plain_text import plain_text
from storage.model import Article, AsideBlock, FetchedEntry, FetchedPage, PageDue, TextState
from storage.rules.addresses import fragment_of

log = logging.getLogger(__name__)

PageResult = Literal["read", "unreadable", "postponed", "held"]
PAGES_TO_COMPARE = 4  # pages of a host that are learned together before they are read
MAX_HELD_BODY = 512 * 1024  # bytes; a larger page is read at once, to save memory


def own_page(entry: FetchedEntry) -> str | None:
    """Return the URL of an entry's own page; None if its link is shared or not http(s)."""
    url = entry.url
    if url is None or entry.url_is_shared or not url.startswith(("http://", "https://")):
        return None
    return url


def note_headings(entries: Sequence[FetchedEntry], context: PollContext) -> None:
    """Add headlines and teasers to the site memory: on other pages they are boilerplate."""
    for entry in entries:
        if (url := own_page(entry)) is not None:
            heading = (plain_text(entry.title), plain_text(entry.summary))
            context.sites.of(url).note_headings(heading)


class PageReader:
    """Reads pages of one source in one poll. `retry_at`: when the first failed one is due again."""

    def __init__(
        self,
        source: Source,
        context: PollContext,
        stats: PollStats,
        *,
        baseline: bool,
        language: str | None,
    ) -> None:
        self._source = source
        self._context = context
        self._stats = stats
        self._baseline = baseline
        self._language = source.language or language
        self.retry_at: datetime | None = None
        self.done: set[int] = set()  # ids of items whose page was read or found unreadable
        self._suspects: set[int] = set()  # items whose page exceeded the limits when it was learned
        self._shared: FetchResponse | None = None  # a page with several entries
        self._held: dict[str, list[tuple[PageDue, FetchResponse]]] = {}

    async def read(self, page: PageDue) -> PageResult:
        """Fetch and store one page.

        "postponed": nothing was recorded, the page stays due. "held": it was fetched and waits for
        other pages of its host to be compared with; `read_held` reads it.
        """
        url = own_page(page.entry)
        if url is None:
            return self._record_unreadable(page, "no-page", None)
        *first, last = self._context.kind.page_addresses(self._source, page.entry) or (url,)
        for address in first:
            result = await self._read_alternative(page, address)
            if result is not None:
                return result
        # the stored validators are those of the last address
        return await self._fetch_page(page, last)

    async def _read_alternative(self, page: PageDue, address: str) -> PageResult | None:
        """Read the page at an address that is not its last; None: its text is not there."""
        try:
            answer = await fetch_politely(self._context, address, stats=self._stats)
        except FetchFailed:
            return None
        if asks_to_wait(answer, self._context):
            return "postponed"
        if answer.status != 200:
            return None
        answer = replace(answer, page=replace(answer.page, etag=None, last_modified=None))
        try:
            read = await self.page_text(page, answer)
        except CrawlerError as error:
            log.info("page.elsewhere source=%s url=%s %s", self._source.key, address, error)
            return None
        self._store_read(page, answer.page, read)
        return "read"

    async def _fetch_page(self, page: PageDue, url: str) -> PageResult:
        headers = request_headers(page.etag, page.last_modified)
        if (shared := self._take_shared(url)) is not None:
            return await self._handle_response(page, url, shared)
        try:
            answer = await fetch_politely(self._context, url, headers, stats=self._stats)
        except (HostIsOut, NoRoom):
            return "postponed"
        except FetchFailed as error:
            return self._record_unreadable(page, error.cause, None)
        if answer.status == 200 and fragment_of(url):
            self._shared = answer
        return await self._handle_response(page, url, answer)

    def _take_shared(self, url: str) -> FetchResponse | None:
        """Return the last page if this is another part of it, so that it is fetched once."""
        last = self._shared
        if last is None or not fragment_of(url):
            return None
        if urldefrag(last.page.requested_url).url != urldefrag(url).url:
            self._shared = None
            return None
        return replace(last, page=replace(last.page, requested_url=url))

    async def _handle_response(self, page: PageDue, url: str, answer: FetchResponse) -> PageResult:
        if asks_to_wait(answer, self._context):
            return "postponed"
        if answer.status == 304 and (page.etag or page.last_modified):
            self._record_unchanged(page)
            return "read"
        if answer.status != 200:
            reason = "challenge" if answer.is_challenge else f"http-{answer.status}"
            return self._record_unreadable(page, reason, answer.status)
        if self._try_hold(page, answer):
            host = site_of(answer.page.final_url)
            if len(self._held[host]) >= PAGES_TO_COMPARE:
                await self._read_all(self._held.pop(host))
            return "held"
        return await self._read_response(page, url, answer)

    async def read_held(self) -> None:
        """Read the pages that are still held."""
        held, self._held = self._held, {}
        for pages in held.values():
            await self._read_all(pages)

    async def _read_all(self, held: Sequence[tuple[PageDue, FetchResponse]]) -> None:
        """Learn these pages of one host together, then read them.

        New boilerplate, such as a "most read" list or an appeal, is found by being on all of them.
        """
        to_read = [self._build_page_to_read(page, answer) for page, answer in held]
        reading, kind = self._context.reading, self._context.kind
        outcomes = await reading.pages(self._source, kind, to_read, language=self._language)
        if outcomes is None:
            await self._read_each(held)
            return
        for (page, answer), outcome in zip(held, outcomes, strict=True):
            url = answer.page.requested_url
            if isinstance(outcome, PageRead):
                self._store_read(page, answer.page, outcome)
            else:
                self._record_error(page, url, answer, outcome)
            self.done.add(page.item_id)
            await asyncio.sleep(0)  # let other sources continue

    async def _read_each(self, held: Sequence[tuple[PageDue, FetchResponse]]) -> None:
        """Learn these pages together, then read each alone: one of them may exceed the limits."""
        pages = [(answer, page.entry) for page, answer in held]
        if not await self._context.reading.learn(self._source, self._context.kind, pages):
            self._suspects.update(page.item_id for page, _ in held)
        for page, answer in held:
            await self._read_response(page, answer.page.requested_url, answer)
            self.done.add(page.item_id)

    def _try_hold(self, page: PageDue, answer: FetchResponse) -> bool:
        """Hold a page to compare it with others of its host; return whether it is held."""
        if not self._learns_sites or page.attempts or len(answer.page.body) > MAX_HELD_BODY:
            return False
        final = answer.page.final_url
        if fragment_of(page.entry.url or "") or fragment_of(final):
            return False  # the same page comes for other entries too
        self._held.setdefault(site_of(final), []).append((page, answer))
        return True

    async def _read_response(self, page: PageDue, url: str, answer: FetchResponse) -> PageResult:
        try:
            read = await self.page_text(page, answer)
        except (Unreadable, OverLimit, ReaderBroke) as error:
            return self._record_error(page, url, answer, error)
        self._store_read(page, answer.page, read)
        return "read"

    def _record_error(
        self, page: PageDue, url: str, answer: FetchResponse, error: CrawlerError
    ) -> PageResult:
        """Record why a fetched page has no text."""
        if isinstance(error, Junk):
            self._stats.rejected["repeated text"] += 1
            self._remove_junk_text(error)
        if isinstance(error, Unreadable):
            kept = answer.page if error.lasting else None
            asides = error.asides
            if isinstance(error, Junk):
                asides = lines_set_aside(error.text, "junk")
            return self._record_unreadable(
                page, error.reason, answer.status, kept=kept, asides=asides
            )
        if isinstance(error, OverLimit):
            self.report_too_much(page, error.reason)
            return self._record_unreadable(page, error.reason, answer.status)
        # an error of our own on one page must not stop the source
        log.error("page.broke-the-reader source=%s url=%s %s", self._source.key, url, error)
        self.report_too_much(page, f"it breaks the reader: {(str(error).splitlines() or ['?'])[0]}")
        return self._record_unreadable(page, "reader-error", answer.status)

    def report_too_much(self, page: PageDue, reason: str, *, was_read: bool = False) -> None:
        """Emit an event: a page exceeds the limits of reading. `was_read`: it was read before."""
        self._context.emit(
            {
                "event": "look.too-much" if was_read else "page.too-much",
                "source": self._source.key,
                "item": page.item_id,
                "url": page.entry.url,
                "reason": reason,
            }
        )

    def _remove_junk_text(self, junk: Junk) -> None:
        """Remove a text that was found to be boilerplate from the items stored with it."""
        if not junk.text:
            return
        same = self._context.storage.same_text(self._source.key, junk.text)
        item_ids = [item_id for item_id, *heading in same if not is_about(junk.text, heading)]
        if item_ids:
            asides = lines_set_aside(junk.text, "junk")
            self._context.storage.take_text_away(item_ids, junk.reason, asides)
            log.info("page.text-taken-away source=%s items=%s", self._source.key, item_ids)

    def _store_read(self, page: PageDue, fetched: FetchedPage, read: PageRead) -> None:
        """Store what was read, unless it differs from the stored text in boilerplate only."""
        if read.is_noise:
            self._record_unchanged(page)
        else:
            self.store(read.article, page, fetched)

    async def page_text(
        self, page: PageDue, answer: FetchResponse, *, page_title: str | None = None
    ) -> PageRead:
        """Read the article of a fetched page. `page_title`: see `ReadPage`.

        Raises:
            Unreadable: no article can be read from it.
            OverLimit: reading it exceeded a limit of time or memory.
            ReaderBroke: the code that reads it raised an unexpected error.
        """
        return await self._context.reading.page(
            self._source,
            self._context.kind,
            self._build_page_to_read(page, answer, page_title),
            language=self._language,
            alone=page.attempts > 0 or page.item_id in self._suspects,
        )

    def _build_page_to_read(
        self, page: PageDue, answer: FetchResponse, page_title: str | None = None
    ) -> PageToRead:
        held = self._context.storage.text_of(page.item_id) if self._learns_sites else None
        return PageToRead(answer=answer, entry=page.entry, held=held, page_title=page_title)

    def next_recheck_at(self, page: PageDue) -> datetime | None:
        """Return when to recheck a page for edits; None: never."""
        if self._baseline or not self._learns_sites or not self._source.relook:
            return None
        return next_recheck(page.first_seen_at, self._context.clock())

    @property
    def _learns_sites(self) -> bool:
        return self._context.kind.learns_sites

    def _record_unchanged(self, page: PageDue) -> None:
        self._context.storage.record_unchanged_page(
            page.item_id, recheck_at=self.next_recheck_at(page)
        )
        self._stats.read += 1

    def store(self, article: Article, page: PageDue, fetched: FetchedPage | None) -> None:
        """Store the article of an item, and when to recheck its page."""
        recheck_at = self.next_recheck_at(page)
        stored = self._context.storage.put_page(
            article, page.item_id, fetched, baseline=self._baseline, recheck_at=recheck_at
        )
        self._stats.count(stored.decision)
        self._stats.read += 1
        self._context.emit(
            {
                "event": "entry.stored",
                "source": self._source.key,
                "item": stored.item_id,
                "decision": type(stored.decision).__name__.lower(),
                "url": page.entry.url,
            }
        )

    def _store_from_listing(self, page: PageDue, reason: str) -> bool:
        """Store the full text of the listing; return whether the listing has one."""
        if not page.entry.content:
            return False
        article = normalise(
            page.entry,
            item_kind=self._source.item_kind,
            page=None,
            text=None,
            thin_reason=reason,
            language=self._language,
        )
        if article.text_state is not TextState.FULL:
            return False
        self.store(article, page, None)
        return True

    def _record_unreadable(
        self,
        page: PageDue,
        reason: str,
        status: int | None,
        *,
        kept: FetchedPage | None = None,
        asides: Sequence[AsideBlock] = (),
    ) -> PageResult:
        """Record why a page has no text. `kept`: a page that is retried only once it changes."""
        now = self._context.clock()
        final = kept is not None or reason == "no-page"
        retry_at = None if final else page_retry(page.attempts + 1, status, now)
        if self._store_from_listing(page, reason):
            return "read"
        self._context.storage.page_failed(
            page.item_id, reason=reason, retry_at=retry_at, kept=kept, asides=asides
        )
        self._stats.thin += 1
        if retry_at is not None:
            self.retry_at = min(retry_at, self.retry_at or retry_at)
        log.info(
            "page.thin source=%s reason=%s url=%s", self._source.key, reason, page.entry.url or "-"
        )
        self._context.emit(
            {
                "event": "page.thin",
                "source": self._source.key,
                "item": page.item_id,
                "reason": reason,
                "url": page.entry.url,
            }
        )
        return "unreadable"
