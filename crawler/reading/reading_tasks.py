"""The tasks of reader processes: all parsing of untrusted content.

Tasks and their results are pickled between processes.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from config.model import ItemKind, Source
from crawler.errors import CrawlerError, RecurringText
from crawler.extraction.normalise import normalise
from crawler.extraction.page import learn, learn_and_parse
from crawler.extraction.recurring.site_memories import site_of
from crawler.extraction.recurring.site_memory import SiteMemory, key_of
from crawler.extraction.significant_change import is_insignificant
from crawler.http.crawl_context import CrawlContext
from crawler.http.guard import FetchGuard
from crawler.http.guarded_reactor import GuardedReactor
from crawler.http.response import FetchResponse
from crawler.http.robots_cache import TransientRobotsCache
from crawler.listings.listing import Listed
from crawler.reading.poll_outcome import decide_outcome
from crawler.reading.reader_process import ReaderContext
from crawler.spider_base.spider import SourceSpider
from crawler.spider_base.spider_classes import spider_class
from crawler.text.mojibake import repair_text
from storage.model import Article, FetchedEntry, PageText, Validators

log = logging.getLogger(__name__)

MAX_PARSED_BYTES = 256 * 1024  # of HTML; parsed it takes some ten times as much memory


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadListing:
    """Decides the outcome of a poll from its response and reads the listing in it.

    `start_at`: number of its entries that were read before. Other fields: see `decide_outcome`.
    """

    source: Source
    answer: FetchResponse
    known: Validators
    sent: Validators
    wait: timedelta | None
    now: datetime
    start_at: int = 0

    def run(self, context: ReaderContext) -> Listed:
        """Return the outcome, with the listing if there is one."""
        kind = _get_spider(context, self.source)
        kind.poll_state[self.source.key] = context.poll_state
        kind.start_at = self.start_at
        listed = decide_outcome(
            self.answer,
            known=self.known,
            sent=self.sent,
            read=lambda given: kind.read(self.source, given),
            now=self.now,
            wait=self.wait,
        )
        context.poll_state = kind.poll_state[self.source.key]
        return listed


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnPages:
    """Adds pages of a host to its site memory before any is read."""

    pages: tuple[tuple[FetchResponse, FetchedEntry], ...]

    def run(self, context: ReaderContext) -> None:
        """Learn the pages; an error in one is reported when it is read."""
        for answer, entry in self.pages:
            site = context.sites[site_of(answer.page.final_url)]
            try:
                learn(answer.page, entry=entry, site=site)
            except MemoryError:
                raise
            except Exception:
                log.info("page.not-learned url=%s", answer.page.final_url)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """The article of a page. `is_insignificant`: it differs from the stored one in boilerplate."""

    article: Article
    is_insignificant: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """Reads the page of an entry.

    `stored_text`: the stored title and text of its item, if any. `page_title`: the title of the
    page when it was last read; if it has changed, it replaces the title of the listing.
    """

    source: Source
    answer: FetchResponse
    entry: FetchedEntry
    language: str | None
    stored_text: tuple[str, str] | None = None
    page_title: str | None = None

    def run(self, context: ReaderContext) -> PageRead:
        """Read the page, normalise it and compare it with the stored text.

        Raises:
            Unreadable: no article can be read from it.
        """
        kind = _get_spider(context, self.source)
        try:
            text = kind.read_page(self.source, self.answer, self.entry)
        except RecurringText as error:
            raise RecurringText(error.reason, text=repair_text(error.text)) from error
        article = self._build_article(text)
        host = site_of(self.answer.page.final_url)
        return PageRead(
            article=article, is_insignificant=self._is_unchanged(article, context.sites.get(host))
        )

    def _build_article(self, text: PageText) -> Article:
        entry, page = self.entry, self.answer.page
        if text.title and self.page_title and text.title != self.page_title:
            entry = replace(entry, title=text.title)
        if page.requested_url != entry.url and entry.url is not None:
            # readers get the URL of the page, not that of the API
            page = replace(page, final_url=entry.url)
        return normalise(
            entry,
            item_kind=self.source.item_kind,
            page=page,
            text=text,
            thin_reason=None,
            language=self.language,
        )

    def _is_unchanged(self, article: Article, site: SiteMemory | None) -> bool:
        if self.stored_text is None or site is None:
            return False
        title, body = self.stored_text
        if title.split() != article.title.split():
            return False
        return is_insignificant(
            body,
            article.body,
            is_boilerplate=lambda line: site.recurs(key_of(line)) or site.is_heading(line),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPages:
    """Learns pages of one host, then reads each; results in an article or an error for each."""

    pages: tuple[ReadPage, ...]

    def run(self, context: ReaderContext) -> list[PageRead | CrawlerError]:
        """Learn all pages, then read them one after the other."""
        learned = self._learn_pages(context)
        outcomes: list[PageRead | CrawlerError] = []
        while learned:
            try:
                outcomes.append(learned.popleft().run(context))
            except CrawlerError as error:
                # these would keep the parsed page in memory
                error.__traceback__ = error.__cause__ = error.__context__ = None
                outcomes.append(error)
        return outcomes

    def _learn_pages(self, context: ReaderContext) -> deque[ReadPage]:
        """Learn the pages; return them parsed, up to `MAX_PARSED_BYTES`, to parse them once."""
        room = MAX_PARSED_BYTES
        learned: deque[ReadPage] = deque()
        for page in self.pages:
            answer, entry = page.answer, page.entry
            room -= len(answer.page.body)
            if room < 0 or _has_removing_selectors(page.source):
                LearnPages(pages=((answer, entry),)).run(context)
            else:
                site = context.sites[site_of(answer.page.final_url)]
                try:
                    parsed = learn_and_parse(answer.page, entry=entry, site=site)
                    page = replace(page, answer=replace(answer, page=parsed))
                except MemoryError:
                    raise
                except Exception:
                    log.info("page.not-learned url=%s", answer.page.final_url)
            learned.append(page)
        return learned


@dataclass(frozen=True, slots=True, kw_only=True)
class NormaliseEntries:
    """Makes an article of each entry as listed.

    `thin_reasons`: why each entry has no page; None if it has one.
    """

    item_kind: ItemKind
    entries: tuple[FetchedEntry, ...]
    thin_reasons: tuple[str | None, ...]
    language: str | None

    def run(self, context: ReaderContext) -> list[Article]:
        """Return the articles, in the order of the entries."""
        return [
            normalise(
                entry,
                item_kind=self.item_kind,
                page=None,
                text=None,
                thin_reason=reason,
                language=self.language,
            )
            for entry, reason in zip(self.entries, self.thin_reasons, strict=True)
        ]


def _has_removing_selectors(source: Source) -> bool:
    """Return whether the selectors of a source reduce its pages before they are read."""
    return source.select.article is not None or bool(source.select.remove)


class _ReplicaMemories:
    """The site memories of a reader, which are copies of those of the crawl."""

    def __init__(self, context: ReaderContext) -> None:
        self._context = context

    def of(self, url: str) -> SiteMemory:
        """Return the site memory of the host of a URL."""
        return self._context.sites.setdefault(site_of(url), SiteMemory())

    def save(self) -> None:
        """Do nothing: the crawl saves them."""


def _get_spider(context: ReaderContext, source: Source) -> SourceSpider:
    """Return the spider of a source's kind; in a reader it fetches nothing."""
    if source.kind not in context.kinds:
        crawl_context = CrawlContext(
            job=context.job,
            guarded_reactor=GuardedReactor(FetchGuard(())),
            robots=TransientRobotsCache(),
            clock=lambda: datetime.now(UTC),
            sites=_ReplicaMemories(context),
        )
        context.kinds[source.kind] = spider_class(source.kind)(
            context=crawl_context, sources=(), work=_refuse, emit=_refuse
        )
    kind: SourceSpider = context.kinds[source.kind]
    return kind


def _refuse(*_: Any) -> NoReturn:
    raise AssertionError("a reader process neither polls nor emits events")
