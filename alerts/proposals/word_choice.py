"""Chooses words that tell unwanted stories from others. Pure and deterministic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alerts.proposals.model import Judgement
from alerts.query.model.common_words import FIELD_WORDS

MAX_WORDS = 12  # of one exclusion
MAX_CONTEXT = 24  # words of one context
MIN_STORIES = 2  # with a word of a context
LIFT = 2.0  # how much more frequent a word has to be on its side


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryWords:
    """The words around the matches in one story, and its judgement."""

    judgement: Judgement
    words: frozenset[str]


def choose_excluded(
    stories: Sequence[StoryWords], *, least_stories: int
) -> Iterator[tuple[str, ...]]:
    """Yield words that unwanted stories have, and stories that are kept never: few, then all.

    Each word is at least `LIFT` times as frequent in unwanted stories as in unmarked ones.

    Args:
        stories: with their words.
        least_stories: unwanted ones with a word.
    """
    unwanted = [each.words for each in stories if each.judgement == "unwanted"]
    unmarked = [each.words for each in stories if each.judgement == "unmarked"]
    kept = frozenset[str]().union(*(each.words for each in stories if each.judgement == "kept"))
    in_unwanted, in_unmarked = _count(unwanted), _count(unmarked)
    usable = [
        word
        for word, count in in_unwanted.items()
        if count >= least_stories
        and word not in kept
        and count * max(len(unmarked), 1) >= LIFT * in_unmarked[word] * len(unwanted)
    ]
    chosen = _cover(unwanted, usable, in_unmarked, MAX_WORDS)
    for count in sorted({1, len(chosen)}):
        if chosen:
            yield tuple(sorted(chosen[:count]))


def choose_context(stories: Sequence[StoryWords]) -> Iterator[tuple[str, ...]]:
    """Yield words of which each story that is kept, and most that is unmarked, has one.

    Words of the field, or of two wanted stories at least, and of few unwanted ones. Nothing where
    a kept story has none of them.
    """
    unwanted = [each.words for each in stories if each.judgement == "unwanted"]
    wanted = [each.words for each in stories if each.judgement != "unwanted"]
    kept = [each.words for each in stories if each.judgement == "kept"]
    in_unwanted, in_wanted = _count(unwanted), _count(wanted)
    usable = [
        word
        for word, count in in_wanted.items()
        if (count >= MIN_STORIES or word in FIELD_WORDS)
        and count * max(len(unwanted), 1) >= LIFT * in_unwanted[word] * len(wanted)
    ]
    chosen = _cover(wanted, usable, in_unwanted, MAX_CONTEXT)
    if not kept or not all(words.intersection(chosen) for words in kept):
        return
    yield tuple(sorted(chosen))


def _count(stories: Sequence[frozenset[str]]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for words in stories:
        counted.update(words)
    return counted


def _cover(
    stories: Sequence[frozenset[str]], words: Sequence[str], against: Counter[str], most: int
) -> list[str]:
    """Choose words that cover stories, each time the one that adds most and harms least."""
    chosen: list[str] = []
    left = list(stories)
    while len(chosen) < most:
        gains = _count([each.intersection(words) for each in left])
        if not gains:
            break
        best = min(gains, key=lambda word: (-gains[word], against[word], word))
        chosen.append(best)
        left = [each for each in left if best not in each]
    return chosen
