"""Builders of stored items, mentions and tellings about fictional outlets and suppliers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from alerts.digest.digest import Digest, Occasion, build_digest
from alerts.digest.entry import Finding, Names, WatchWords
from storage.crawling.coverage import BlindSource, Coverage
from storage.model import (
    Carrier,
    FieldName,
    ItemRevision,
    Match,
    Mention,
    PendingTelling,
    Span,
    StoredItem,
)

NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)

BODY = (
    "Millbrook Hospitals has paused its move to the shared data platform, the trust told staff "
    'on Monday. Halcyon Health, which supplies the software, said that it would "work through '
    'every concern" before the next board meeting. Dr. Imani Okafor, who leads the programme, '
    "said Halcyon had not been told why.\n"
    "The contract is worth £4.2m over three years. Two other trusts are watching closely."
)

SOURCES = {
    "ward-ledger": "The Ward Ledger",
    "trolley": "Trolley Times",
    "systems-weekly": "Health Systems Weekly",
    "register": "Public Notices Register",
}

WATCHES = {
    "halcyon": WatchWords(
        label="Halcyon and the NHS",
        query="@halcyon AND (nhs OR trust)",
        paraphrase="The supplier halcyon (“Halcyon Health”) and (“nhs” or “trust”).",
    ),
    "corvid": WatchWords(
        label="Corvid Data", query="@corvid", paraphrase="The supplier corvid (“Corvid Data”)."
    ),
    "epr": WatchWords(
        label="Electronic patient records",
        query='"electronic patient record" OR epr',
        paraphrase="“electronic patient record” or “epr”.",
    ),
}

NAMES = Names(watches=WATCHES, sources=SOURCES)

_ids = count(1)


def an_item(**changes: object) -> StoredItem:
    """A stored article; any field may be named."""
    number = next(_ids)
    fields: dict[str, object] = {
        "item_id": number,
        "source_key": "ward-ledger",
        "kind": "news",
        "url": f"https://ward-ledger.example/{number}/millbrook-pauses?from=feed&n={number}",
        "title": "Millbrook pauses its Halcyon roll-out",
        "authors": ("Ruth Amery",),
        "published_at": NOW - timedelta(hours=2, minutes=number),
        "published_raw": None,
        "language": "en",
        "summary": "The trust has told staff that the move is on hold.",
        "body": BODY,
        "comments": "",
        "pages": (),
        "text_state": "full",
        "thin_reason": None,
        "content_hash": f"hash{number}",
        "first_seen_at": NOW - timedelta(hours=1, minutes=number),
        "revised_at": None,
        "revision": 1,
        "baseline": False,
        "story_id": number,
        "carriers": (),
    }
    fields.update(changes)
    if not fields["carriers"]:
        fields["carriers"] = (
            Carrier(
                source_key=str(fields["source_key"]),
                url=fields["url"],  # type: ignore[arg-type]
                guid=None,
                first_seen_at=NOW,
            ),
        )
    return StoredItem(**fields)  # type: ignore[arg-type]


def spans_of(item: StoredItem, *terms: str) -> tuple[Span, ...]:
    """Where the terms stand in an item's title, summary, body and comments."""
    fields: tuple[FieldName, ...] = ("title", "summary", "body", "comments")
    return tuple(
        Span(field, hit.start(), hit.end())
        for field in fields
        for term in terms
        for hit in re.finditer(re.escape(term), getattr(item, field), re.IGNORECASE)
    )


def a_telling(
    item: StoredItem | None = None,
    *terms: str,
    watch: str = "halcyon",
    subscriber: int = 1,
    **changes: object,
) -> PendingTelling:
    """A pending telling of an item found by a watch."""
    item = item or an_item()
    spans = spans_of(item, *(terms or ("Halcyon",)))
    mention = Mention(
        mention_id=item.item_id * 100 + list(WATCHES).index(watch),
        match=Match(
            watch_key=watch,
            watch_version=1,
            item_id=item.item_id,
            revision=item.revision,
            spans=spans,
        ),
        created_at=NOW,
        baseline=False,
    )
    fields: dict[str, object] = {
        "subscriber_id": subscriber,
        "mention": mention,
        "item": item,
        "what": "new",
        "revision": item.revision,
        "told_before": None,
    }
    fields.update(changes)
    return PendingTelling(**fields)  # type: ignore[arg-type]


def a_finding(
    item: StoredItem | None = None,
    *terms: str,
    suppliers: tuple[str, ...] = ("Halcyon Health",),
    before: ItemRevision | None = None,
    **changes: object,
) -> Finding:
    """A telling with what explains it."""
    telling = a_telling(item, *terms, **changes)  # type: ignore[arg-type]
    return Finding(
        telling=telling, spans=telling.mention.match.spans, suppliers=suppliers, before=before
    )


def an_occasion(**changes: object) -> Occasion:
    """A daily digest in London."""
    fields: dict[str, object] = {
        "kind": "digest",
        "recipient": "comms@trust.example",
        "subscriptions": ("daily-halcyon",),
        "schedules": ("daily-halcyon (daily at 07:30)",),
        "timezone": "Europe/London",
        "since": NOW - timedelta(days=1),
        "now": NOW,
        "contact": "press@trust.example",
    }
    fields.update(changes)
    return Occasion(**fields)  # type: ignore[arg-type]


def a_coverage(**changes: object) -> Coverage:
    """Four sources of which one is blind."""
    fields: dict[str, object] = {
        "sources_total": 44,
        "sources_answered": 42,
        "blind": (BlindSource(key="trolley", since=NOW - timedelta(days=3), cause="HTTP 403"),),
        "items_read": 318,
    }
    fields.update(changes)
    return Coverage(**fields)  # type: ignore[arg-type]


def a_digest(
    *findings: Finding,
    members: Mapping[int, Sequence[StoredItem]] | None = None,
    **changes: object,
) -> Digest:
    """A digest of the findings on `an_occasion`."""
    return build_digest(
        findings,
        names=NAMES,
        occasion=an_occasion(**changes),
        coverage=a_coverage(),
        watch_keys=tuple(WATCHES),
        members=members or {},
    )
