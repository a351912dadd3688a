"""Fetches the page of one item, reads it and stores it, or records why that cannot be done."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from config.model import Source
from crawler.errors import CrawlerError, Junk, OverLimit, ReaderBroke, Unreadable
from crawler.extraction.normalise import normalise
from crawler.extraction.recurring_blocks import is_about
from crawler.extraction.site_memories import site_of
from crawler.fetch_errors import FetchFailed, HostIsOut, NoRoom
from crawler.http.conditional import request_headers
from crawler.http.response import FetchResponse
from crawler.polling.poll_context import PollContext
from crawler.polling.poll_interval import next_look, page_retry
from crawler.polling.poll_stats import PollStats
from crawler.reading.isolated_reading import PageToRead
from crawler.reading.reading_tasks import PageRead
from crawler.text.plain_text import plain_text
from storage.model import Article, FetchedEntry, FetchedPage, PageDue, TextState

log = logging.getLogger(__name__)

Fate = Literal["read", "unreadable", "postponed", "held"]
PAGES_TO_COMPARE = 4  # of a host are learned before any of them is read, where so many come
LARGEST_HELD = 512 * 1024  # bytes; a larger page is read at once, for held ones take up memory


def own_page(entry: FetchedEntry) -> str | None:
    """The address of the entry's page; None where its link is not its own or is no web address."""
    url = entry.url
    if url is None or entry.url_is_shared or not url.startswith(("http://", "https://")):
        return None
    return url


def note_headings(entries: Sequence[FetchedEntry], tools: PollContext) -> None:
    """Remember what a listing announces: on another page of its site it is no article."""
    for entry in entries:
        if (url := own_page(entry)) is not None:
            said = (plain_text(entry.title), plain_text(entry.summary))
            tools.sites.of(url).note_headings(said)


class PageReader:
    """Reads pages of one source in one poll. `retry_at`: when the first failed one is due again."""

    def __init__(
        self,
        source: Source,
        tools: PollContext,
        tally: PollStats,
        *,
        baseline: bool,
        language: str | None,
    ) -> None:
        self._source = source
        self._tools = tools
        self._tally = tally
        self._baseline = baseline
        self._language = source.language or language
        self.retry_at: datetime | None = None
        self.done: set[int] = set()  # items whose page was read, or was found to be unreadable
        self._suspects: set[int] = set()  # items whose page was too much to learn
        self._held: dict[str, list[tuple[PageDue, FetchResponse]]] = {}

    async def read(self, page: PageDue) -> Fate:
        """Fetch and store one page.

        "postponed": nothing was recorded, the page stays due. "held": it was fetched, and waits
        for others of its host to be told from them; `read_held` reads it.
        """
        url = own_page(page.entry)
        if url is None:
            return self._unreadable(page, "no-page", None)
        *first, last = self._tools.kind.page_addresses(self._source, page.entry) or (url,)
        for address in first:
            if await self._spoken_for(page, address):
                return "read"
        # the validators that are kept are those of the last address
        return await self._asked(page, last)

    async def _spoken_for(self, page: PageDue, address: str) -> bool:
        """Whether an address beside the page's own has the text."""
        if self._tools.hosts.is_out(address):
            return False
        try:
            answer = await self._tools.fetch(address, {})
        except FetchFailed:
            return False
        if answer.status != 200:
            return False
        answer = replace(answer, page=replace(answer.page, etag=None, last_modified=None))
        try:
            read = await self.page_text(page, answer)
        except CrawlerError as error:
            log.info("page.elsewhere source=%s url=%s %s", self._source.key, address, error)
            return False
        self._keep(page, answer.page, read)
        return True

    async def _asked(self, page: PageDue, url: str) -> Fate:
        if self._tools.hosts.is_out(url):
            return "postponed"
        try:
            answer = await self._tools.fetch(url, request_headers(page.etag, page.last_modified))
        except (HostIsOut, NoRoom):
            return "postponed"
        except FetchFailed as error:
            self._tools.hosts.failed(url, error)
            return self._unreadable(page, error.cause, None)
        self._tools.hosts.answered(url)
        return await self._answered(page, url, answer)

    async def _answered(self, page: PageDue, url: str, answer: FetchResponse) -> Fate:
        now = self._tools.clock()
        retry_after = answer.retry_after(now)
        if answer.status == 429 or retry_after is not None:
            self._tools.hosts.leave_alone(url)
            self._tally.wait_until(retry_after)
            return "postponed"
        if answer.status == 304 and (page.etag or page.last_modified):
            self._unchanged(page)
            return "read"
        if answer.status != 200:
            reason = "challenge" if answer.is_challenge else f"http-{answer.status}"
            return self._unreadable(page, reason, answer.status)
        if self._is_held(page, answer):
            host = site_of(answer.page.final_url)
            if len(self._held[host]) >= PAGES_TO_COMPARE:
                await self._read_all(self._held.pop(host))
            return "held"
        return await self._came(page, url, answer)

    async def read_held(self) -> None:
        """Read the pages that still wait for others."""
        held, self._held = self._held, {}
        for pages in held.values():
            await self._read_all(pages)

    async def _read_all(self, held: Sequence[tuple[PageDue, FetchResponse]]) -> None:
        """Learn these pages of one host, then read them.

        What is new on a site today, a list of what is read most or a plea, stands on all of them.
        """
        to_read = [self._to_read(page, answer) for page, answer in held]
        reading, kind = self._tools.reading, self._tools.kind
        outcomes = await reading.pages(self._source, kind, to_read, language=self._language)
        if outcomes is None:
            await self._read_each(held)
            return
        for (page, answer), outcome in zip(held, outcomes, strict=True):
            url = answer.page.requested_url
            if isinstance(outcome, PageRead):
                self._keep(page, answer.page, outcome)
            else:
                self._explain(page, url, answer, outcome)
            self.done.add(page.item_id)
            await asyncio.sleep(0)  # other sources' answers wait

    async def _read_each(self, held: Sequence[tuple[PageDue, FetchResponse]]) -> None:
        """Learn these pages together, then read each by itself: one of them may be too much."""
        pages = [(answer, page.entry) for page, answer in held]
        if not await self._tools.reading.learn(self._source, self._tools.kind, pages):
            self._suspects.update(page.item_id for page, _ in held)
        for page, answer in held:
            await self._came(page, answer.page.requested_url, answer)
            self.done.add(page.item_id)

    def _is_held(self, page: PageDue, answer: FetchResponse) -> bool:
        """Hold a page until others of its host have come, to be told from them."""
        if not self._learns or page.attempts or len(answer.page.body) > LARGEST_HELD:
            return False
        final = answer.page.final_url
        self._held.setdefault(site_of(final), []).append((page, answer))
        return True

    async def _came(self, page: PageDue, url: str, answer: FetchResponse) -> Fate:
        try:
            read = await self.page_text(page, answer)
        except (Unreadable, OverLimit, ReaderBroke) as error:
            return self._explain(page, url, answer, error)
        self._keep(page, answer.page, read)
        return "read"

    def _explain(self, page: PageDue, url: str, answer: FetchResponse, error: CrawlerError) -> Fate:
        """Record why a page that came has no text."""
        if isinstance(error, Junk):
            self._tally.rejected["repeated text"] += 1
            self._take_away(error)
        if isinstance(error, Unreadable):
            kept = answer.page if error.lasting else None
            return self._unreadable(page, error.reason, answer.status, kept=kept)
        if isinstance(error, OverLimit):
            self.tell_too_much(page, error.reason)
            return self._unreadable(page, error.reason, answer.status)
        # one page that breaks the reader must not stop the source
        log.error("page.broke-the-reader source=%s url=%s %s", self._source.key, url, error)
        self.tell_too_much(page, f"it breaks the reader: {(str(error).splitlines() or ['?'])[0]}")
        return self._unreadable(page, "reader-error", answer.status)

    def tell_too_much(self, page: PageDue, reason: str, *, was_read: bool = False) -> None:
        """Tell the service that a page cannot be read within bounds. `was_read`: it was before."""
        self._tools.emit(
            {
                "event": "look.too-much" if was_read else "page.too-much",
                "source": self._source.key,
                "item": page.item_id,
                "url": page.entry.url,
                "reason": reason,
            }
        )

    def _take_away(self, junk: Junk) -> None:
        """Make items thin that were stored with a text that has turned out to be junk."""
        if not junk.text:
            return
        same = self._tools.pipeline.same_text(self._source.key, junk.text)
        wrong = [item_id for item_id, *said in same if not is_about(junk.text, said)]
        if wrong:
            self._tools.pipeline.take_text_away(wrong, junk.reason)
            log.info("page.text-taken-away source=%s items=%s", self._source.key, wrong)

    def _keep(self, page: PageDue, came: FetchedPage, read: PageRead) -> None:
        """Store what was read, unless it differs from what is held in its surroundings alone."""
        if read.is_noise:
            self._unchanged(page)
        else:
            self.store(read.article, page, came)

    async def page_text(
        self, page: PageDue, answer: FetchResponse, *, page_title: str | None = None
    ) -> PageRead:
        """What a page said of an item.

        Args:
            page_title: see `ReadPage`.

        Raises:
            Unreadable: no article can be read from it.
            OverLimit: reading it took more than it may.
            ReaderBroke: the code that reads has a fault.
        """
        return await self._tools.reading.page(
            self._source,
            self._tools.kind,
            self._to_read(page, answer, page_title),
            language=self._language,
            alone=page.attempts > 0 or page.item_id in self._suspects,
        )

    def _to_read(
        self, page: PageDue, answer: FetchResponse, page_title: str | None = None
    ) -> PageToRead:
        held = self._tools.pipeline.text_of(page.item_id) if self._learns else None
        return PageToRead(answer=answer, entry=page.entry, held=held, page_title=page_title)

    def look_at(self, page: PageDue) -> datetime | None:
        """When to look at a page again for edits, after this time; None: it is left alone."""
        if self._baseline or not self._learns or not self._source.relook:
            return None
        return next_look(page.first_seen_at, self._tools.clock())

    @property
    def _learns(self) -> bool:
        return self._tools.kind.learns_sites

    def _unchanged(self, page: PageDue) -> None:
        self._tools.pipeline.page_unchanged(page.item_id, look_at=self.look_at(page))
        self._tally.read += 1

    def store(self, article: Article, page: PageDue, came: FetchedPage | None) -> None:
        """Store what was read of an item, and when it is looked at again."""
        stored = self._tools.pipeline.put_page(
            article, page.item_id, came, baseline=self._baseline, look_at=self.look_at(page)
        )
        self._tally.count(stored.decision)
        self._tally.read += 1
        self._tools.emit(
            {
                "event": "entry.stored",
                "source": self._source.key,
                "item": stored.item_id,
                "decision": type(stored.decision).__name__.lower(),
                "url": page.entry.url,
            }
        )

    def _stored_from_listing(self, page: PageDue, reason: str) -> bool:
        """Store the full text that the listing itself carries, if it carries one."""
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

    def _unreadable(
        self, page: PageDue, reason: str, status: int | None, *, kept: FetchedPage | None = None
    ) -> Fate:
        """Record why there is no text. `kept`: a page that is not asked for until it changes."""
        now = self._tools.clock()
        final = kept is not None or reason == "no-page"
        retry_at = None if final else page_retry(page.attempts + 1, status, now)
        if self._stored_from_listing(page, reason):
            return "read"
        self._tools.pipeline.page_failed(page.item_id, reason=reason, retry_at=retry_at, kept=kept)
        self._tally.thin += 1
        if retry_at is not None:
            self.retry_at = min(retry_at, self.retry_at or retry_at)
        log.info(
            "page.thin source=%s reason=%s url=%s", self._source.key, reason, page.entry.url or "-"
        )
        self._tools.emit(
            {
                "event": "page.thin",
                "source": self._source.key,
                "item": page.item_id,
                "reason": reason,
                "url": page.entry.url,
            }
        )
        return "unreadable"
