"""What a full-text index is asked: words put together by AND and OR. Pure.

A sieve lets pass everything that may be meant and some that is not; who asks decides on the rest.
Words are of the characters of `WORD` alone: whoever fills the index and whoever asks it spell them
alike, and no database takes them apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

WORD = r"[a-z0-9_:.\-]{1,255}"
DEEPEST = 16  # brackets in brackets, of which SQLite's parser takes a few dozen
MOST_OPEN = 40  # words left open: each costs the databases what all words that fit it cost
MOST_WORDS = 20_000
EVERYTHING = "_all"  # a word of items whose text no index can hold: every question finds them

UNPLACED = "_long"  # a word of items of which an index does not know where all words stand


@dataclass(frozen=True, slots=True)
class Word:
    """Items with this word."""

    word: str


@dataclass(frozen=True, slots=True)
class WordPrefix:
    """Items with a word that begins so."""

    letters: str


@dataclass(frozen=True, slots=True)
class WordSequence:
    """Items with these words one behind the other."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """Items that do not pass; beside others of an `AllOf`, as indexes know no exclusion alone."""

    part: Sieve


@dataclass(frozen=True, slots=True)
class AllOf:
    """Items that pass each; with no parts, every item."""

    parts: tuple[Sieve, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Items that pass one; with no parts, none."""

    parts: tuple[Sieve, ...]


Sieve = Word | WordPrefix | WordSequence | Without | AllOf | AnyOf
ANYTHING = AllOf(())
NOTHING = AnyOf(())


def all_of(parts: Iterable[Sieve]) -> Sieve:
    """A sieve that passes what passes each."""
    kept: dict[Sieve, None] = {}
    for part in parts:
        kept.update(dict.fromkeys(part.parts if isinstance(part, AllOf) else (part,)))
    if NOTHING in kept:
        return NOTHING
    return next(iter(kept)) if len(kept) == 1 else AllOf(tuple(kept))


def any_of(parts: Iterable[Sieve]) -> Sieve:
    """A sieve that passes what passes one."""
    kept: dict[Sieve, None] = {}
    for part in parts:
        kept.update(dict.fromkeys(part.parts if isinstance(part, AnyOf) else (part,)))
    if ANYTHING in kept or any(isinstance(part, Without) for part in kept):
        return ANYTHING
    return next(iter(kept)) if len(kept) == 1 else AnyOf(tuple(kept))


def bounded(sieve: Sieve) -> Sieve:
    """The sieve as far as an index can be asked for it at little cost; wider where it is too much.

    What stands in too many brackets passes; where too many words are left open, any word does for
    them; and so does everything where there are too many words.
    """
    flat = _flattened(sieve, DEEPEST, open_words=True)
    if _count(flat, WordPrefix) > MOST_OPEN:
        flat = _flattened(sieve, DEEPEST, open_words=False)
    return ANYTHING if _count(flat, Word) + _count(flat, WordSequence) > MOST_WORDS else flat


def _flattened(sieve: Sieve, depth: int, *, open_words: bool) -> Sieve:
    match sieve:
        case Without():
            return ANYTHING
        case WordPrefix() if not open_words:
            return ANYTHING
        case AllOf(parts) | AnyOf(parts) if parts and depth == 0:
            return ANYTHING
        case AllOf(parts):
            others = [part for part in parts if isinstance(part, Without)]
            wanted = all_of(
                _flattened(part, depth - 1, open_words=open_words)
                for part in parts
                if not isinstance(part, Without)
            )
            return wanted if wanted in (ANYTHING, NOTHING) else all_of([wanted, *others])
        case AnyOf(parts):
            return any_of(_flattened(part, depth - 1, open_words=open_words) for part in parts)
        case _:
            return sieve


def _count(sieve: Sieve, kind: type[Sieve]) -> int:
    match sieve:
        case AllOf(parts) | AnyOf(parts):
            return sum(_count(part, kind) for part in parts)
        case Without(part):
            return _count(part, kind)
        case _:
            return int(isinstance(sieve, kind))


def as_fts5(sieve: Sieve) -> str:
    """The sieve as SQLite's FTS5 is asked; of `ANYTHING` and `NOTHING` there is no such form."""
    match sieve:
        case Word(word):
            return f'"{word}"'
        case WordPrefix(letters):
            return f'"{letters}" *'
        case WordSequence(words):
            return f'"{" ".join(words)}"'
        case Without():
            raise ValueError("FTS5 takes something out of something only")
        case AllOf(parts):
            wanted = [as_fts5(part) for part in parts if not isinstance(part, Without)]
            others = [as_fts5(part.part) for part in parts if isinstance(part, Without)]
            kept = f"({' AND '.join(wanted)})"
            return f"({kept} NOT ({' OR '.join(others)}))" if others else kept
        case AnyOf(parts):
            return f"({' OR '.join(map(as_fts5, parts))})"


def as_tsquery(sieve: Sieve) -> str:
    """The sieve as a tsquery of PostgreSQL; of `ANYTHING` and `NOTHING` there is no such form."""
    match sieve:
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
