"""Finds which of many labels, or prefixes of labels, occur in a text.

Uses an Aho-Corasick automaton in Rust if its wheel is installed, else a dictionary; both give the
same result. A text is given as `TokenSet.haystack`: each label with a space before and after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

try:
    import ahocorasick_rs
except ImportError:  # there is no wheel for this machine
    ahocorasick_rs = None  # type: ignore[assignment]

Numbers = Sequence[int]

_BUCKET = 3  # letters of a prefix that select its bucket


class Lookup(Protocol):
    """Maps labels and prefixes of labels to numbers of queries."""

    def find(self, haystack: str) -> Iterator[tuple[str, Numbers]]:
        """Yield each label and prefix in a haystack, with its numbers; some more than once."""


def make_lookup(labels: Mapping[str, Numbers], beginnings: Mapping[str, Numbers]) -> Lookup:
    """Create the fastest lookup available on this machine."""
    if ahocorasick_rs is None or not (labels or beginnings):
        return Dictionary(labels, beginnings)
    return Automaton(labels, beginnings)


class Automaton:
    """Finds all labels in one pass over the characters, whatever their number."""

    def __init__(self, labels: Mapping[str, Numbers], beginnings: Mapping[str, Numbers]) -> None:
        patterns = [f" {label} " for label in labels] + [f" {start}" for start in beginnings]
        self._found = [*labels.items(), *beginnings.items()]
        # adjacent patterns share a space, so overlapping matches are needed
        self._automaton = ahocorasick_rs.AhoCorasick(patterns, store_patterns=False)

    def find(self, haystack: str) -> Iterator[tuple[str, Numbers]]:
        """Yield each label and prefix in a haystack, with its numbers; some more than once."""
        found = self._found
        for number, _, _ in self._automaton.find_matches_as_indexes(haystack, overlapping=True):
            yield found[number]


class Dictionary:
    """Splits the haystack and looks up each label in a dictionary."""

    def __init__(self, labels: Mapping[str, Numbers], beginnings: Mapping[str, Numbers]) -> None:
        self._labels = dict(labels)
        # labels of two words, by their first word
        self._two_words: dict[str, list[str]] = {}
        for label in labels:
            if " " in label:
                self._two_words.setdefault(label.split()[0], []).append(label)
        self._beginnings: dict[str, list[tuple[str, Numbers]]] = {}
        for start, numbers in beginnings.items():
            self._beginnings.setdefault(start[:_BUCKET], []).append((start, numbers))
        self._lengths = sorted(map(len, self._beginnings))

    def find(self, haystack: str) -> Iterator[tuple[str, Numbers]]:
        """Yield each label and prefix in a haystack, with its numbers; some more than once."""
        present = set(haystack.split())
        for label in self._labels.keys() & present:
            yield label, self._labels[label]
        for first in self._two_words.keys() & present:
            for label in self._two_words[first]:
                if f" {label} " in haystack:
                    yield label, self._labels[label]
        yield from self._find_beginnings(present)

    def _find_beginnings(self, present: Iterable[str]) -> Iterator[tuple[str, Numbers]]:
        for length in dict.fromkeys(self._lengths):
            for label in present:
                for start, numbers in self._beginnings.get(label[:length], ()):
                    if len(start[:_BUCKET]) == length and label.startswith(start):
                        yield start, numbers
