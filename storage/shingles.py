"""Whether two texts are copies of one: shingles, sketches to find candidates, the decision. Pure.

A shingle is three words in a row, as a number (Broder, "On the resemblance and containment of
documents", 1997). A sketch is the least numbers of a text: of two texts that share much, some of
the least numbers are the same, however little of the longer one the shorter has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from typing import TYPE_CHECKING

from storage.wordnumbers import word_numbers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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
# A shingle is noted of the first so many items: what everybody writes ("one of the") must not make
# each further item dearer. Where more than a few have it, it takes another to make a candidate.
MOST_CARRIERS, FEW_CARRIERS = 64, 8

_BITS = (1 << 63) - 1  # what a signed column holds
_FIRST, _SECOND, _THIRD = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
_SPREAD = 0xBF58476D1CE4E5B9


class Fingerprint:
    """The shingles of a text: in its order, and each once."""

    __slots__ = ("_each", "ordered")

    def __init__(self, ordered: NDArray[np.int64]) -> None:
        self.ordered = ordered
        self._each: NDArray[np.int64] | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fingerprint) and self.ordered.tobytes() == other.ordered.tobytes()

    def __hash__(self) -> int:
        return hash(self.ordered.tobytes())

    @property
    def least_first(self) -> NDArray[np.int64]:
        """Each of them once, the least first."""
        if self._each is None:
            import numpy as np

            inorder = np.sort(self.ordered)
            again = np.empty(len(inorder), dtype=np.bool_)
            again[:1] = False
            np.equal(inorder[1:], inorder[:-1], out=again[1:])
            self._each = inorder[~again] if again.any() else inorder
        return self._each

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

    if len(words) < WORDS_IN_SHINGLE:
        mixed = words.sum(dtype=np.uint64, keepdims=True) if len(words) else words
    else:
        mixed = words[:-2] * np.uint64(_FIRST)
        mixed += words[1:-1] * np.uint64(_SECOND)
        mixed += words[2:] * np.uint64(_THIRD)
    mixed = (mixed ^ (mixed >> np.uint64(31))) * np.uint64(_SPREAD)
    # the upper half of a product is the better mixed one
    mixed ^= mixed >> np.uint64(32)
    return Fingerprint((mixed & np.uint64(_BITS)).astype(np.int64))


def are_copies(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether two texts tell the same in the same words; neither comes first."""
    if _comes_first(other, one):
        one, other = other, one
    mine, others = one.least_first, other.least_first
    if not len(mine):
        return False
    shared = _shared(mine, others)
    if len(mine) < SHORT:
        return shared >= LEAST_ALIKE * (len(mine) + len(others) - shared)
    if shared < LEAST_CONTAINED * len(mine):
        return False
    return _longest_apart(one, other) <= MOST_APART * len(one.ordered) + NEW_LEAD


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
    """The items worth comparing with a text, those that share most of its sketch first.

    Args:
        sketch: of the text.
        carriers: shingle -> the items that are known to have it in theirs.
    """
    shared: Counter[int] = Counter()
    telling: set[int] = set()
    for shingle in sketch:
        known = carriers.get(shingle)
        if known:
            shared.update(known)
            if len(known) <= FEW_CARRIERS:
                telling.update(known)
    if not shared:
        return []
    enough = min(2, len(sketch))
    worth = [one for one, count in shared.items() if count >= enough or one in telling]
    worth.sort(key=lambda one: (-shared[one], one))
    return worth[:MOST_CANDIDATES]


class Grouping:
    """Groups texts in memory, by the rules by which `storage.stories` groups items."""

    def __init__(self) -> None:
        self._texts: list[Fingerprint] = []
        self._carriers: dict[int, list[int]] = {}
        self._parents: list[int] = []

    def add(self, text: str) -> int:
        """Take a text up; returns its number, from 0."""
        mine, number = fingerprint(text), len(self._texts)
        self._texts.append(mine)
        self._parents.append(number)
        for other in candidates(mine.sketch, self._carriers):
            mother, father = self.story(number), self.story(other)
            if mother != father and are_copies(mine, self._texts[other]):
                self._parents[max(mother, father)] = min(mother, father)
        for shingle in mine.sketch:
            known = self._carriers.get(shingle)
            if known is None:
                self._carriers[shingle] = [number]
            elif len(known) < MOST_CARRIERS:
                known.append(number)
        return number

    def story(self, number: int) -> int:
        """The lowest number of a text in the same story."""
        while self._parents[number] != number:
            self._parents[number] = self._parents[self._parents[number]]
            number = self._parents[number]
        return number


def _comes_first(one: Fingerprint, other: Fingerprint) -> bool:
    lengths = len(one.least_first), len(other.least_first)
    if lengths[0] != lengths[1]:
        return lengths[0] < lengths[1]
    return one.ordered.tobytes() < other.ordered.tobytes()


def _shared(some: NDArray[np.int64], among: NDArray[np.int64]) -> int:
    import numpy as np

    return int(np.count_nonzero(_found(some, among)))


def _found(some: NDArray[np.int64], among: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of `some` are among others that are in order, and not none."""
    found: NDArray[np.bool_] = among.take(among.searchsorted(some), mode="clip") == some
    return found


def _longest_apart(one: Fingerprint, other: Fingerprint) -> int:
    """The longest run of shingles of `one` that the other has not."""
    import numpy as np

    shared = np.flatnonzero(_found(one.ordered, other.least_first))
    ends = np.concatenate(([-1], shared, [len(one.ordered)]))
    return int(np.diff(ends).max()) - 1
