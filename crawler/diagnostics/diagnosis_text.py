"""Describes each step of an examination as lines of text for an operator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from config.model import Source
from crawler.http.response import FetchResponse
from crawler.listings.listing import Listing
from crawler.text.dates import explain_refused_date
from crawler.text.decode import decode
from crawler.text.mojibake import repair_text
from crawler.text.plain_text import one_line
from storage.archive.known_entries import KnownEntry
from storage.model import (
    Article,
    AsideBlock,
    Completion,
    Decision,
    Duplicate,
    FetchedEntry,
    Revision,
    TextState,
)
from storage.rules.aside_rules import rule_in_words

MAX_ENTRIES_SHOWN = 5  # entries of the listing
MAX_ASIDES_SHOWN = 8  # blocks that were cut from the page
MAX_UNREAD_SHOWN = 3  # dates that are not valid publication dates
MAX_TITLE = 120  # characters of a feed's title
MAX_DATE_SHOWN = 80  # characters of a date as written


class ArchiveLookup(Protocol):
    """Looks up stored items, to compare entries with them."""

    def known_entries(
        self, source_key: str, entries: Sequence[FetchedEntry]
    ) -> tuple[KnownEntry, ...]:
        """Return for each entry whether it is known, and whether it has changed."""

    def preview_decision(self, article: Article, item_id: int | None) -> Decision:
        """Return what storage would decide about an article, without storing it.

        Args:
            item_id: the item that the entry is known as, if any.
        """


def describe_response(answer: FetchResponse) -> list[str]:
    """Describe a response: status, size, redirects and validators."""
    page = answer.page
    lines = [f"HTTP {page.status}, {page.content_type or 'no content type'}"]
    lines.append(f"{len(page.body)} bytes from {page.final_url}")
    if page.final_url != page.requested_url:
        moved = "for good: declare the new address" if answer.permanent_to else "this time"
        lines.append(f"redirected from {page.requested_url}, {moved}")
    kept = [name for name in ("etag", "last-modified") if name in answer.headers]
    lines.append(f"changes are detected by {' and '.join(kept) or 'the hash of the body'}")
    return lines


def describe_decoding(answer: FetchResponse) -> list[str]:
    """Describe the encoding that a body is decoded with, and why."""
    page = answer.page
    if page.body[:5] == b"%PDF-":
        return ["a PDF: its text is read page by page"]
    content_type = (page.content_type or "").lower()
    decoded = decode(
        page.body, content_type=page.content_type, kind="html" if "html" in content_type else "xml"
    )
    lines = [f"read as {decoded.encoding}: {decoded.reason}"]
    if decoded.replaced:
        lines.append(f"{decoded.replaced} bytes could not be decoded")
    repaired = repair_text(decoded.text)
    if repaired != decoded.text:
        lines.append("letters damaged by an earlier wrong decoding (mojibake) are repaired")
    return lines


def describe_identity(
    source: Source,
    listing: Listing,
    entry: FetchedEntry,
    article: Article,
    archive: ArchiveLookup | None,
) -> list[str]:
    """Describe how many entries are known, and what storage would decide about `entry`.

    Args:
        entry: the newest entry of the listing; `article` was made from it.
        archive: None: nothing is stored yet.
    """
    if archive is None:
        return ["nothing is stored yet: every entry would be new, and baseline"]
    known = archive.known_entries(source.key, listing.entries)
    new = sum(1 for one in known if one.item_id is None)
    changed = sum(1 for one in known if one.changed)
    own = next((one.item_id for one in known if one.entry is entry), None)
    basis = {
        "url": "address", "former-url": "address", "guid": "identifier", "text": "text",
        "entry": "words", "parameters": "words, at an address with other parameters",
    }  # fmt: skip
    match archive.preview_decision(article, own):
        case Duplicate(item_id=item_id, by=by):
            verdict = f"is known as item {item_id} by its {basis[by]}, and has not changed"
        case Completion(item_id=item_id):
            verdict = f"would be the text of item {item_id}, known from the listing only"
        case Revision(item_id=item_id, number=number):
            verdict = f"would be revision {number} of item {item_id}: its text has changed"
        case _:
            verdict = "would be a new item"
    return [
        f"of {len(known)} entries {new} are new to the archive, {changed} changed, "
        f"{len(known) - new - changed} known and unchanged",
        f"the newest one {verdict}",
    ]


def describe_asides(asides: Sequence[AsideBlock]) -> list[str]:
    """Describe what was cut from a page: how much by which rule, and the longest blocks."""
    texts = [block for block in asides if block.text]
    words = sum(len(block.text.split()) for block in texts)
    lines = [f"set aside {len(texts)} blocks, {words} words, searchable by aside:"]
    counts = Counter(rule_in_words(block.rule) for block in texts)
    lines += [
        f"  {count} {'block' if count == 1 else 'blocks'} {rule}"
        for rule, count in counts.most_common()
    ]
    reported = sorted((b for b in texts if b.tells), key=lambda b: len(b.text), reverse=True)
    lines += [
        f"- {block.text[:100]!r}: {rule_in_words(block.rule, block.detail)}"
        for block in reported[:MAX_ASIDES_SHOWN]
    ]
    lines += [rule_in_words(b.rule, b.detail) for b in asides if not b.text]
    return lines


def describe_entries(listing: Listing) -> list[str]:
    """Describe a listing: its entries, language and damage."""
    if not listing.entries and not listing.more and listing.degraded is None:
        return ["empty: it is well-formed and has no entries", *filter(None, [listing.note])]
    lines = [f"{len(listing.entries)} entries, language {listing.language or 'not declared'}"]
    if listing.note is not None:
        lines.append(listing.note)
    if listing.degraded is not None:
        lines.append(f"damaged: {listing.degraded}")
    lines += [f"- {entry.title[:100]}" for entry in listing.entries[:MAX_ENTRIES_SHOWN]]
    if len(listing.entries) > MAX_ENTRIES_SHOWN:
        lines.append(f"and {len(listing.entries) - MAX_ENTRIES_SHOWN} more")
    return lines


def listing_facts(listing: Listing, address: str) -> dict[str, str]:
    """Return the facts of a listing for a summary; empty if it has no entries.

    Args:
        address: the URL that was fetched.
    """
    if not listing.entries:
        return {}
    dated = [entry.published_at for entry in listing.entries if entry.published_at]
    newest = {"newest": format_time(max(dated))} if dated else {}
    title = {"title": one_line(listing.title)[:MAX_TITLE]} if listing.title else {}
    return {"address": address, "entries": str(len(listing.entries)), **newest, **title}


def describe_dates(listing: Listing) -> list[str]:
    """Describe how many dates of a listing can be parsed, and their range."""
    dated = sorted(entry.published_at for entry in listing.entries if entry.published_at)
    lines = [f"{len(dated)} of {len(listing.entries)} entries have a date that can be read"]
    if dated:
        lines.append(f"newest {format_time(dated[-1])}, oldest {format_time(dated[0])}")
    unread = [one for one in listing.entries if one.published_raw and not one.published_at]
    lines += [
        f"not a publication date: {describe_refused(one)}" for one in unread[:MAX_UNREAD_SHOWN]
    ]
    if len(unread) > MAX_UNREAD_SHOWN:
        lines.append(f"and {len(unread) - MAX_UNREAD_SHOWN} more")
    return lines


def describe_refused(entry: FetchedEntry) -> str:
    """Describe a date of an entry that is not a valid publication date: as written, and why."""
    raw = entry.published_raw or ""
    why = explain_refused_date(raw, now=entry.fetched_at, language=entry.language)
    return f"{raw[:MAX_DATE_SHOWN]!r} ({why})"


def describe_published(when: datetime | None, raw: str | None) -> str:
    """Describe a publication date in UTC, and as written."""
    written = f", written as {raw[:MAX_DATE_SHOWN]!r}" if raw else ""
    return f"{format_time(when)}{written}"


def describe_decision(article: Article) -> list[str]:
    """Describe the article that an entry would be stored as."""
    states = {
        TextState.FULL: "stored with its full text",
        TextState.THIN: f"stored as thin ({article.thin_reason}): title and teaser still match",
        TextState.LISTED: "stored as listed",
    }
    return [
        f"{article.title!r}",
        f"{states[article.text_state]}, unless it is already known",
        f"identified by {article.url or 'its identifier only'}",
        f"language {article.language or '-'}, published "
        + describe_published(article.published_at, article.published_raw),
    ]


def format_time(when: datetime | None) -> str:
    """Format a UTC time to the minute; "-" for None."""
    return "-" if when is None else f"{when:%Y-%m-%d %H:%M} UTC"
