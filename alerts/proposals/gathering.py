"""Reads the judgements of a watch's stories, and what it finds, and proposes changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.proposals.measuring import MAX_LEARNED, MIN_UNWANTED, propose
from alerts.proposals.model import JudgedItem, Judgement, ProposalResult, ProposalSubject
from alerts.query import Document, Query, SupplierTerms
from alerts.search.archive_search import SearchRequest, search_archive
from config.model import Watch
from storage.model import StoredItem
from storage.rules.groups import scope_of_group
from storage.store import Store, Unit

MAX_UNWANTED = 200  # stories, the last marked
MAX_KEPT = 1_000  # stories, the latest
MAX_COPIES = 4  # items of a story, on average
MAX_FOUND = 2_000  # items, the newest
_BATCH = 400  # stories in one read


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchJudgements:
    """Judgements by members of a watch's group: of its stories, of outlets and of proposals.

    `muted_sources`: (source key, how many people have muted it); `dismissed`: (kind, target,
    weight) of proposals.
    """

    unwanted: frozenset[int]
    kept: frozenset[int]
    muted_sources: tuple[tuple[str, int], ...]
    dismissed: tuple[tuple[str, str, int], ...]

    @property
    def suffice(self) -> bool:
        """Whether anything can be proposed from them."""
        return len(self.unwanted) >= MIN_UNWANTED or bool(self.muted_sources)


def read_judgements(store: Store, watch: Watch, now: datetime) -> WatchJudgements:
    """Return the judgements up to now."""
    with store.within(scope_of_group(watch.group)).reading() as unit:
        kept = frozenset(unit.judgements.kept(watch.key, MAX_KEPT))
        marked = unit.judgements.unwanted(watch.key, now, MAX_UNWANTED)
        muted = unit.judgements.muted_sources(watch.key, now)
        dismissed = unit.dismissed_proposals.of_watch(watch.key)
    return WatchJudgements(
        unwanted=frozenset(marked) - kept,
        kept=kept,
        muted_sources=tuple(muted.items()),
        dismissed=tuple((kind, target, each) for (kind, target), each in dismissed.items()),
    )


def gather_proposals(
    store: Store,
    watch: Watch,
    query: Query,
    suppliers: Mapping[str, SupplierTerms],
    names: Mapping[str, str],
    judgements: WatchJudgements,
    *,
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
) -> ProposalResult:
    """Return the proposals for a watch, from its group's judgements.

    What was judged is measured whatever its age; of all else the newest, within bounds.

    Args:
        store: the archive.
        watch: as it is declared.
        query: the watch compiled.
        suppliers: that its query may name.
        names: source key -> its name.
        judgements: of `read_judgements`.
        seconds: of searching the archive, and as many of measuring.
        clock: a monotonic clock, in seconds.
    """
    unwanted, kept = judgements.unwanted, judgements.kept
    if not judgements.suffice:
        return ProposalResult(proposals=(), unwanted=len(unwanted), kept=len(kept))
    store = store.within(scope_of_group(watch.group))
    with store.reading() as unit:
        judged = [*_iterate_stories(unit, watch.key, unwanted | kept)]
    request = SearchRequest(limit=MAX_FOUND, seconds=seconds, spans=False)
    found = search_archive(store, query, names, request, clock=clock)

    def judge(story_id: int) -> Judgement:
        return "kept" if story_id in kept else "unwanted" if story_id in unwanted else "unmarked"

    items: dict[int, JudgedItem] = {}
    learned = 0
    for item in (*judged, *(hit.item for hit in found.hits)):
        judgement = judge(item.story_id)
        if item.item_id in items:
            continue
        learned += judgement == "unmarked"
        # where it matches takes long to find, and is read of few
        located = judgement != "unmarked" or learned <= MAX_LEARNED
        built = _build(item, query, names, judgement, located=located)
        if built is not None:
            items[item.item_id] = built
    ordered = sorted(items.values(), key=lambda each: each.judgement == "unmarked")
    subject = ProposalSubject(
        watch_key=watch.key,
        query=query,
        suppliers=suppliers,
        names=names,
        muted_sources=dict(judgements.muted_sources),
    )
    return propose(
        subject,
        ordered,
        seconds=seconds,
        dismissed={(kind, target): each for kind, target, each in judgements.dismissed},
        all_given=found.complete and len(kept) < MAX_KEPT,
        clock=clock,
    )


def _iterate_stories(
    unit: Unit, watch_key: str, story_ids: Collection[int]
) -> Iterator[StoredItem]:
    ids = sorted(story_ids, reverse=True)
    for at in range(0, len(ids), _BATCH):
        left = set(ids[at : at + _BATCH])
        while left:
            found = unit.mention_pages.of_stories(
                sorted(left), limit=MAX_COPIES * len(left), watch_key=watch_key
            )
            for _mention, item in found:
                yield item
            # many copies of some stories may have left no room for others
            read = {item.story_id for _mention, item in found}
            left = left - read if len(found) == MAX_COPIES * len(left) else set()


def _build(
    item: StoredItem,
    query: Query,
    names: Mapping[str, str],
    judgement: Judgement,
    *,
    located: bool,
) -> JudgedItem | None:
    """Return an item with where it matches, if that is to be found.

    None where the query in force does not find it: it may be another than when it was marked.
    """
    document = Document.of(item, source_name=names.get(item.source_key, item.source_key))
    hit = query.matches(document) if located else None
    if located and hit is None:
        return None
    return JudgedItem(
        item_id=item.item_id,
        story_id=item.story_id,
        title=item.title,
        source_key=item.source_key,
        document=document,
        spans=() if hit is None else hit.spans,
        judgement=judgement,
    )
