"""Translates a query to a filter (`FullTextQuery`) for the full-text index. Pure.

Every item that matches the query passes the filter; items that pass may not match, `evaluate`
decides. Where it is not certain what a text must contain, the filter is wider.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import groupby, pairwise

from alerts.query.evaluation.evaluate import holds
from alerts.query.index import archive_words as indexing
from alerts.query.model.fields import FIELD_NAMES
from alerts.query.model.nodes import (
    And,
    Apply,
    Field,
    Filter,
    Macro,
    Near,
    Node,
    Not,
    Or,
    Prefer,
    ProximityGroup,
    Spellings,
    Term,
    TermPart,
    walk,
)
from alerts.query.text.document import Document, PreparedDocument
from alerts.query.text.split_words import halves
from alerts.query.text.stemming import forms
from alerts.query.text.terms import join_parts
from alerts.query.text.token_set import MAX_JOINED
from storage.text_index.full_text_query import (
    ANYTHING,
    FullTextQuery,
    Without,
    Word,
    WordPrefix,
    WordSequence,
    all_of,
    any_of,
)

# an item with pages matches page by page: a word on one page does not exclude the others
_UNPAGED = Without(Word(indexing.PAGED))
_NAMES = {"site": "site", "lang": "lang", "type": "type"}


def translate(
    node: Node, sources: Mapping[str, str], code: str = "", *, whole: bool = True
) -> FullTextQuery:
    """Build the filter that every item matching a node passes.

    Args:
        node: a query, or a part of one.
        sources: key -> name of every source of which the archive has items.
        code: of the field searched (`archive_words.CODES`); empty for title, summary and body.
        whole: whether all texts indexed with this code are searched.
    """
    match node:
        case Term():
            return _translate_term(node, code)
        case And(parts) | ProximityGroup(parts):
            return all_of(translate(part, sources, code, whole=whole) for part in parts)
        case Near(_, _, left, right, negated):
            sides = (left,) if negated else (left, right)
            return all_of(translate(side, sources, code) for side in sides)
        case Or(parts):
            return any_of(translate(part, sources, code, whole=whole) for part in parts)
        case Not(part):
            words = _sufficient_words(part, code) if whole else []
            return all_of(Without(all_of([Word(word), _UNPAGED])) for word in words)
        case Field("source", part):
            return _translate_source(part, sources)
        case Field(name, part):
            own = indexing.CODES.get(FIELD_NAMES[name].name)
            # lead, summary and body are not indexed separately: their words are in the default text
            return translate(part, sources, own or "", whole=own is not None)
        case Apply("atleast", number, Term(label=str(label)) as part) if not code:
            plain = translate(part, sources, code)
            return (
                all_of([plain, _translate_frequent(label)])
                if number >= indexing.FREQUENT
                else plain
            )
        case Apply(_, _, part) | Prefer(part) | Macro(_, part) | Spellings(part=part):
            return translate(part, sources, code, whole=whole)
        case Filter():
            return _translate_filter(node)
        case _:
            return ANYTHING


def _sufficient_words(node: Node, code: str) -> list[str]:
    """Index words each of which alone is enough for a node to hold."""
    match node:
        case Term(label=str(label)) if len(indexing.spelled(label)) < indexing.LONGEST:
            return [indexing.word(label, code)]
        case Or(parts):
            return [word for part in parts for word in _sufficient_words(part, code)]
        case Macro(_, part) | Prefer(part) | Spellings(part=part):
            return _sufficient_words(part, code)
        case Field(name, part) if FIELD_NAMES[name].name in indexing.CODES:
            return _sufficient_words(part, indexing.CODES[FIELD_NAMES[name].name])
        case _:
            return []


def _translate_frequent(label: str) -> FullTextQuery:
    """Return a filter for a word that occurs `FREQUENT` times, or once in an uncounted spelling."""
    words = (indexing.frequent_word(label), indexing.joined_word(label))
    return any_of([*map(Word, words), *_split_sequences([label], "")])


def _translate_filter(node: Filter) -> FullTextQuery:
    if node.name in _NAMES:
        return Word(indexing.property_word(_NAMES[node.name], str(node.value)))
    if node.name == "date" and isinstance(node.value, date):
        first, last = node.value, node.until or node.value
        if node.relation in ("<", "<="):
            first = date.min
        elif node.relation in (">", ">="):
            last = date.max
        return any_of(Word(word) for word in indexing.days_words(first, last))
    if node.name == "value" and isinstance(node.value, float):
        return _translate_value(node.relation, node.value)
    return ANYTHING


def _translate_value(relation: str, value: float) -> FullTextQuery:
    word = indexing.value_word(value)
    digits = int(word.removeprefix("_v:"))
    first = digits if relation in ("=", ">", ">=") else 0
    last = digits if relation in ("=", "<", "<=") else indexing.MAX_DIGITS
    return any_of(Word(f"_v:{count}") for count in range(first, last + 1))


def _translate_source(part: Node, sources: Mapping[str, str]) -> FullTextQuery:
    """Evaluate the node on each source's key and name, and filter by the sources that match."""
    if any(isinstance(node, Field | Filter) for node in walk(part)):
        return ANYTHING  # depends on more than the source
    matching = []
    for key, name in sources.items():
        [text] = PreparedDocument(Document(source=key, source_name=name)).texts
        if holds(part, text, ("source",)):
            matching.append(Word(indexing.property_word("src", key)))
    return any_of(matching)


def _translate_term(term: Term, code: str) -> FullTextQuery:
    """Require each part in some spelling, and consecutive parts in order or joined."""
    parts = term.parts
    required = [_translate_part(parts, at, code) for at in range(len(parts))]
    is_cased = term.exact in ("case", "raw") and not code
    cased = [indexing.cased_word(part.cased) for part in parts] if is_cased else []
    at = 0
    for kind, found in groupby(parts, key=lambda part: part.kind):
        run = tuple(found)
        if kind == "word":
            in_case = [Word(word) for word in cased[at : at + len(run)] if word]
            required.append(_translate_run(run, in_case, code))
        at += len(run)
    return all_of(required)


def _translate_part(parts: tuple[TermPart, ...], at: int, code: str) -> FullTextQuery:
    """Require a part in one of its possible labels: itself, joined with neighbours, or split."""
    part = parts[at]
    if part.kind == "wild":
        letters = re.split(r"[*?]", part.text, maxsplit=1)[0]
        return WordPrefix(indexing.word(letters, code))
    labels = set(forms(part.text)) if part.kind == "stem" else set()
    for start in range(max(0, at - MAX_JOINED + 1), at + 1):
        for end in range(at + 1, min(start + MAX_JOINED, len(parts)) + 1):
            row = parts[start:end]
            if all(neighbour.kind == "word" for neighbour in row):
                labels.add(join_parts(row))
    words: list[FullTextQuery] = [Word(indexing.word(label, code)) for label in sorted(labels)]
    return any_of([*words, *_split_sequences(labels, code)])


def _translate_run(run: tuple[TermPart, ...], cased: list[Word], code: str) -> FullTextQuery:
    """Require consecutive words: as written, or with one of them joined or split in the text."""
    if len(run) == 1 and not cased:
        return ANYTHING  # `_translate_part` requires the same
    words = tuple(indexing.word(part.text, code) for part in run)
    as_written = all_of([WordSequence(words) if len(words) > 1 else Word(words[0]), *cased])
    labels = {part.text for part in run}
    others: list[FullTextQuery] = [
        Word(indexing.joined_word(label, code)) for label in sorted(labels)
    ]
    for start in range(len(run)):
        for end in range(start + 2, min(start + MAX_JOINED, len(run)) + 1):
            labels.add(join_parts(run[start:end]))
            others.append(Word(indexing.word(join_parts(run[start:end]), code)))
    return any_of([as_written, *others, *_split_sequences(labels, code, run)])


def _split_sequences(
    labels: Iterable[str], code: str, run: tuple[TermPart, ...] = ()
) -> Iterator[WordSequence]:
    """Yield the split spellings of labels, except adjacent parts of `run`."""
    written = {(one.text, two.text) for one, two in pairwise(run)}
    for label in sorted(labels):
        for one, two in halves(label):
            if (one, two) not in written:
                yield WordSequence((indexing.word(one, code), indexing.word(two, code)))
