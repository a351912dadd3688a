"""Whether two texts are copies of one: shingles, sketches to find candidates, the decision. Pure.

A shingle is three words in a row, as a number (Broder, "On the resemblance and containment of
documents", 1997). A sketch is the least numbers of a text: of two texts that share much, some of
the least numbers are the same, however little of the longer one the shorter has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from storage.rules.word_numbers import word_numbers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WORDS_IN_SHINGLE = 3
SKETCH = 32
# Copies are cut, headed and signed anew, and edited: what is left of the shorter is a quarter; of
# what stands below a lead of its own, three tenths (two reports with one quotation have less).
LEAST_CONTAINED, LEAST_BELOW_LEAD = 0.25, 0.3
# Pages of one house share a block (who we are, comments), copies share all over: what of the
# shorter is no copy must not be one long stretch. A new lead is about forty words.
MOST_APART, NEW_LEAD = 0.2, 40
# Short texts agree by chance: they must be alike as wholes.
SHORT = 60
LEAST_ALIKE = 0.45
MOST_CANDIDATES = 60
# Of 48 shingles of a copy that has a quarter in common, fewer than 3 are found once in 5,000 times
LOOK, LEAST_IN_LOOK = 48, 3
# A shingle is noted of the first so many items: what everybody writes ("one of the") must not make
# each further item dearer. One in common is chance; of texts that have so few, it may be half.
MOST_CARRIERS, TINY = 64, 4

_FACTOR = 0xC2B2AE3D27D4EB4F
_SPREAD = 0xBF58476D1CE4E5B9


class Fingerprint:
    """The shingles of a text: in its order, and each once, the least first."""

    __slots__ = ("least_first", "ordered")

    def __init__(self, ordered: NDArray[np.int64]) -> None:
        import numpy as np

        inorder = np.sort(ordered)
        again = inorder[1:] == inorder[:-1]
        if again.any():
            inorder = inorder[np.concatenate(([True], ~again))]
        self.ordered = ordered
        self.least_first: NDArray[np.int64] = inorder

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fingerprint) and self.ordered.tobytes() == other.ordered.tobytes()

    def __hash__(self) -> int:
        return hash(self.ordered.tobytes())

    @property
    def each(self) -> frozenset[int]:
        """Each of them once."""
        return frozenset(self.ordered.tolist())

    @property
    def sketch(self) -> tuple[int, ...]:
        """The least of them, at most `SKETCH`."""
        return tuple(self.least_first[:SKETCH].tolist())


def fingerprint(text: str) -> Fingerprint:
    """The fingerprint of a text; case and signs make no difference."""
    return fingerprint_of(word_numbers(text))


def fingerprint_of(words: NDArray[np.uint64]) -> Fingerprint:
    """The fingerprint of the words with these numbers, in order."""
    import numpy as np

    factor, spread, half, one = _numbers()
    if len(words) < WORDS_IN_SHINGLE:
        mixed = words.sum(dtype=np.uint64, keepdims=True) if len(words) else words.copy()
    else:
        mixed = words[:-2] * factor
        mixed += words[1:-1]
        mixed *= factor
        mixed += words[2:]
    mixed ^= mixed >> half
    mixed *= spread
    mixed >>= one  # what a signed column holds
    return Fingerprint(mixed.view(np.int64))


@lru_cache(maxsize=1)
def _numbers() -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    import numpy as np

    return np.uint64(_FACTOR), np.uint64(_SPREAD), np.uint64(31), np.uint64(1)


def are_copies(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether two texts tell the same in the same words; neither comes first."""
    mine, others = one.least_first, other.least_first
    if (len(mine), len(one.ordered)) > (len(others), len(other.ordered)):
        one, other, mine, others = other, one, others, mine
    if len(mine) < SHORT:
        shared = _shared(mine, others)
        return shared > 0 and shared >= LEAST_ALIKE * (len(mine) + len(others) - shared)
    # most candidates are none, and the least shingles, which are any, tell it
    if _shared(mine[:LOOK], others) < LEAST_IN_LOOK:
        return False
    # of two that are as long, neither is the shorter
    return _stands_in(one, other) and (len(mine) < len(others) or _stands_in(other, one))


def contained(one: Fingerprint, other: Fingerprint) -> float:
    """What share of the shingles of `one` the other has too, from 0 to 1."""
    mine = one.least_first
    return _shared(mine, other.least_first) / len(mine) if len(mine) else 0.0


def covered(one: Fingerprint, others: Container[int]) -> float:
    """What share of the words of `one` stands in a shingle that `others` has, from 0 to 1."""
    words = until = 0
    for at, shingle in enumerate(one.ordered.tolist()):
        if shingle in others:
            words += at + WORDS_IN_SHINGLE - max(at, until)
            until = at + WORDS_IN_SHINGLE
    return words / (len(one.ordered) + WORDS_IN_SHINGLE - 1) if words else 0.0


def candidates(sketch: Sequence[int], carriers: Mapping[int, Sequence[int]]) -> list[int]:
    """The items worth comparing with a text; of too many, those that share most of its sketch.

    Args:
        sketch: of the text.
        carriers: shingle of it -> the items that are known to have it in theirs.
    """
    once: set[int] = set()
    worth: set[int] = set()
    for known in carriers.values():
        worth.update(once.intersection(known))
        once.update(known)
    if len(sketch) <= TINY:
        worth = once
    if len(worth) <= MOST_CANDIDATES:
        return sorted(worth)
    shared = Counter(chain.from_iterable(carriers.values()))
    return sorted(worth, key=lambda one: (-shared[one], one))[:MOST_CANDIDATES]


class Grouping:
    """Groups texts in memory, by the rules by which `storage.archive.stories` groups items."""

    def __init__(self) -> None:
        self._texts: list[Fingerprint] = []
        self._carriers: dict[int, int | list[int]] = {}
        self._parents: list[int] = []

    def add(self, text: str) -> int:
        """Take a text up; returns its number, from 0."""
        mine, number = fingerprint(text), len(self._texts)
        self._texts.append(mine)
        self._parents.append(number)
        carriers = self._carriers
        known: dict[int, list[int]] = {}
        for shingle in mine.sketch:
            had = carriers.setdefault(shingle, number)
            if had != number:
                # most shingles have one carrier, which needs no list
                if isinstance(had, int):
                    had = carriers[shingle] = [had]
                known[shingle] = had
        for other in candidates(mine.sketch, known) if known else ():
            mother, father = self.story(number), self.story(other)
            if mother != father and are_copies(mine, self._texts[other]):
                self._parents[max(mother, father)] = min(mother, father)
        for had in known.values():
            if len(had) < MOST_CARRIERS:
                had.append(number)
        return number

    def story(self, number: int) -> int:
        """The lowest number of a text in the same story."""
        while self._parents[number] != number:
            self._parents[number] = self._parents[self._parents[number]]
            number = self._parents[number]
        return number


def _shared(some: NDArray[np.int64], among: NDArray[np.int64]) -> int:
    import numpy as np

    return int(np.count_nonzero(_found(some, among)))


def _found(some: NDArray[np.int64], among: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of `some` are among others that are in order, and not none."""
    found: NDArray[np.bool_] = among.take(among.searchsorted(some), mode="clip") == some
    return found


def _stands_in(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether enough of a text stands in a longer one, and all over it."""
    length = len(one.ordered)
    places = _found(one.ordered, other.least_first).nonzero()[0]
    if not len(places):
        return False
    first, last = int(places[0]), int(places[-1])
    below_lead = length - min(first, NEW_LEAD)
    if len(places) < min(LEAST_CONTAINED * length, LEAST_BELOW_LEAD * below_lead):
        return False
    between = int((places[1:] - places[:-1]).max()) - 1 if len(places) > 1 else 0
    return max(first, between, length - 1 - last) <= MOST_APART * length + NEW_LEAD
