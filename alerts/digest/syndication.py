"""Compares the items of a story: who was first, who copied, what each outlet added. Pure.

Shared text is counted in shingles of three words, so that a copy with a few replaced words is
still recognised. The order of the given items makes no difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from alerts.text.sanitize import fragment, shorten
from alerts.text.sentences import sentences
from storage.model import StoredItem
from storage.rules.local_time import later, utc_text
from storage.rules.shingles import Fingerprint, covered_share, fingerprint

MAX_OWN = 3
MAX_SENTENCE = 240
# share of a copy's words that occur in earlier items, at least
COPIED = 0.8
# share of an own sentence's words that occur in other outlets, below
MAX_SHARED = 0.5
MIN_WORDS = 6  # in an own sentence; leaves out bylines and "Read more"
CLOCK_SKEW = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletItem:
    """One outlet's item of a story.

    `release` is the share of its words that occur in the supplier's press release, 0 to 1; None if
    the story has no release or this is the release. `own` are the first sentences that occur in no
    other outlet's text, `own_count` is the number of all of them.
    """

    item_id: int
    source_key: str
    url: str | None
    when: datetime
    when_is: Literal["published", "seen"]
    supplier: str | None  # set if the source is this supplier's newsroom
    is_copy: bool
    release: float | None
    own: tuple[str, ...]
    own_count: int

    def record(self) -> dict[str, object]:
        """Return the fields as plain values for exports; times in UTC."""
        return {
            "item": self.item_id,
            "source": self.source_key,
            "url": self.url,
            "at": utc_text(self.when),
            "at_is": self.when_is,
            "supplier": self.supplier,
            "copy": self.is_copy,
            "release_share": None if self.release is None else round(self.release, 2),
            "own": list(self.own),
            "own_count": self.own_count,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryFacts:
    """The items of a story, in the order of publication."""

    outlet_items: tuple[OutletItem, ...]

    @property
    def first(self) -> OutletItem:
        """The item that was published first."""
        return self.outlet_items[0]

    @property
    def copies(self) -> int:
        """How many of the later items are copies of earlier ones."""
        return sum(each.is_copy for each in self.outlet_items)

    @property
    def suppliers(self) -> tuple[str, ...]:
        """The suppliers whose press releases are among the items."""
        return tuple(sorted({each.supplier for each in self.outlet_items if each.supplier}))

    def record(self) -> dict[str, object]:
        """Return the story as plain values for exports."""
        return {
            "outlets": [each.record() for each in self.outlet_items],
            "copies": self.copies,
            "release_of": list(self.suppliers),
        }

    def of(self, item_id: int) -> OutletItem | None:
        """Return the comparison of an item; None if it is not in the story."""
        return next((each for each in self.outlet_items if each.item_id == item_id), None)


def story_facts(items: Sequence[StoredItem], press: Mapping[str, str]) -> StoryFacts | None:
    """Compare the items of a story; return None if it has a single item.

    Args:
        items: all items of the story, in any order.
        press: source key -> the supplier whose newsroom it is.
    """
    if len({item.item_id for item in items}) < 2:
        return None
    ordered = sorted({item.item_id: item for item in items}.values(), key=_publication_order)
    prints = [fingerprint(_text(item)) for item in ordered]
    released: frozenset[int] = frozenset()
    for item, text in zip(ordered, prints, strict=True):
        if item.source_key in press:
            released |= text.as_set
    shared = _find_shared(ordered, prints)
    outlet_items = []
    before: frozenset[int] = frozenset()
    for item, text in zip(ordered, prints, strict=True):
        own = _find_own(item, shared)
        when, when_is = when_of(item)
        is_release = item.source_key in press
        outlet_items.append(
            OutletItem(
                item_id=item.item_id,
                source_key=item.source_key,
                url=item.url,
                when=when,
                when_is=when_is,
                supplier=press.get(item.source_key),
                is_copy=covered_share(text, before) >= COPIED,
                release=covered_share(text, released) if released and not is_release else None,
                own=own[:MAX_OWN],
                own_count=len(own),
            )
        )
        before |= text.as_set
    return StoryFacts(outlet_items=tuple(outlet_items))


def when_of(item: StoredItem) -> tuple[datetime, Literal["published", "seen"]]:
    """Return the publication time, or the time first seen if that is missing or in the future."""
    published = item.published_at
    if published is None or published > later(item.first_seen_at, CLOCK_SKEW):
        return item.first_seen_at, "seen"
    return published, "published"


def _publication_order(item: StoredItem) -> tuple[datetime, datetime, int]:
    when, _ = when_of(item)
    if when.hour == when.minute == when.second == 0:
        # a date without a time: it must not sort before all other items of that day
        when = min(max(when, item.first_seen_at), later(when, _DAY))
    return when, item.first_seen_at, item.item_id


def _text(item: StoredItem) -> str:
    return item.body or item.summary


def _find_shared(items: Sequence[StoredItem], prints: Sequence[Fingerprint]) -> frozenset[int]:
    """Return the shingles that occur in the texts of two outlets or more."""
    by_outlet: dict[str, set[int]] = {}
    for item, text in zip(items, prints, strict=True):
        by_outlet.setdefault(item.source_key, set()).update(text.as_set)
    counts: Counter[int] = Counter()
    for each in by_outlet.values():
        counts.update(each)
    return frozenset(shingle for shingle, outlets in counts.items() if outlets > 1)


def _find_own(item: StoredItem, shared: frozenset[int]) -> tuple[str, ...]:
    # a teaser is no part of the article
    if item.text_state != "full" or not shared:
        return ()
    own: dict[str, None] = {}
    for sentence in sentences(item.body):
        if len(sentence.split()) < MIN_WORDS:
            continue
        if covered_share(fingerprint(sentence), shared) < MAX_SHARED:
            own[shorten(fragment(sentence).strip(), MAX_SENTENCE)] = None
    return tuple(own)
