"""Whether two texts are copies of one: shingles, sketches to find candidates, the decision. Pure.

A shingle is three words in a row, as a number (Broder, "On the resemblance and containment of
documents", 1997). A sketch is the least numbers of a text: of two texts that share much, some of
the least numbers are the same, however little of the longer one the shorter has.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import lru_cache

WORDS_IN_SHINGLE = 3
SKETCH = 32
# Copies are cut, headed and signed anew, and edited: what is left of the shorter is a quarter.
LEAST_CONTAINED = 0.25
# Pages of one house share a block (who we are, comments), copies share all over: what of the
# shorter is no copy must not be one long stretch. A new lead is about forty words.
MOST_APART, NEW_LEAD = 0.2, 40
# Short texts agree by chance: they must be alike as wholes.
SHORT = 60
LEAST_ALIKE = 0.45
MOST_CANDIDATES = 60

_WORD = re.compile(r"\w+")
_BITS = (1 << 63) - 1  # what a signed column holds
_FIRST, _SECOND, _THIRD = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
_SPREAD = 0xBF58476D1CE4E5B9


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The shingles of a text: in its order, and each once."""

    ordered: tuple[int, ...]
    each: frozenset[int]

    @property
    def sketch(self) -> tuple[int, ...]:
        """The least of them, at most `SKETCH`."""
        return tuple(sorted(self.each)[:SKETCH])


def fingerprint(text: str) -> Fingerprint:
    """The fingerprint of a text; case and signs make no difference."""
    words = [_number(word) for word in _WORD.findall(text.casefold())]
    if len(words) < WORDS_IN_SHINGLE:
        ordered: tuple[int, ...] = (_spread(sum(words)),) if words else ()
    else:
        ordered = tuple(
            [
                _spread(one * _FIRST + two * _SECOND + three * _THIRD)
                for one, two, three in zip(words, words[1:], words[2:], strict=False)
            ]
        )
    return Fingerprint(ordered, frozenset(ordered))


def are_copies(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether two texts tell the same in the same words; neither comes first."""
    if (len(one.each), one.ordered) > (len(other.each), other.ordered):
        one, other = other, one
    if not one.each:
        return False
    shared = len(one.each & other.each)
    if len(one.each) < SHORT:
        return shared >= LEAST_ALIKE * (len(one.each) + len(other.each) - shared)
    if shared < LEAST_CONTAINED * len(one.each):
        return False
    return _longest_apart(one.ordered, other.each) <= MOST_APART * len(one.ordered) + NEW_LEAD


def contained(one: Fingerprint, other: Fingerprint) -> float:
    """What share of the shingles of `one` the other has too, from 0 to 1."""
    return len(one.each & other.each) / len(one.each) if one.each else 0.0


def covered(one: Fingerprint, others: Container[int]) -> float:
    """What share of the words of `one` stands in a shingle that `others` has, from 0 to 1."""
    if not one.ordered:
        return 0.0
    words = until = 0
    for at, shingle in enumerate(one.ordered):
        if shingle in others:
            words += at + WORDS_IN_SHINGLE - max(at, until)
            until = at + WORDS_IN_SHINGLE
    return words / (len(one.ordered) + WORDS_IN_SHINGLE - 1) if words else 0.0


class Grouping:
    """Groups texts in memory, by the rules by which `storage.stories` groups items."""

    def __init__(self) -> None:
        self._texts: list[Fingerprint] = []
        self._by_shingle: dict[int, list[int]] = {}
        self._parents: list[int] = []

    def add(self, text: str) -> int:
        """Take a text up; returns its number, from 0."""
        mine, number = fingerprint(text), len(self._texts)
        self._texts.append(mine)
        self._parents.append(number)
        shared: Counter[int] = Counter()
        for shingle in mine.sketch:
            shared.update(self._by_shingle.setdefault(shingle, []))
            self._by_shingle[shingle].append(number)
        for other, _ in sorted(shared.items(), key=lambda one: (-one[1], one[0]))[:MOST_CANDIDATES]:
            mother, father = self.story(number), self.story(other)
            if mother != father and are_copies(mine, self._texts[other]):
                self._parents[max(mother, father)] = min(mother, father)
        return number

    def story(self, number: int) -> int:
        """The lowest number of a text in the same story."""
        while self._parents[number] != number:
            self._parents[number] = self._parents[self._parents[number]]
            number = self._parents[number]
        return number


def _longest_apart(ordered: Sequence[int], others: frozenset[int]) -> int:
    longest = run = 0
    for shingle in ordered:
        run = 0 if shingle in others else run + 1
        longest = max(longest, run)
    return longest


@lru_cache(maxsize=262_144)
def _number(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest())


def _spread(number: int) -> int:
    number &= _BITS
    return ((number ^ number >> 31) * _SPREAD) & _BITS
