"""One article: its text with the hits marked, its versions, and what each watch made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from alerts.digest.changes import change_between, difference
from alerts.digest.findings import members_of
from alerts.text.sentences import Segment, mark
from storage.model import ItemRevision, Role, Span, StoredItem
from supplierwatch.desk.page import Page, Shown, Visit, missing, read_number
from supplierwatch.exports.account import account_of_item
from supplierwatch.formatting.account_words import held_words, verdict_words
from supplierwatch.formatting.hits import mark_title

MOST_PARAGRAPHS = 2_000
_MARKED = ("told", "pending", "baseline", "untold", "waiting", "earlier")


def item(visit: Visit) -> Shown:
    """Show an article by its number."""
    number = read_number(visit.path["number"])
    source = visit.source
    wired = source.wired
    with source.store.reading() as unit:
        known = unit.items.get(number) if number is not None else None
        if known is None:
            return missing("There is no article of this number.")
        account = account_of_item(unit, wired, known, sorted(wired.queries), now=visit.now)
        members = members_of(unit, [known]).get(known.story_id, ())
    spans = [span for watch in account.watches if watch.verdict in _MARKED for span in watch.spans]
    return Shown(
        template="reading/item.html",
        values={
            "item": known,
            "outlet": _name(wired.source_names, known.source_key),
            "title": mark_title(known, spans),
            "paragraphs": paragraphs(known.body, _spans_of_body(spans)),
            "state": held_words(known),
            "found": [w for w in account.watches if w.verdict != "no"],
            "others": [w for w in account.watches if w.verdict == "no"],
            "verdicts": {w.key: verdict_words(w.verdict, known) for w in account.watches},
            "labels": {watch.key: watch.label for watch in wired.catalog.watches},
            "versions": _versions(known, account.revisions),
            "members": [
                (each, _name(wired.source_names, each.source_key))
                for each in members
                if each.item_id != known.item_id
            ],
        },
    )


def paragraphs(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[Segment, ...]]:
    """Return the paragraphs of a text as segments with the hits marked."""
    made: list[tuple[Segment, ...]] = []
    at = 0
    for part in text.split("\n"):
        if part.strip():
            made.append(mark(text, spans, at, at + len(part)))
        at += len(part) + 1
        if len(made) >= MOST_PARAGRAPHS:
            break
    return made


def _spans_of_body(spans: Sequence[Span]) -> list[tuple[int, int]]:
    return sorted({(span.start, span.end) for span in spans if span.field == "body"})


def _name(names: Mapping[str, str], key: str) -> str:
    return names.get(key, key)


def _versions(
    known: StoredItem, earlier: Sequence[ItemRevision]
) -> list[tuple[int, tuple[tuple[str, str], ...]]]:
    """Return (number, lines of what changed against the version before), newest first."""
    later: list[ItemRevision | StoredItem] = [*earlier[1:], known]
    made = [
        (number, difference(change_between(old, new)))
        for number, (old, new) in enumerate(zip(earlier, later, strict=False), start=2)
    ]
    return made[::-1]


PAGES = (Page(path="/item/{number}", answer=item, role=Role.READER),)
