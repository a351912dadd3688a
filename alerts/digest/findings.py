"""Explains pending tellings: where the hits stand now, whose names they are, what was before."""

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

NOBODY = 0  # no subscriber has this id


def explain_tellings(
    unit: Unit, tellings: Sequence[PendingTelling], context: TellingContext
) -> list[Finding]:
    """A finding for each mention among `tellings`, told for several subscribers or for one."""
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


def shown(
    unit: Unit,
    found: Sequence[tuple[Mention, StoredItem]],
    context: TellingContext,
    members: Members | None = None,
) -> tuple[Entry, ...]:
    """The stories of mentions that are shown without being told, the newest first.

    `members` are all items of these stories, read here unless given.
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


def as_seen_by(
    recipient: str, unit: Unit, tellings: Sequence[PendingTelling], context: TellingContext
) -> tuple[PendingTelling, ...]:
    """The tellings with `told_before` only where an alert told them, not another digest.

    A weekly digest tells the week although a daily one did.
    """
    seen = []
    for telling in tellings:
        if telling.told_before is not None:
            told_by = {
                key
                for to, key, row, _ in unit.subscribers.told_to(telling.mention.mention_id)
                if to == recipient and row is not None
            }
            if not any(context.tells_at_once(key) for key in told_by):
                seen.append(replace(telling, told_before=None))
                continue
        seen.append(telling)
    return copies_marked(recipient, unit, seen, context)


def copies_marked(
    recipient: str, unit: Unit, tellings: Sequence[PendingTelling], context: TellingContext
) -> tuple[PendingTelling, ...]:
    """The tellings, those marked whose story the recipient was told of as another outlet had it.

    By an alert, or by this subscription; and by the same watch: what another watch finds in a copy
    is another reason to be told. Never of a watch that asks for every outlet.
    """
    new = [telling for telling in tellings if telling.what == "new" and not telling.told_before]
    known = unit.stories.told_to(recipient, {telling.item.story_id for telling in new})
    marked = []
    for telling in tellings:
        times = [
            one.told_at
            for one in known
            if one.story_id == telling.item.story_id
            and one.item_id != telling.item.item_id
            and one.watch_key == telling.mention.match.watch_key
            and (
                one.subscriber_id == telling.subscriber_id
                or context.tells_at_once(one.subscription_key)
            )
        ]
        asked = telling.mention.match.watch_key in context.every_outlet
        if times and not asked and telling.what == "new" and not telling.told_before:
            telling = replace(telling, told_before=times[0], is_copy=True)
        marked.append(telling)
    return tuple(marked)


def members_of(unit: Unit, items: Sequence[StoredItem]) -> dict[int, tuple[StoredItem, ...]]:
    """Story id -> all its items, of those stories that more than one item tells."""
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
    """Story id -> what can be said of it, of those stories that more than one item tells."""
    facts = {
        story: story_facts(members, press) for story, members in members_of(unit, items).items()
    }
    return {story: told for story, told in facts.items() if told is not None}


def current_spans(
    telling: PendingTelling, document: Document, context: TellingContext
) -> tuple[Span, ...]:
    """Where a watch's hits stand in the newest text, which need not be the one first matched."""
    match = telling.mention.match
    if match.revision == telling.item.revision:
        return match.spans
    query = context.queries.get(match.watch_key)
    hit = query.matches(document) if query is not None else None
    return tuple(hit.spans) if hit is not None else ()


def suppliers_in(
    item: StoredItem, document: Document, spans: Sequence[Span], context: TellingContext
) -> tuple[str, ...]:
    """The suppliers whose names are among the hits, the most prominent first.

    A watch for an acronym does not come under a supplier that the article names in passing.
    """
    ranked = []
    for hit in context.suppliers.match(document):
        shared = [span for span in hit.spans if _overlaps(span, spans)]
        if shared:
            in_title = any(span.field == "title" for span in shared)
            ranked.append((not in_title, -len(shared), context.supplier_names[hit.key]))
    return tuple(name for _, _, name in sorted(ranked))


def text_before(revisions: Iterable[ItemRevision], number: int) -> ItemRevision | None:
    """The newest of the kept texts that is older than revision `number`."""
    older = [revision for revision in revisions if revision.number < number]
    return max(older, key=lambda revision: revision.number, default=None)


def _overlaps(span: Span, others: Sequence[Span]) -> bool:
    return any(o.field == span.field and o.start < span.end and span.start < o.end for o in others)
