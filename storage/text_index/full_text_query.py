"""Queries of the full-text index: words combined by AND, OR and NOT. Pure.

A query finds all matches and some items that do not match (a superset); the caller decides on
them. Words consist of the characters of `WORD` only: they are normalised alike
for indexing and for queries, and no database tokeniser splits them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

WORD = r"[a-z0-9_:.\-]{1,255}"
MAX_DEPTH = 16  # of nested brackets; SQLite's parser accepts a few dozen
MAX_PREFIXES = 40  # each costs as much as all words that begin with it
MAX_WORDS = 20_000
EVERYTHING = "_all"  # word of items that cannot be indexed: every query finds them
UNPLACED = "_long"  # word of items for which some word positions are not indexed


@dataclass(frozen=True, slots=True)
class Word:
    """Matches items with this word."""

    word: str


@dataclass(frozen=True, slots=True)
class WordPrefix:
    """Matches items with a word that begins with these letters."""

    letters: str


@dataclass(frozen=True, slots=True)
class WordSequence:
    """Matches items with these words in a row."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """Excludes items; only within an `AllOf` with other parts, since FTS5 has no unary NOT."""

    part: FullTextQuery


@dataclass(frozen=True, slots=True)
class AllOf:
    """Matches items that match all parts; without parts, every item."""

    parts: tuple[FullTextQuery, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Matches items that match any part; without parts, none."""

    parts: tuple[FullTextQuery, ...]


FullTextQuery = Word | WordPrefix | WordSequence | Without | AllOf | AnyOf
ANYTHING = AllOf(())
NOTHING = AnyOf(())


def all_of(parts: Iterable[FullTextQuery]) -> FullTextQuery:
    """Combine parts by AND: flattened, without duplicates."""
    unique: dict[FullTextQuery, None] = {}
    for part in parts:
        unique.update(dict.fromkeys(part.parts if isinstance(part, AllOf) else (part,)))
    if NOTHING in unique:
        return NOTHING
    return next(iter(unique)) if len(unique) == 1 else AllOf(tuple(unique))


def any_of(parts: Iterable[FullTextQuery]) -> FullTextQuery:
    """Combine parts by OR: flattened, without duplicates."""
    unique: dict[FullTextQuery, None] = {}
    for part in parts:
        unique.update(dict.fromkeys(part.parts if isinstance(part, AnyOf) else (part,)))
    if ANYTHING in unique or any(isinstance(part, Without) for part in unique):
        return ANYTHING
    return next(iter(unique)) if len(unique) == 1 else AnyOf(tuple(unique))


def bound_query(text_query: FullTextQuery) -> FullTextQuery:
    """Widen a query where it would be too expensive for the index.

    Parts nested deeper than `MAX_DEPTH` match everything; so do all prefixes where there are more
    than `MAX_PREFIXES`, and the whole query where it has more than `MAX_WORDS` words.
    """
    flat = _flatten(text_query, MAX_DEPTH, prefixes=True)
    if _count_words(flat, WordPrefix) > MAX_PREFIXES:
        flat = _flatten(text_query, MAX_DEPTH, prefixes=False)
    return (
        ANYTHING
        if _count_words(flat, Word) + _count_words(flat, WordSequence) > MAX_WORDS
        else flat
    )


def _flatten(text_query: FullTextQuery, depth: int, *, prefixes: bool) -> FullTextQuery:
    match text_query:
        case Without():
            return ANYTHING
        case WordPrefix() if not prefixes:
            return ANYTHING
        case AllOf(parts) | AnyOf(parts) if parts and depth == 0:
            return ANYTHING
        case AllOf(parts):
            others = [part for part in parts if isinstance(part, Without)]
            wanted = all_of(
                _flatten(part, depth - 1, prefixes=prefixes)
                for part in parts
                if not isinstance(part, Without)
            )
            return wanted if wanted in (ANYTHING, NOTHING) else all_of([wanted, *others])
        case AnyOf(parts):
            return any_of(_flatten(part, depth - 1, prefixes=prefixes) for part in parts)
        case _:
            return text_query


def _count_words(text_query: FullTextQuery, kind: type[FullTextQuery]) -> int:
    match text_query:
        case AllOf(parts) | AnyOf(parts):
            return sum(_count_words(part, kind) for part in parts)
        case Without(part):
            return _count_words(part, kind)
        case _:
            return int(isinstance(text_query, kind))


def as_fts5(text_query: FullTextQuery) -> str:
    """Format a query as an FTS5 query; `ANYTHING` and `NOTHING` have no such form."""
    match text_query:
        case Word(word):
            return f'"{word}"'
        case WordPrefix(letters):
            return f'"{letters}" *'
        case WordSequence(words):
            return f'"{" ".join(words)}"'
        case Without():
            raise ValueError(
                "FTS5 has no unary NOT: put `Without` beside another part of an `AllOf`"
            )
        case AllOf(parts):
            wanted = [as_fts5(part) for part in parts if not isinstance(part, Without)]
            others = [as_fts5(part.part) for part in parts if isinstance(part, Without)]
            positive = f"({' AND '.join(wanted)})"
            return f"({positive} NOT ({' OR '.join(others)}))" if others else positive
        case AnyOf(parts):
            return f"({' OR '.join(map(as_fts5, parts))})"


def as_tsquery(text_query: FullTextQuery) -> str:
    """Format a query as a PostgreSQL tsquery; `ANYTHING` and `NOTHING` have no such form."""
    match text_query:
        case Word(word):
            return f"'{word}'"
        case WordPrefix(letters):
            return f"'{letters}':*"
        case WordSequence(words):
            anywhere = as_tsquery(AllOf((Word(UNPLACED), *map(Word, words))))
            return f"({' <-> '.join(as_tsquery(Word(word)) for word in words)} | {anywhere})"
        case Without(part):
            return f"!{as_tsquery(part)}"
        case AllOf(parts):
            return f"({' & '.join(map(as_tsquery, parts))})"
        case AnyOf(parts):
            return f"({' | '.join(map(as_tsquery, parts))})"
