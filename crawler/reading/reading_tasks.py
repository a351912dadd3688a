"""What is done in reader processes: everything that runs over what strangers wrote.

Each task is a value that crosses to the reader by pickle, and so is what it comes to.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from config.model import ItemKind, Source
from crawler.errors import CrawlerError, Junk
from crawler.extraction.normalise import normalise
from crawler.extraction.page import learn, learn_to_read
from crawler.extraction.significant_change import is_noise
from crawler.extraction.site_memories import site_of
from crawler.extraction.site_memory import SiteMemory, key_of
from crawler.http.crawl_context import CrawlContext
from crawler.http.guard import FetchGuard
from crawler.http.guarded_reactor import GuardedReactor
from crawler.http.response import FetchResponse
from crawler.http.robots_cache import TransientRobotsCache
from crawler.listings.listing import Listed
from crawler.reading.poll_outcome import judge
from crawler.reading.reader_process import Desk
from crawler.spider_base.spider import SourceSpider
from crawler.spider_base.spider_classes import spider_class
from crawler.text.mojibake import repair_text
from storage.model import Article, FetchedEntry, PageText, Validators

log = logging.getLogger(__name__)

PARSED_AT_ONCE = 256 * 1024  # bytes of pages; parsed they take some ten times as much


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadListing:
    """Judge an answer to a poll and read the listing in it; comes to a `Listed`.

    `start_at`: how many of its entries were read before.
    """

    source: Source
    answer: FetchResponse
    known: Validators
    sent: Validators
    patience: timedelta | None
    now: datetime
    start_at: int = 0

    def run(self, desk: Desk) -> Listed:
        """Judge and read."""
        kind = _kind(desk, self.source)
        kind.notes[self.source.key] = desk.notes
        kind.start_at = self.start_at
        listed = judge(
            self.answer,
            known=self.known,
            sent=self.sent,
            read=lambda given: kind.read(self.source, given),
            now=self.now,
            patience=self.patience,
        )
        desk.notes = kind.notes[self.source.key]
        return listed


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnPages:
    """Have the memory of a host learn pages of it before any is read; comes to nothing."""

    pages: tuple[tuple[FetchResponse, FetchedEntry], ...]

    def run(self, desk: Desk) -> None:
        """Learn; what is wrong with a page is told when it is read."""
        for answer, entry in self.pages:
            site = desk.sites[site_of(answer.page.final_url)]
            try:
                learn(answer.page, entry=entry, site=site)
            except MemoryError:
                raise
            except Exception:
                log.info("page.not-learned url=%s", answer.page.final_url)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRead:
    """What a page came to. `is_noise`: it says what is held of it, but for its surroundings."""

    article: Article
    is_noise: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """Read the page of an entry; comes to a `PageRead`.

    `held`: title and text that are held of it, where it is read again. `page_title`: the title
    that it had then; a page that has another one now is believed before its listing.
    """

    source: Source
    answer: FetchResponse
    entry: FetchedEntry
    language: str | None
    held: tuple[str, str] | None = None
    page_title: str | None = None

    def run(self, desk: Desk) -> PageRead:
        """Read, normalise and compare."""
        kind = _kind(desk, self.source)
        try:
            text = kind.read_page(self.source, self.answer, self.entry)
        except Junk as error:
            raise Junk(error.reason, text=repair_text(error.text)) from error
        article = self._article(text)
        host = site_of(self.answer.page.final_url)
        return PageRead(
            article=article, is_noise=self._says_the_same(article, desk.sites.get(host))
        )

    def _article(self, text: PageText) -> Article:
        entry, page = self.entry, self.answer.page
        if text.title and self.page_title and text.title != self.page_title:
            entry = replace(entry, title=text.title)
        if page.requested_url != entry.url and entry.url is not None:
            # an address for programs is none that people are shown
            page = replace(page, final_url=entry.url)
        return normalise(
            entry,
            item_kind=self.source.item_kind,
            page=page,
            text=text,
            thin_reason=None,
            language=self.language,
        )

    def _says_the_same(self, article: Article, site: SiteMemory | None) -> bool:
        if self.held is None or site is None:
            return False
        title, body = self.held
        if title.split() != article.title.split():
            return False
        return is_noise(
            body,
            article.body,
            surrounds=lambda line: site.recurs(key_of(line)) or site.is_heading(line),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPages:
    """Learn pages of one host, then read each; comes to what each came to, or its error."""

    pages: tuple[ReadPage, ...]

    def run(self, desk: Desk) -> list[PageRead | CrawlerError]:
        """Learn all, then read one after the other."""
        learned = self._learn(desk)
        outcomes: list[PageRead | CrawlerError] = []
        while learned:
            try:
                outcomes.append(learned.popleft().run(desk))
            except CrawlerError as error:
                # what it came through holds the parsed page
                error.__traceback__ = error.__cause__ = error.__context__ = None
                outcomes.append(error)
        return outcomes

    def _learn(self, desk: Desk) -> deque[ReadPage]:
        """The pages as they were parsed, where that takes little memory."""
        room = PARSED_AT_ONCE
        learned: deque[ReadPage] = deque()
        for page in self.pages:
            answer, entry = page.answer, page.entry
            room -= len(answer.page.body)
            if room < 0 or _is_trimmed(page.source):
                LearnPages(pages=((answer, entry),)).run(desk)
            else:
                site = desk.sites[site_of(answer.page.final_url)]
                try:
                    parsed = learn_to_read(answer.page, entry=entry, site=site)
                    page = replace(page, answer=replace(answer, page=parsed))
                except MemoryError:
                    raise
                except Exception:
                    log.info("page.not-learned url=%s", answer.page.final_url)
            learned.append(page)
        return learned


@dataclass(frozen=True, slots=True, kw_only=True)
class NormaliseEntries:
    """Make articles of entries as their listing has them; comes to one for each.

    `thin_reasons`: why an entry has no page, where it has none.
    """

    item_kind: ItemKind
    entries: tuple[FetchedEntry, ...]
    thin_reasons: tuple[str | None, ...]
    language: str | None

    def run(self, desk: Desk) -> list[Article]:
        """Normalise."""
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


def _is_trimmed(source: Source) -> bool:
    """Whether selectors take parts out of the pages of a source before they are read."""
    return source.select.article is not None or bool(source.select.remove)


class _Replicas:
    """The memories of hosts that a reader has; those that count are the crawl's."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def of(self, url: str) -> SiteMemory:
        """The memory of the host of an address."""
        return self._desk.sites.setdefault(site_of(url), SiteMemory())

    def save(self) -> None:
        """Nothing is kept here."""


def _kind(desk: Desk, source: Source) -> SourceSpider:
    """The spider of a source, which fetches nothing here."""
    if source.kind not in desk.kinds:
        context = CrawlContext(
            job=desk.job,
            door=GuardedReactor(FetchGuard(())),
            robots=TransientRobotsCache(),
            clock=lambda: datetime.now(UTC),
            sites=_Replicas(desk),
        )
        desk.kinds[source.kind] = spider_class(source.kind)(
            context=context, sources=(), work=_refuse, emit=_refuse
        )
    kind: SourceSpider = desk.kinds[source.kind]
    return kind


def _refuse(*_: Any) -> NoReturn:
    raise AssertionError("a reader polls nothing and says nothing")
