"""Parliament: written questions with their answers, and contributions in Hansard.

The host or path of a source distinguishes the two.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from config.model import Source
from crawler.government import hansard
from crawler.government import written_questions as questions
from crawler.http.response import FetchResponse
from crawler.listings.listing import Listing
from crawler.spider_base.spider import SourceSpider
from storage.model import FetchedEntry, PageText


class ParliamentSpider(SourceSpider):
    """Polls the APIs of Parliament."""

    name = "parliament"
    learns_sites = False

    def address(self, source: Source, *, since: datetime | None, now: datetime) -> str:
        """Return the URL of the first page of results since the last poll, and some days before."""
        if _is_questions_source(source):
            return questions.first_address(source.url, since=since, now=now)
        return hansard.first_address(source.url, since=since, now=now)

    def read(self, source: Source, answer: FetchResponse) -> Listing:
        """Read the entries of a page of results."""
        if _is_questions_source(source):
            return questions.read_list(source.url, answer.page, source_key=source.key)
        return hansard.read_contributions(source.url, answer.page, source_key=source.key)

    def combine_parts(self, listing: Listing) -> Listing:
        """Keep each question once: it may be listed both as tabled and as answered."""
        return replace(listing, entries=questions.merge_by_question(listing))

    def page_addresses(self, source: Source, entry: FetchedEntry) -> tuple[str, ...]:
        """Return the URL of a question's record in the API: the list truncates its texts."""
        address = questions.detail_address(source.url, entry)
        return super().page_addresses(source, entry) if address is None else (address,)

    def read_page(self, source: Source, answer: FetchResponse, entry: FetchedEntry) -> PageText:
        """Read a question and its answer."""
        return questions.read_question(answer.page)


def _is_questions_source(source: Source) -> bool:
    parts = urlsplit(source.url)
    return "questions-statements" in (parts.hostname or "") or "writtenquestions" in parts.path
