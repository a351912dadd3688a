"""Tells the operator of pages that took more than they may, each once.

A notice opens for each page, and closes when the page has been read, or after two weeks.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from alerts.context import TellingContext
from alerts.notify import operator_message
from storage.model import TextState
from storage.store import Store, Unit

log = logging.getLogger(__name__)

PREFIX = "page:"
MOST_OPEN = 20  # notices of pages at a time; more of them are in the log alone
OPEN_FOR = timedelta(days=14)


def tell_of_pages(
    store: Store, context: TellingContext, events: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """Open a notice for each page that was too much, and tell the operator of those that are new.

    Args:
        events: "page.too-much", as crawls say them.
    """
    news: list[str] = []
    left = 0
    with store.transaction() as unit:
        is_open = {one.key for one in unit.notices.open() if one.key.startswith(PREFIX)}
        for event in events:
            key = f"{PREFIX}{event['item']}"
            text = (
                f"a page of source {event['source']} is kept by its headline and teaser alone, "
                f"for {event['reason']}: {event['url']}"
            )
            if key not in is_open and len(is_open) >= MOST_OPEN:
                left += 1
                continue
            is_open.add(key)
            if unit.notices.raise_(key, text, now):
                news.append(text)
                log.warning("page.too-much %s", text)
    if left:
        log.warning("page.too-much others=%d", left)
    if not news:
        return
    many = f"{len(news)} pages could not be read"
    subject = many if len(news) > 1 else f"A page of {events[0]['source']} could not be read"
    lines = [*news, f"and {left} more, which the log names"] if left else news
    operator_message(
        store, context, key=f"pages:{now:%Y%m%dT%H%M%S.%f}", subject=subject, lines=lines, now=now
    )


def close_notices_of_pages(unit: Unit, now: datetime) -> None:
    """Close the notices of pages that have been read since, that are gone, or that are old."""
    for notice in unit.notices.open():
        if not notice.key.startswith(PREFIX):
            continue
        item = unit.items.get(int(notice.key.removeprefix(PREFIX)))
        is_read = item is None or item.text_state is TextState.FULL
        if is_read or now - notice.since > OPEN_FOR:
            unit.notices.clear(notice.key, now)
