"""Reads what people said of the stories of a watch, and what it finds, and proposes changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime

from alerts.proposals.measuring import MIN_UNWANTED, propose
from alerts.proposals.model import JudgedItem, Judgement, ProposalResult, ProposalSubject
from alerts.query import Document, Query, SupplierTerms
from alerts.search.archive_search import SearchRequest, search_archive
from config.model import Watch
from storage.model import Span, StoredItem
from storage.rules.groups import scope_of_group
from storage.store import Store, Unit

MAX_UNWANTED = 200  # stories, the last marked
MAX_KEPT = 1_000  # stories, the latest
MAX_COPIES = 4  # items of a story, on average
MAX_FOUND = 2_000  # items, the newest
SECONDS = 2.0  # for each half: searching the archive, measuring the candidates
_BATCH = 400  # stories in one read


def gather_proposals(
    store: Store,
    watch: Watch,
    query: Query,
    suppliers: Mapping[str, SupplierTerms],
    names: Mapping[str, str],
    *,
    now: datetime,
    seconds: float = SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> ProposalResult:
    """Return the proposals for a watch, from what the members of its group said.

    What was judged is measured whatever its age; of all else the newest, within bounds.

    Args:
        store: the archive.
        watch: as it is declared.
        query: the watch compiled.
        suppliers: that its query may name.
        names: source key -> its name.
        now: the time.
        seconds: of searching, and of measuring.
        clock: a monotonic clock, in seconds.
    """
    store = store.within(scope_of_group(watch.group))
    with store.reading() as unit:
        kept = frozenset(unit.judgements.kept(watch.key, MAX_KEPT))
        marked = unit.judgements.unwanted(watch.key, now, MAX_UNWANTED)
        unwanted = frozenset(marked) - kept
        muted = unit.judgements.muted_sources(watch.key, now)
        dismissed = unit.dismissed_proposals.of_watch(watch.key)
        if len(unwanted) < MIN_UNWANTED and not muted:
            return ProposalResult(proposals=(), unwanted=len(unwanted), kept=len(kept))
        judged = [*_iterate_stories(unit, watch.key, unwanted | kept)]
    request = SearchRequest(limit=MAX_FOUND, seconds=seconds)
    found = search_archive(store, query, names, request, clock=clock)

    def judge(story_id: int) -> Judgement:
        return "kept" if story_id in kept else "unwanted" if story_id in unwanted else "unmarked"

    items: dict[int, JudgedItem] = {}
    for item in judged:
        document = Document.of(item, source_name=names.get(item.source_key, item.source_key))
        hit = query.matches(document)
        if hit is not None:  # by the query in force, which may be another than when it was marked
            items[item.item_id] = _build(item, document, hit.spans, judge(item.story_id))
    for hit_item in found.hits:
        item = hit_item.item
        document = Document.of(item, source_name=names.get(item.source_key, item.source_key))
        made = _build(item, document, hit_item.spans, judge(item.story_id))
        items.setdefault(item.item_id, made)
    ordered = sorted(items.values(), key=lambda each: each.judgement == "unmarked")
    subject = ProposalSubject(
        watch_key=watch.key, query=query, suppliers=suppliers, names=names, muted_sources=muted
    )
    return propose(
        subject,
        ordered,
        seconds=seconds,
        dismissed=dismissed,
        all_given=found.complete,
        clock=clock,
    )


def _iterate_stories(
    unit: Unit, watch_key: str, story_ids: Collection[int]
) -> Iterator[StoredItem]:
    ids = sorted(story_ids, reverse=True)
    for at in range(0, len(ids), _BATCH):
        some = ids[at : at + _BATCH]
        found = unit.mention_pages.of_stories(some, limit=MAX_COPIES * len(some))
        for mention, item in found:
            if mention.match.watch_key == watch_key:
                yield item


def _build(
    item: StoredItem, document: Document, spans: tuple[Span, ...], judgement: Judgement
) -> JudgedItem:
    return JudgedItem(
        item_id=item.item_id,
        story_id=item.story_id,
        title=item.title,
        source_key=item.source_key,
        document=document,
        spans=spans,
        judgement=judgement,
    )
