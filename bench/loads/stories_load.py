"""Generates articles with realistic frequencies of words and stock phrases, and copies of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from storage.rules.shingles import fingerprint_of
from storage.rules.word_numbers import word_numbers

VOCABULARY = 20_000
PHRASES = 200
# one position in so many begins a stock phrase: the commonest is then in every sixth article, as
# "one of the" is in English
PHRASE_EVERY = 500

Ids = NDArray[np.int64]


class Newsroom:
    """Generates articles as the positions of their words in a vocabulary."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        letters = np.array(list("abcdefghijklmnoprstuvw"))
        made: dict[str, None] = {}
        while len(made) < VOCABULARY:
            length = int(self._random.integers(2, 10))
            made["".join(self._random.choice(letters, length))] = None
        self.words = list(made)
        self.numbers = word_numbers(" ".join(self.words))
        # the Zipf-Mandelbrot law
        self._upto = np.cumsum(1 / (np.arange(VOCABULARY) + 2.7))
        self._phrases = [self._drawn(int(self._random.integers(3, 6))) for _ in range(PHRASES)]
        self._phrase_upto = np.cumsum(1 / (np.arange(PHRASES) + 1.0))

    def _drawn(self, count: int) -> Ids:
        at = self._random.random(count) * self._upto[-1]
        return np.searchsorted(self._upto, at).astype(np.int64)

    def article(self) -> Ids:
        """Return an article of about 400 words, at least 120."""
        length = max(120, int(self._random.normal(400, 150)))
        words = self._drawn(length)
        for _ in range(int(self._random.poisson(length / PHRASE_EVERY))):
            at = self._random.random() * self._phrase_upto[-1]
            phrase = self._phrases[int(np.searchsorted(self._phrase_upto, at))]
            start = int(self._random.integers(0, length - len(phrase)))
            words[start : start + len(phrase)] = phrase
        return words

    def copy(self, article: Ids, *, replaced: float, kept: float) -> Ids:
        """Return a copy of an article as another outlet would publish it.

        Args:
            article: the original.
            replaced: the share of words replaced, each independently.
            kept: the share of the length that remains; a new headline and lead replace the first
                words.
        """
        other = self._random.random(len(article)) < replaced
        new = np.where(other, self._drawn(len(article)), article)
        left = new[: max(60, int(len(new) * kept))]
        return np.concatenate((self._drawn(8), self._drawn(30), left[min(30, len(left) // 5) :]))

    def text(self, article: Ids) -> str:
        """Return the words of an article."""
        return " ".join([self.words[at] for at in article])


@dataclass(frozen=True, slots=True)
class Documents:
    """Texts in order of arrival, and the story of each."""

    texts: list[str]
    stories: list[int]

    @property
    def pairs(self) -> set[tuple[int, int]]:
        """Return the pairs of texts of one story."""
        return pairs_of(self.stories)


def pairs_of(groups: list[int]) -> set[tuple[int, int]]:
    """Return the pairs of positions in the same group."""
    members: dict[int, list[int]] = {}
    for at, group in enumerate(groups):
        members.setdefault(group, []).append(at)
    return {
        (one, other)
        for each in members.values()
        for number, one in enumerate(each)
        for other in each[number + 1 :]
    }


def documents(count: int, seed: int) -> Documents:
    """Return articles of which two in five are in stories of two to six outlets."""
    random, newsroom = np.random.default_rng(seed), Newsroom(seed)
    made: list[tuple[Ids, int]] = []
    story = 0
    while len(made) < count:
        article = newsroom.article()
        made.append((article, story))
        if random.random() < 0.15:
            for _ in range(int(random.integers(1, 6))):
                replaced, kept = random.choice([0.0, 0.02, 0.05, 0.1, 0.2]), random.uniform(0.4, 1)
                made.append((newsroom.copy(article, replaced=replaced, kept=kept), story))
        story += 1
    order = random.permutation(len(made))[:count]
    return Documents(
        texts=[newsroom.text(made[at][0]) for at in order],
        stories=[made[at][1] for at in order],
    )


def sketches(count: int, seed: int, most_carriers: int) -> tuple[NDArray[np.int64], Ids]:
    """Return rows (shingle, item) of this number of articles, items from 1, sorted."""
    newsroom = Newsroom(seed)
    shingles, items = [], []
    for item in range(1, count + 1):
        sketch = fingerprint_of(newsroom.numbers[newsroom.article()]).sketch
        shingles.append(np.array(sketch, dtype=np.int64))
        items.append(np.full(len(sketch), item, dtype=np.int64))
    shingle, of = np.concatenate(shingles), np.concatenate(items)
    order = np.lexsort((of, shingle))
    shingle, of = shingle[order], of[order]
    # of what everybody writes, the first carriers alone are noted
    first = np.flatnonzero(np.concatenate(([True], shingle[1:] != shingle[:-1])))
    rank = np.arange(len(shingle)) - np.repeat(first, np.diff(np.append(first, len(shingle))))
    kept = rank < most_carriers
    return shingle[kept], of[kept]
