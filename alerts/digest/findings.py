"""Explains pending tellings: current spans, suppliers, and the text before an edit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from alerts.digest.context import TellingContext
from alerts.digest.digest import Members, entries_of
from alerts.digest.entry import Entry, Finding
from alerts.digest.syndication import StoryFacts, story_facts
from alerts.query import Document
from alerts.text.missing_text import NOT_SHOWN
from storage.model import ItemRevision, Mention, PendingTelling, Span, StoredItem
from storage.store import Unit

NOBODY = 0  # an id that no subscriber has


def explain_tellings(
    unit: Unit, tellings: Sequence[PendingTelling], context: TellingContext
) -> list[Finding]:
    """Build one finding for each mention in `tellings`, however many subscribers wait for it."""
    findings = []
    seen: set[tuple[int, str]] = set()
    documents: dict[int, Document] = {}
    for telling in tellings:
        key = (telling.mention.mention_id, telling.what)
        if key in seen:
            continue
        seen.add(key)
        item = telling.item
        document = documents.get(item.item_id) or Document.of(
            item, source_name=context.names.source(item.source_key)
        )
        documents[item.item_id] = document
        spans = current_spans(telling, document, context)
        before = None
        if telling.what == "edit" and item.thin_reason != NOT_SHOWN:
            before = text_before(unit.items.revisions(item.item_id), telling.revision)
        findings.append(
            Finding(
                telling=telling,
                spans=spans,
                suppliers=suppliers_in(item, document, spans, context),
                before=before,
            )
        )
    return findings


def build_entries(
    unit: Unit,
    found: Sequence[tuple[Mention, StoredItem]],
    context: TellingContext,
    members: Members | None = None,
) -> tuple[Entry, ...]:
    """Build the entries of mentions that are shown but not marked as told, newest first.

    `members` maps story ids to all items of the stories; read from the archive if None.
    """
    tellings = [
        PendingTelling(
            subscriber_id=NOBODY,
            mention=mention,
            item=item,
            what="new",
            revision=item.revision,
            told_before=None,
        )
        for mention, item in found
    ]
    if members is None:
        members = members_of(unit, [item for _, item in found])
    return entries_of(explain_tellings(unit, tellings, context), context.names, members)


def mark_already_alerted(
    recipient: str, unit: Unit, tellings: Sequence[PendingTelling], context: TellingContext
) -> tuple[PendingTelling, ...]:
    """Keep `told_before` only where an alert told it, and mark copies of known stories.

    A mention that another digest told stays new: a weekly digest repeats what daily ones told.
    """
    tellings_seen = []
    for telling in tellings:
        if telling.told_before is not None:
            told_by = {
                key
                for to, key, row, _ in unit.tellings.told_to(telling.mention.mention_id)
                if to == recipient and row is not None
            }
            if not any(context.tells_at_once(key) for key in told_by):
                tellings_seen.append(replace(telling, told_before=None))
                continue
        tellings_seen.append(telling)
    return mark_copies(recipient, unit, tellings_seen, context)


def mark_copies(
    recipient: str, unit: Unit, tellings: Sequence[PendingTelling], context: TellingContext
) -> tuple[PendingTelling, ...]:
    """Mark tellings of a story that the recipient was told of from another outlet.

    Only if an alert or this subscription told it, for the same watch: what another watch finds in
    a copy is new. Watches with `every_outlet` are never marked.
    """
    new = [telling for telling in tellings if telling.what == "new" and not telling.told_before]
    known = unit.stories.told_to(recipient, {telling.item.story_id for telling in new})
    marked = []
    for telling in tellings:
        times = [
            told.told_at
            for told in known
            if told.story_id == telling.item.story_id
            and told.item_id != telling.item.item_id
            and told.watch_key == telling.mention.match.watch_key
            and (
                told.subscriber_id == telling.subscriber_id
                or context.tells_at_once(told.subscription_key)
            )
        ]
        every_outlet = telling.mention.match.watch_key in context.every_outlet
        if times and not every_outlet and telling.what == "new" and not telling.told_before:
            telling = replace(telling, told_before=times[0], is_copy=True)
        marked.append(telling)
    return tuple(marked)


def members_of(unit: Unit, items: Sequence[StoredItem]) -> dict[int, tuple[StoredItem, ...]]:
    """Return story id -> all its items, for the stories of `items` that have several."""
    found = unit.stories.members({item.story_id for item in items})
    several = {story: ids for story, ids in found.items() if len(ids) > 1}
    wanted = [item_id for ids in several.values() for item_id in ids]
    texts = {item.item_id: item for item in unit.items.get_many(wanted)}
    return {
        story: tuple(texts[item_id] for item_id in ids if item_id in texts)
        for story, ids in several.items()
    }


def stories_of(
    unit: Unit, items: Sequence[StoredItem], press: Mapping[str, str]
) -> dict[int, StoryFacts]:
    """Return story id -> its facts, for the stories of `items` that have several items.

    `press` maps the key of a source to the supplier whose newsroom it is.
    """
    facts = {
        story: story_facts(members, press) for story, members in members_of(unit, items).items()
    }
    return {story: known for story, known in facts.items() if known is not None}


def current_spans(
    telling: PendingTelling, document: Document, context: TellingContext
) -> tuple[Span, ...]:
    """Return the spans of a watch's hits in the item's newest text."""
    match = telling.mention.match
    if match.revision == telling.item.revision:
        return match.spans
    query = context.queries.get(match.watch_key)
    hit = query.matches(document) if query is not None else None
    return tuple(hit.spans) if hit is not None else ()


def suppliers_in(
    item: StoredItem, document: Document, spans: Sequence[Span], context: TellingContext
) -> tuple[str, ...]:
    """Return the suppliers whose names overlap the hits, the most prominent first.

    Names outside the hits do not count: the article may mention them in passing.
    """
    ranked = []
    for hit in context.suppliers.match(document):
        shared = [span for span in hit.spans if _overlaps(span, spans)]
        if shared:
            in_title = any(span.field == "title" for span in shared)
            ranked.append((not in_title, -len(shared), context.supplier_names[hit.key]))
    return tuple(name for _, _, name in sorted(ranked))


def hit_suppliers(telling: PendingTelling, context: TellingContext) -> frozenset[str]:
    """Return the keys of the suppliers whose names overlap the hits of a telling."""
    name = context.names.source(telling.item.source_key)
    document = Document.of(telling.item, source_name=name)
    spans = current_spans(telling, document, context)
    return frozenset(
        hit.key
        for hit in context.suppliers.match(document)
        if any(_overlaps(span, spans) for span in hit.spans)
    )


def text_before(revisions: Iterable[ItemRevision], number: int) -> ItemRevision | None:
    """Return the newest stored revision before revision `number`."""
    older = [revision for revision in revisions if revision.number < number]
    return max(older, key=lambda revision: revision.number, default=None)


def _overlaps(span: Span, others: Sequence[Span]) -> bool:
    return any(o.field == span.field and o.start < span.end and span.start < o.end for o in others)
