"""Warnings that are true of the archive: words that it has in another sense, and missed plurals."""

from __future__ import annotations

from collections.abc import Iterator

from alerts.query import Query
from alerts.query.index.archive_words import cased_word, word
from alerts.query.model.common_words import EVERYDAY_WORDS, FIELD_WORDS
from alerts.query.model.nodes import Macro, Node, Not, Spellings, Term, children
from alerts.query.model.query_errors import QueryWarning
from alerts.query.text.plurals import plural_forms
from storage.store import Unit
from storage.text_index.full_text_query import FullTextQuery, Without, Word, all_of

NEWEST = 10_000  # items that are counted
MIN_ITEMS = 3  # in which a form stands
EVERYDAY = 0.01  # share of items that have a word in small letters only
MAX_WORDS = 200  # of a query


def archive_warnings(unit: Unit, query: Query) -> Iterator[QueryWarning]:
    """Yield warnings about the words of a query, from counts of the newest items of the archive."""
    stored = min(unit.items.count(), NEWEST)
    for term in list(_find_words(query.node))[:MAX_WORDS]:
        label, cased = term.label or "", term.parts[0].cased
        if not (label.isascii() and label.isalpha()):
            continue
        for form in plural_forms(cased)[1:]:
            missed = _count(unit, Word(word(form)), Without(Word(word(label))))
            if missed >= MIN_ITEMS:
                yield QueryWarning(
                    message=f"{cased} does not find {form}, which {missed:,} of the newest"
                    f" {stored:,} items have without it",
                    hint=f"Write plural({cased}) to find both",
                    column=term.column,
                )
        if cased != label and label not in EVERYDAY_WORDS | FIELD_WORDS:
            named = [name for form in (label.title(), label.upper()) if (name := cased_word(form))]
            small = _count(unit, Word(word(label)), *(Without(Word(name)) for name in named))
            if small >= max(MIN_ITEMS, EVERYDAY * stored):
                yield QueryWarning(
                    message=f"{cased} stands in small letters in {small:,} of the newest"
                    f" {stored:,} items: it will be found where something else is meant",
                    hint=f'Write cs("{cased}") for exactly this case',
                    column=term.column,
                )


def _count(unit: Unit, *parts: FullTextQuery) -> int:
    return unit.fulltext.count(all_of(parts), newest=NEWEST)


def _find_words(node: Node) -> Iterator[Term]:
    """Yield the terms of one word that are looked for in one spelling, outside NOT and macros."""
    if isinstance(node, Term) and node.label is not None:
        yield node
    if not isinstance(node, Not | Macro | Spellings):
        for part in children(node):
            yield from _find_words(part)
