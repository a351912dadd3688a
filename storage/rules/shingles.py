"""Decides whether two texts are copies: shingles, sketches to find candidates, comparison. Pure.

A shingle is three words in a row, as a number (Broder, "On the resemblance and containment of
documents", 1997). A sketch is the lowest numbers of a text (bottom-k MinHash): two texts that
share many shingles share some of their lowest ones.
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
# Copies are cut, edited, and get a new headline and byline. Least share of the shorter text that is
# in the longer one, and of what follows a new lead (two reports with one quotation share less).
MIN_CONTAINED, MIN_BELOW_LEAD = 0.25, 0.3
# Pages of one publisher share a block (about us, comments); copies share text throughout: the
# longest stretch of the shorter text that is not shared may be this share of it, and a new lead of
# about forty words.
MAX_GAP, NEW_LEAD = 0.2, 40
# Texts with fewer shingles share some by chance: these are compared by resemblance (Broder).
SHORT = 60
MIN_RESEMBLANCE = 0.45
# A source that prints a short text again in nearly the same words follows a template: with another
# date it is another note.
MIN_RESEMBLANCE_IN_SOURCE = 0.9
MAX_CANDIDATES = 60
# quick test: of 48 shingles of a copy that shares a quarter, fewer than 3 are shared in 1 of 5,000
SAMPLE, MIN_SHARED_IN_SAMPLE = 48, 3
# A shingle is recorded for the first 64 items only: common phrases ("one of the") must not make
# further items more expensive. One shared shingle is chance, except for texts with at most 4.
MAX_CARRIERS, TINY = 64, 4

_FACTOR = 0xC2B2AE3D27D4EB4F
_SPREAD = 0xBF58476D1CE4E5B9


class Fingerprint:
    """The shingles of a text: `ordered` as in the text, `unique` sorted without duplicates."""

    __slots__ = ("ordered", "unique")

    def __init__(self, ordered: NDArray[np.int64]) -> None:
        import numpy as np

        unique = np.sort(ordered)
        repeated = unique[1:] == unique[:-1]
        if repeated.any():
            unique = unique[np.concatenate(([True], ~repeated))]
        self.ordered = ordered
        self.unique: NDArray[np.int64] = unique

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fingerprint) and self.ordered.tobytes() == other.ordered.tobytes()

    def __hash__(self) -> int:
        return hash(self.ordered.tobytes())

    @property
    def as_set(self) -> frozenset[int]:
        """The shingles as a set."""
        return frozenset(self.ordered.tolist())

    @property
    def sketch(self) -> tuple[int, ...]:
        """The lowest shingles, at most `SKETCH`."""
        return tuple(self.unique[:SKETCH].tolist())


def fingerprint(text: str) -> Fingerprint:
    """Make the fingerprint of a text; case and punctuation make no difference."""
    return fingerprint_of(word_numbers(text))


def fingerprint_of(words: NDArray[np.uint64]) -> Fingerprint:
    """Make the fingerprint of words given as numbers (see `word_numbers`), in text order."""
    import numpy as np

    factor, spread, half, one = _load_constants()
    if len(words) < WORDS_IN_SHINGLE:
        mixed = words.sum(dtype=np.uint64, keepdims=True) if len(words) else words.copy()
    else:
        mixed = words[:-2] * factor
        mixed += words[1:-1]
        mixed *= factor
        mixed += words[2:]
    mixed ^= mixed >> half
    mixed *= spread
    mixed >>= one  # to fit a signed 64-bit column
    return Fingerprint(mixed.view(np.int64))


@lru_cache(maxsize=1)
def _load_constants() -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    import numpy as np

    return np.uint64(_FACTOR), np.uint64(_SPREAD), np.uint64(31), np.uint64(1)


def are_copies(one: Fingerprint, other: Fingerprint, *, same_source: bool = False) -> bool:
    """Return whether two texts are copies of each other; symmetric.

    Args:
        one: fingerprint of a text.
        other: fingerprint of another text.
        same_source: whether the same source carried both.
    """
    mine, others = one.unique, other.unique
    if (len(mine), len(one.ordered)) > (len(others), len(other.ordered)):
        one, other, mine, others = other, one, others, mine
    if len(mine) < SHORT:
        shared = _count_shared(mine, others)
        least = MIN_RESEMBLANCE_IN_SOURCE if same_source else MIN_RESEMBLANCE
        return shared > 0 and shared >= least * (len(mine) + len(others) - shared)
    # rules out most candidates; the lowest shingles are a random sample
    if _count_shared(mine[:SAMPLE], others) < MIN_SHARED_IN_SAMPLE:
        return False
    # for equal lengths, test both directions
    return _is_embedded(one, other) and (len(mine) < len(others) or _is_embedded(other, one))


def covered_share(one: Fingerprint, others: Container[int]) -> float:
    """Return the share of the words of `one` that are in a shingle of `others`, from 0 to 1."""
    words = until = 0
    for at, shingle in enumerate(one.ordered.tolist()):
        if shingle in others:
            words += at + WORDS_IN_SHINGLE - max(at, until)
            until = at + WORDS_IN_SHINGLE
    return words / (len(one.ordered) + WORDS_IN_SHINGLE - 1) if words else 0.0


def candidates(sketch: Sequence[int], carriers: Mapping[int, Sequence[int]]) -> list[int]:
    """Select the items to compare with a text: those that share at least two shingles.

    Of more than `MAX_CANDIDATES`, those that share most shingles.

    Args:
        sketch: of the text.
        carriers: shingle of the sketch -> ids of the items that have it in theirs.
    """
    once: set[int] = set()
    chosen: set[int] = set()
    for known in carriers.values():
        chosen.update(once.intersection(known))
        once.update(known)
    if len(sketch) <= TINY:
        chosen = once
    if len(chosen) <= MAX_CANDIDATES:
        return sorted(chosen)
    shared = Counter(chain.from_iterable(carriers.values()))
    return sorted(chosen, key=lambda one: (-shared[one], one))[:MAX_CANDIDATES]


class Grouping:
    """Groups texts in memory, by the same rules as `storage.archive.stories`."""

    def __init__(self) -> None:
        self._texts: list[Fingerprint] = []
        self._carriers: dict[int, int | list[int]] = {}
        self._parents: list[int] = []

    def add(self, text: str) -> int:
        """Add a text; return its number, from 0."""
        mine, number = fingerprint(text), len(self._texts)
        self._texts.append(mine)
        self._parents.append(number)
        carriers = self._carriers
        known: dict[int, list[int]] = {}
        for shingle in mine.sketch:
            known_carriers = carriers.setdefault(shingle, number)
            if known_carriers != number:
                # most shingles have one carrier, which is stored without a list
                if isinstance(known_carriers, int):
                    known_carriers = carriers[shingle] = [known_carriers]
                known[shingle] = known_carriers
        for other in candidates(mine.sketch, known) if known else ():
            root, other_root = self.story(number), self.story(other)
            if root != other_root and are_copies(mine, self._texts[other]):
                self._parents[max(root, other_root)] = min(root, other_root)
        for known_carriers in known.values():
            if len(known_carriers) < MAX_CARRIERS:
                known_carriers.append(number)
        return number

    def story(self, number: int) -> int:
        """Return the lowest text number in the story of a text."""
        while self._parents[number] != number:
            self._parents[number] = self._parents[self._parents[number]]
            number = self._parents[number]
        return number


def _count_shared(some: NDArray[np.int64], among: NDArray[np.int64]) -> int:
    import numpy as np

    return int(np.count_nonzero(_find_among(some, among)))


def _find_among(some: NDArray[np.int64], among: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return a mask: which of `some` are in `among`, which is sorted and not empty."""
    found: NDArray[np.bool_] = among.take(among.searchsorted(some), mode="clip") == some
    return found


def _is_embedded(one: Fingerprint, other: Fingerprint) -> bool:
    """Return whether enough of a text is in a longer one, and spread over the text."""
    length = len(one.ordered)
    places = _find_among(one.ordered, other.unique).nonzero()[0]
    if not len(places):
        return False
    first, last = int(places[0]), int(places[-1])
    below_lead = length - min(first, NEW_LEAD)
    if len(places) < min(MIN_CONTAINED * length, MIN_BELOW_LEAD * below_lead):
        return False
    between = int((places[1:] - places[:-1]).max()) - 1 if len(places) > 1 else 0
    return max(first, between, length - 1 - last) <= MAX_GAP * length + NEW_LEAD
