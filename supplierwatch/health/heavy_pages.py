"""Notifies the operator of pages and entries that exceeded time or memory limits, once each.

A notice opens for each page, and closes when the page has been read, or after two weeks. For a
source with many such pages, notices are opened for the first few and one for the rest, so that one
source cannot crowd out the others.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from alerts.digest.context import TellingContext
from alerts.dispatch.cut import operator_message
from storage.model import StoredItem, TextState
from storage.store import Store, Unit
from storage.telling.notices import OperatorNotice
from storage.telling.quarantine import parse_item_id

log = logging.getLogger(__name__)

MAX_OF_SOURCE = 5  # open notices about pages of one source; one more notice stands for the rest
MAX_LINES = 20  # of one message
OPEN_FOR = timedelta(days=14)
TEXTS = {
    "page.over-limit": "a page of source {source} is kept by its headline and teaser alone, "
    "for {reason}: {url}",
    "recheck.over-limit": "a page of source {source} may have changed and cannot be read again, "
    "for {reason}; the text read before is kept: {url}",
    "entry.over-limit": "an entry of source {source} is kept by its headline alone, "
    "for {reason}: {url}",
}  # by the name of the event
_PREFIXES = {
    "page.over-limit": "page:",
    "recheck.over-limit": "look:",
    "entry.over-limit": "entry:",
}
_MORE = "pages-of:"


def report_heavy_pages(
    store: Store, context: TellingContext, events: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """Open a notice for each page over its limits, and write to the operator about new ones.

    Args:
        store: the database.
        context: names and settings for the message.
        events: crawl events of the kinds in `TEXTS`.
        now: the time.
    """
    news: list[str] = []
    left: Counter[str] = Counter()
    with store.transaction() as unit:
        is_open = {one.key for one in unit.notices.open()}
        of_source = _count_by_source(unit)
        for event in events:
            source = str(event["source"])
            text = TEXTS[event["event"]].format_map(event)
            key = _build_notice_key(event)
            if key not in is_open and of_source[source] >= MAX_OF_SOURCE:
                left[source] += 1
                log.warning("page.over-limit %s", text)
                continue
            of_source[source] += key not in is_open
            is_open.add(key)
            if unit.notices.raise_(key, text, now):
                news.append(text)
                log.warning("page.over-limit %s", text)
        for source in left:
            text = f"more pages of source {source} could not be read; the log names them"
            if unit.notices.raise_(f"{_MORE}{source}", text, now):
                news.append(text)
    if not news:
        return
    many = f"{len(news)} pages could not be read"
    subject = many if len(news) > 1 else f"A page of {events[0]['source']} could not be read"
    rest = len(news) - MAX_LINES
    lines = news[:MAX_LINES] + ([f"and {rest} more, see /health"] if rest > 0 else [])
    operator_message(
        store, context, key=f"pages:{now:%Y%m%dT%H%M%S.%f}", subject=subject, lines=lines, now=now
    )


def close_page_notices(unit: Unit, now: datetime) -> None:
    """Close notices of pages that were read since or deleted, and notices past `OPEN_FOR`."""
    is_open = {one.key: one for one in unit.notices.open()}
    for notice in is_open.values():
        prefix, _, subject = notice.key.partition(":")
        if f"{prefix}:" not in {*_PREFIXES.values(), _MORE}:
            continue
        is_over = now - notice.since > OPEN_FOR
        if prefix in ("page", "look"):
            is_over |= _is_read(_find_item(unit, subject), notice)
        if is_over:
            unit.notices.clear(notice.key, now)


def _build_notice_key(event: Mapping[str, Any]) -> str:
    subject = event["source"] if event["event"] == "entry.over-limit" else event["item"]
    return f"{_PREFIXES[event['event']]}{subject}"


def _find_item(unit: Unit, subject: str) -> StoredItem | None:
    item_id = parse_item_id(subject)
    return None if item_id is None else unit.items.get(item_id)


def _is_read(item: StoredItem | None, notice: OperatorNotice) -> bool:
    """Return whether the item of a notice was deleted or read since."""
    if item is None:
        return True
    if notice.key.startswith(_PREFIXES["page.over-limit"]):
        return item.text_state is TextState.FULL
    return item.revised_at is not None and item.revised_at > notice.since


def _count_by_source(unit: Unit) -> Counter[str]:
    """Count open notices about pages by source key."""
    counted: Counter[str] = Counter()
    for notice in unit.notices.open():
        prefix, _, subject = notice.key.partition(":")
        if prefix in ("page", "look") and (item := _find_item(unit, subject)) is not None:
            counted[item.source_key] += 1
    return counted
