"""Fetches the pages of items and has them read; `PageRecorder` records the results."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urldefrag

from config.model import Source
from crawler.errors import CrawlerError, OverLimit, ReaderFailed, Unreadable
from crawler.extraction.recurring.site_memories import site_of
from crawler.fetch_errors import FetchFailed, HostUnavailable, TooManyLargeBodies
from crawler.http.conditional import request_headers
from crawler.http.response import FetchResponse
from crawler.polling.page_recorder import PageRecorder, PageResult
from crawler.polling.polite_fetch import asks_to_wait, fetch_politely
from crawler.polling.poll_context import PollContext
from crawler.polling.poll_stats import PollStats
from crawler.reading.isolated_reading import PageToRead
from crawler.reading.reading_tasks import PageRead
from crawler.text.plain_text import plain_text
from storage.errors import DatabaseUnusable
from storage.model import Article, FetchedEntry, FetchedPage, PageDue
from storage.rules.addresses import fragment_of

log = logging.getLogger(__name__)

PAGES_TO_COMPARE = 4  # pages of a host that are learned together before they are read
MAX_HELD_BODY = 512 * 1024  # bytes; a larger page is read at once, to save memory


def own_page_url(entry: FetchedEntry) -> str | None:
    """Return the URL of an entry's own page; None if its link is shared or not http(s)."""
    url = entry.url
    if url is None or entry.url_is_shared or not url.startswith(("http://", "https://")):
        return None
    return url


def record_headings(entries: Sequence[FetchedEntry], context: PollContext) -> None:
    """Add headlines and teasers to the site memory: on other pages they are boilerplate."""
    for entry in entries:
        if (url := own_page_url(entry)) is not None:
            heading = (plain_text(entry.title), plain_text(entry.summary))
            context.sites.of(url).record_headings(heading)


class PageReader:
    """Reads pages of one source in one poll."""

    def __init__(
        self,
        source: Source,
        context: PollContext,
        stats: PollStats,
        recorder: PageRecorder,
        *,
        language: str | None,
    ) -> None:
        self._source = source
        self._context = context
        self._stats = stats
        self._recorder = recorder
        self._language = source.language or language
        self.done: set[int] = set()  # ids of items whose page was read or found unreadable
        self._suspects: set[int] = set()  # items whose page exceeded the limits when it was learned
        self._shared: FetchResponse | None = None  # a page with several entries
        self._held: dict[str, list[tuple[PageDue, FetchResponse]]] = {}

    async def read(self, page: PageDue) -> PageResult:
        """Fetch and store one page.

        "postponed": nothing was recorded, and the page stays due. "held": it was fetched, and is
        read together with other pages of its host, at the latest by `read_held`.
        """
        url = own_page_url(page.entry)
        if url is None:
            return self._recorder.record_unreadable(page, "no-page", None)
        *first, last = self._context.kind.page_addresses(self._source, page.entry) or (url,)
        for address in first:
            result = await self._read_alternative(page, address)
            if result is not None:
                return result
        # the stored validators are those of the last address
        return await self._fetch_page(page, last)

    async def _read_alternative(self, page: PageDue, address: str) -> PageResult | None:
        """Read the page at an address that is not the last one; None: it has no text."""
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
            read = await self.read_text(page, answer)
        except CrawlerError as error:
            log.info(
                "page.alternative-unreadable source=%s url=%s %s", self._source.key, address, error
            )
            return None
        self._recorder.store_read(page, answer.page, read)
        return "read"

    async def _fetch_page(self, page: PageDue, url: str) -> PageResult:
        headers = request_headers(page.etag, page.last_modified)
        if (shared := self._take_shared(url)) is not None:
            return await self._handle_response(page, url, shared)
        try:
            answer = await fetch_politely(self._context, url, headers, stats=self._stats)
        except (HostUnavailable, TooManyLargeBodies):
            return "postponed"
        except FetchFailed as error:
            return self._recorder.record_unreadable(page, error.cause, None)
        if answer.status == 200 and fragment_of(url):
            self._shared = answer
        return await self._handle_response(page, url, answer)

    def _take_shared(self, url: str) -> FetchResponse | None:
        """Return the last response if this URL has a fragment of the same page: fetch it once."""
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
            self._recorder.record_unchanged(page)
            return "read"
        if answer.status != 200:
            reason = "challenge" if answer.is_challenge else f"http-{answer.status}"
            return self._recorder.record_unreadable(page, reason, answer.status)
        if self._try_hold(page, answer):
            host = site_of(answer.page.final_url)
            if len(self._held[host]) >= PAGES_TO_COMPARE:
                await self._read_together(self._held.pop(host))
            return "held"
        return await self._read_response(page, url, answer)

    async def read_held(self) -> None:
        """Read the pages that are still held."""
        held, self._held = self._held, {}
        for pages in held.values():
            await self._read_together(pages)

    async def _read_together(self, held: Sequence[tuple[PageDue, FetchResponse]]) -> None:
        """Learn these pages of one host together, then read them.

        New boilerplate, such as a "most read" list or an appeal, is recognised since all have it.
        """
        texts = self._read_stored_texts([page for page, _ in held])
        to_read = [
            PageToRead(answer=answer, entry=page.entry, stored_text=texts.get(page.item_id))
            for page, answer in held
        ]
        reading, kind = self._context.reading, self._context.kind
        outcomes = await reading.read_pages(self._source, kind, to_read, language=self._language)
        if outcomes is None:
            await self._read_each(held)
            return
        changed: list[tuple[PageDue, FetchedPage, Article]] = []
        for (page, answer), outcome in zip(held, outcomes, strict=True):
            if isinstance(outcome, PageRead) and not outcome.is_insignificant:
                changed.append((page, answer.page, outcome.article))
                continue
            self._store_together(changed)  # what follows may concern these
            changed = []
            if isinstance(outcome, PageRead):
                self._recorder.record_unchanged(page)
            else:
                self._recorder.record_error(page, answer.page.requested_url, answer, outcome)
            self.done.add(page.item_id)
        self._store_together(changed)
        await asyncio.sleep(0)  # let other sources continue

    def _store_together(self, pages: Sequence[tuple[PageDue, FetchedPage, Article]]) -> None:
        """Store articles in one transaction; if that fails, each in its own.

        Raises:
            DatabaseUnusable: as soon as one of them cannot be stored for this reason.
            Exception: that of the first that cannot be stored, after all others were stored.
        """
        if not pages:
            return
        try:
            self._recorder.store_all(pages)
        except Exception as error:
            if len(pages) == 1:
                raise
            log.info("page.not-stored-together source=%s %s", self._source.key, error)
        else:
            self.done.update(page.item_id for page, _, _ in pages)
            return
        failures: list[Exception] = []
        for one in pages:
            try:
                self._store_together([one])
            except DatabaseUnusable:
                raise
            except Exception as error:
                failures.append(error)
        for failure in failures:
            raise failure

    async def _read_each(self, held: Sequence[tuple[PageDue, FetchResponse]]) -> None:
        """Learn these pages together, then read each alone: one of them may exceed the limits."""
        pages = [(answer, page.entry) for page, answer in held]
        if not await self._context.reading.learn_pages(self._source, self._context.kind, pages):
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
            read = await self.read_text(page, answer)
        except (Unreadable, OverLimit, ReaderFailed) as error:
            return self._recorder.record_error(page, url, answer, error)
        self._recorder.store_read(page, answer.page, read)
        return "read"

    async def read_text(
        self, page: PageDue, answer: FetchResponse, *, page_title: str | None = None
    ) -> PageRead:
        """Read the article of a fetched page. `page_title`: see `ReadPage`.

        Raises:
            Unreadable: no article can be read from it.
            OverLimit: reading it exceeded a limit of time or memory.
            ReaderFailed: the code that reads it raised an unexpected error.
        """
        return await self._context.reading.read_page(
            self._source,
            self._context.kind,
            self._build_page_to_read(page, answer, page_title),
            language=self._language,
            alone=page.attempts > 0 or page.item_id in self._suspects,
        )

    def _build_page_to_read(
        self, page: PageDue, answer: FetchResponse, page_title: str | None = None
    ) -> PageToRead:
        stored = self._read_stored_texts([page]).get(page.item_id)
        return PageToRead(
            answer=answer, entry=page.entry, stored_text=stored, page_title=page_title
        )

    def _read_stored_texts(self, pages: Sequence[PageDue]) -> dict[int, tuple[str, str]]:
        if not self._learns_sites:
            return {}
        return self._context.storage.texts_of([page.item_id for page in pages])

    @property
    def _learns_sites(self) -> bool:
        return self._context.kind.learns_sites
