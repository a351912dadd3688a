"""From a query to a sieve of the full-text index: whatever the query finds passes it. Pure.

The other way round nothing is promised: `evaluate` decides on what passes. Where it is not certain
what a text must have, the sieve is wider.
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
    Term,
    TermPart,
    walk,
)
from alerts.query.text.document import Document, Text
from alerts.query.text.split_words import halves
from alerts.query.text.stemming import forms
from alerts.query.text.terms import joined
from alerts.query.text.token_set import MOST_JOINED
from storage.text_index.full_text_query import (
    ANYTHING,
    Sieve,
    Without,
    Word,
    WordPrefix,
    WordSequence,
    all_of,
    any_of,
)

# an item with pages matches page by page: what stands on one excludes no other
_UNPAGED = Without(Word(indexing.PAGED))
_NAMES = {"site": "site", "lang": "lang", "type": "type"}


def sieve_of(
    node: Node, sources: Mapping[str, str], code: str = "", *, whole: bool = True
) -> Sieve:
    """What the index must have of an item that satisfies a node.

    Args:
        node: a query, or a part of one.
        sources: key -> name of every source of which the archive has items.
        code: of the field that it looks in (`indexing.CODES`); none for title, summary and body.
        whole: whether it looks in all of what has this code.
    """
    match node:
        case Term():
            return _of_term(node, code)
        case And(parts) | ProximityGroup(parts):
            return all_of(sieve_of(part, sources, code, whole=whole) for part in parts)
        case Near(_, _, left, right, negated):
            sides = (left,) if negated else (left, right)
            return all_of(sieve_of(side, sources, code) for side in sides)
        case Or(parts):
            return any_of(sieve_of(part, sources, code, whole=whole) for part in parts)
        case Not(part):
            words = _sufficient(part, code) if whole else []
            return all_of(Without(all_of([Word(word), _UNPAGED])) for word in words)
        case Field("source", part):
            return _of_source(part, sources)
        case Field(name, part):
            own = indexing.CODES.get(FIELD_NAMES[name].name)
            # the opening, the summary and the body are not indexed apart: their words are among all
            return sieve_of(part, sources, own or "", whole=own is not None)
        case Apply("atleast", number, Term(label=str(label)) as part) if not code:
            plain = sieve_of(part, sources, code)
            return all_of([plain, _often(label)]) if number >= indexing.FREQUENT else plain
        case Apply(_, _, part) | Prefer(part) | Macro(_, part):
            return sieve_of(part, sources, code, whole=whole)
        case Filter():
            return _of_filter(node)
        case _:
            return ANYTHING


def _sufficient(node: Node, code: str) -> list[str]:
    """Words of which each is enough for a node to hold."""
    match node:
        case Term(label=str(label)) if len(indexing.spelled(label)) < indexing.LONGEST:
            return [indexing.word(label, code)]
        case Or(parts):
            return [word for part in parts for word in _sufficient(part, code)]
        case Macro(_, part) | Prefer(part):
            return _sufficient(part, code)
        case Field(name, part) if FIELD_NAMES[name].name in indexing.CODES:
            return _sufficient(part, indexing.CODES[FIELD_NAMES[name].name])
        case _:
            return []


def _often(label: str) -> Sieve:
    """A word several times as it is, or once in a spelling that is not counted."""
    words = (indexing.frequent_word(label), indexing.joined_word(label))
    return any_of([*map(Word, words), *_apart([label], "")])


def _of_filter(node: Filter) -> Sieve:
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
        return _of_value(node.relation, node.value)
    return ANYTHING


def _of_value(relation: str, value: float) -> Sieve:
    word = indexing.value_word(value)
    digits = int(word.removeprefix("_v:"))
    first = digits if relation in ("=", ">", ">=") else 0
    last = digits if relation in ("=", "<", "<=") else indexing.MOST_DIGITS
    return any_of(Word(f"_v:{count}") for count in range(first, last + 1))


def _of_source(part: Node, sources: Mapping[str, str]) -> Sieve:
    """There are few sources: each is asked now, by key and name."""
    if any(isinstance(one, Field | Filter) for one in walk(part)):
        return ANYTHING  # asks for more than the source
    fitting = []
    for key, name in sources.items():
        [sheet] = Text(Document(source=key, source_name=name)).sheets
        if holds(part, sheet, ("source",)):
            fitting.append(Word(indexing.property_word("src", key)))
    return any_of(fitting)


def _of_term(term: Term, code: str) -> Sieve:
    """Each part somehow, and parts that stand in a row, in a row or joined."""
    parts = term.parts
    asked = [_of_part(parts, at, code) for at in range(len(parts))]
    cased = [indexing.cased_word(part.cased) for part in parts] if term.exact and not code else []
    at = 0
    for kind, found in groupby(parts, key=lambda part: part.kind):
        run = tuple(found)
        if kind == "word":
            in_case = [Word(word) for word in cased[at : at + len(run)] if word]
            asked.append(_of_run(run, in_case, code))
        at += len(run)
    return all_of(asked)


def _of_part(parts: tuple[TermPart, ...], at: int, code: str) -> Sieve:
    """The labels in which a text can have a part: itself, joined with its neighbours, apart."""
    part = parts[at]
    if part.kind == "wild":
        letters = re.split(r"[*?]", part.text, maxsplit=1)[0]
        return WordPrefix(indexing.word(letters, code))
    labels = set(forms(part.text)) if part.kind == "stem" else set()
    for start in range(max(0, at - MOST_JOINED + 1), at + 1):
        for end in range(at + 1, min(start + MOST_JOINED, len(parts)) + 1):
            row = parts[start:end]
            if all(one.kind == "word" for one in row):
                labels.add(joined(row))
    words: list[Sieve] = [Word(indexing.word(label, code)) for label in sorted(labels)]
    return any_of([*words, *_apart(labels, code)])


def _of_run(run: tuple[TermPart, ...], cased: list[Word], code: str) -> Sieve:
    """Words in a row: as written, or one of them joined or apart in the text."""
    if len(run) == 1 and not cased:
        return ANYTHING  # the part by itself says as much
    words = tuple(indexing.word(part.text, code) for part in run)
    as_written = all_of([WordSequence(words) if len(words) > 1 else Word(words[0]), *cased])
    labels = {part.text for part in run}
    others: list[Sieve] = [Word(indexing.joined_word(label, code)) for label in sorted(labels)]
    for start in range(len(run)):
        for end in range(start + 2, min(start + MOST_JOINED, len(run)) + 1):
            labels.add(joined(run[start:end]))
            others.append(Word(indexing.word(joined(run[start:end]), code)))
    return any_of([as_written, *others, *_apart(labels, code, run)])


def _apart(
    labels: Iterable[str], code: str, run: tuple[TermPart, ...] = ()
) -> Iterator[WordSequence]:
    """Labels that the text may write as two words, other than two of `run` as they stand there."""
    written = {(one.text, two.text) for one, two in pairwise(run)}
    for label in sorted(labels):
        for one, two in halves(label):
            if (one, two) not in written:
                yield WordSequence((indexing.word(one, code), indexing.word(two, code)))
