"""Reads the mentions to export, each with its item, matched spans and other outlets.

Reads one page at a time, so that an archive of any size can be exported while the service runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from alerts.digest.context import TellingContext
from alerts.digest.findings import members_of
from alerts.digest.syndication import StoryFacts, story_facts
from alerts.query import Document
from storage.mentions.mention_pages import MentionRange, PagePosition
from storage.model import Mention, Span, StoredItem
from storage.store import Store

PAGE = 100  # mentions in one read


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedMention:
    """A mention with its item and what explains the match.

    `spans` refer to the item's current text; `suppliers` are the keys of the suppliers named in it.
    `also` are the names of other outlets that carry the item or a copy of it. `facts` says who was
    first and what is copied, where several items belong to the story. `event` is the id of the
    item's event; None before it was placed in one.
    """

    mention: Mention
    item: StoredItem
    watch_label: str
    source_name: str
    spans: tuple[Span, ...]
    suppliers: tuple[str, ...]
    also: tuple[str, ...]
    facts: StoryFacts | None = None
    event: int | None = None


def read_mentions(
    store: Store,
    context: TellingContext,
    extent: MentionRange,
    *,
    supplier: str | None = None,
    limit: int | None = None,
    before: PagePosition | None = None,
) -> Iterator[ExportedMention]:
    """Yield the mentions of an extent, those of the newest items first.

    Args:
        store: the archive.
        context: the configuration in force.
        extent: which watches, and which period.
        supplier: key of a supplier: only items that name it.
        limit: stop after this many mentions.
        before: begin after this one.
    """
    count = 0
    # without a filter by supplier, no more is read than `limit`
    size = PAGE if limit is None or supplier is not None else min(PAGE, max(1, limit))
    while limit is None or count < limit:
        with store.reading() as unit:
            page = unit.mention_pages.list(extent, limit=size, before=before)
            copies = members_of(unit, [item for _, item in page])
            events = unit.events.events_of({item.item_id for _, item in page})
        for exported in explain_mentions(page, context, copies, events):
            if supplier is not None and supplier not in exported.suppliers:
                continue
            yield exported
            count += 1
            if count == limit:
                return
        if len(page) < size:
            return
        last, item = page[-1]
        before = PagePosition(item.first_seen_at, last.mention_id)


def explain_mentions(
    found: Sequence[tuple[Mention, StoredItem]],
    context: TellingContext,
    copies: Mapping[int, Sequence[StoredItem]],
    events: Mapping[int, int] = MappingProxyType({}),
) -> Iterator[ExportedMention]:
    """Yield mentions with what explains them.

    `copies` maps story ids to all items of the stories that have several; `events` maps item ids to
    the ids of their events.
    """
    facts = {story: story_facts(items, context.names.press) for story, items in copies.items()}
    for mention, item in found:
        exported = _explain_mention(mention, item, context, copies)
        yield replace(exported, facts=facts.get(item.story_id), event=events.get(item.item_id))


def _explain_mention(
    mention: Mention,
    item: StoredItem,
    context: TellingContext,
    copies: Mapping[int, Sequence[StoredItem]],
) -> ExportedMention:
    match = mention.match
    document = Document.of(item, source_name=context.names.source(item.source_key))
    spans = match.spans
    if match.revision != item.revision:
        # the spans refer to a text that has been replaced since
        query = context.queries.get(match.watch_key)
        hit = None if query is None else query.matches(document)
        spans = () if hit is None else tuple(hit.spans)
    others = [
        *(carrier.source_key for carrier in item.carriers),
        *(copy.source_key for copy in copies.get(item.story_id, ())),
    ]
    names = dict.fromkeys(others)
    names.pop(item.source_key, None)
    return ExportedMention(
        mention=mention,
        item=item,
        watch_label=context.names.watch(match.watch_key).label,
        source_name=context.names.source(item.source_key),
        spans=spans,
        suppliers=tuple(sorted(hit.key for hit in context.suppliers.match(document))),
        also=tuple(context.names.source(key) for key in names),
    )
