"""Board papers: a page that lists PDFs, directly or on a page for each meeting."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from config.model import Source
from crawler.boardpapers.paper_links import stable_url
from crawler.boardpapers.paper_listing import PaperLink, find_paper_links
from crawler.boardpapers.pdf import PdfDocument
from crawler.boardpapers.pdf_reader import read_pdf
from crawler.errors import NotAFeed, Unreadable
from crawler.http.parsed_page import parse_html
from crawler.http.response import FetchResponse
from crawler.listings.listing import Listing
from crawler.spider_base.spider import SourceSpider
from crawler.text.dates import published_date
from crawler.text.uk_dates import find_uk_date
from storage.model import FetchedEntry, PageText, ProcurementNotice
from storage.rules.former_keys import former_canonical_url

MAX_MEETINGS = 24  # meeting pages that one poll fetches, the newest first
# papers younger than this are fetched again: trusts replace a file by a corrected one
RECENT = timedelta(days=62)
RECENT_UNDATED = 10
# lines with a date other than that of the meeting
_OTHER_DATE = re.compile(
    r"\b(?:review(?: date| due|ed)|next review|deadline|due (?:by|on|date)"
    r"|expir(?:y|es)|valid until|next meeting)\b",
    re.IGNORECASE,
)
_MAX_NUMBERS_SHOWN = 12  # page numbers listed in a notice


class BoardPapersSpider(SourceSpider):
    """Polls pages that list board papers."""

    name = "boardpapers"
    learns_sites = False
    max_body = 64 * 1024 * 1024
    response_timeout = timedelta(minutes=3)
    reads_slowly = True

    def read(self, source: Source, answer: FetchResponse) -> Listing:
        """Read the PDF links of a page; the declared page also links to pages of its meetings."""
        page = answer.page
        whole = page.requested_url == source.url
        document = parse_html(answer)
        links = find_paper_links(document, base=page.final_url, select=source.select, whole=whole)
        # the papers listed earlier in this poll
        listed: set[str] = set() if whole else (self.poll_state.get(source.key) or set())
        self.poll_state[source.key] = listed
        if whole and not links:
            raise NotAFeed(
                "no link to a PDF or to a meeting was found on this page; "
                "select.entry and select.link in sources.toml can name them"
            )
        papers = [
            link for link in links if not link.is_meeting and stable_url(link.url) not in listed
        ]
        listed.update(stable_url(paper.url) for paper in papers)
        return Listing(
            entries=tuple(_build_entry(source, paper, page.fetched_at) for paper in papers),
            language=document.get("lang") or None,
            more=_select_newest_meetings(links),
            refetch_daily=_select_recent(papers, page.fetched_at),
        )

    def read_page(self, source: Source, answer: FetchResponse, entry: FetchedEntry) -> PageText:
        """Read the text of a paper, page by page."""
        paper = read_pdf(answer.page.body)
        if not any(paper.pages):
            raise Unreadable("scanned" if paper.scanned else "no text on any page", lasting=True)
        lines = [line for line in paper.pages[0].split("\n")[:12] if not _OTHER_DATE.search(line)]
        day = find_uk_date("\n".join(lines)[:2000])
        created = published_date(paper.created_at, now=answer.page.fetched_at)
        return PageText(
            title=paper.title,
            published_raw=day.raw if day is not None else paper.created_raw,
            published_at=day.day if day is not None else created,
            authors=(),
            language=None,
            canonical_url=None,
            summary="",
            text="\n".join(paper.pages),
            comments="",
            pages=paper.pages,
            notice=ProcurementNotice(facts=tuple(_list_facts(paper))),
        )


def _build_entry(source: Source, link: PaperLink, fetched_at: datetime) -> FetchedEntry:
    return FetchedEntry(
        source_key=source.key,
        url=link.url,
        # in the form of stored papers
        guid=former_canonical_url(stable_url(link.url)),
        title=link.title,
        summary="",
        content="",
        authors=(),
        published_raw=link.date.raw if link.date is not None else None,
        published_at=link.date.day if link.date is not None else None,
        updated_at=None,
        language=source.language,
        fetched_at=fetched_at,
        kind="boardpaper",
    )


def _select_newest_meetings(links: list[PaperLink]) -> tuple[str, ...]:
    """Return the URLs of meeting pages, newest first, with undated ones before all others."""
    meetings = [link for link in links if link.is_meeting]
    placed = sorted(
        range(len(meetings)),
        key=lambda at: (
            -(date.day.timestamp() if (date := meetings[at].date) is not None else float("inf")),
            at,
        ),
    )
    return tuple(meetings[at].url for at in placed[:MAX_MEETINGS])


def _select_recent(papers: list[PaperLink], now: datetime) -> frozenset[str]:
    dated = {p.url for p in papers if p.date is not None and p.date.day > now - RECENT}
    return frozenset(dated.union([p.url for p in papers if p.date is None][:RECENT_UNDATED]))


def _list_facts(paper: PdfDocument) -> list[tuple[str, str]]:
    facts = [("pages", str(paper.count))]
    if paper.scanned:
        facts.append(("scanned pages", _format_numbers(paper.scanned)))
    if paper.broken:
        facts.append(("broken pages", _format_numbers(paper.broken)))
    if paper.count > len(paper.pages):
        facts.append(("pages not read", f"{len(paper.pages) + 1} to {paper.count}"))
    return facts


def _format_numbers(pages: tuple[int, ...]) -> str:
    shown = ", ".join(str(page) for page in pages[:_MAX_NUMBERS_SHOWN])
    more = len(pages) - _MAX_NUMBERS_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
