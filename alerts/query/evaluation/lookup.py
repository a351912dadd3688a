"""Which of very many words, or beginnings of words, stand in a text: the first question of all.

By an Aho-Corasick automaton in Rust where its wheel is installed, else by a dictionary; both say
the same. Texts are haystacks of `quick.Reading`: each label with a blank before and behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

try:
    import ahocorasick_rs
except ImportError:  # there is no wheel for this machine
    ahocorasick_rs = None  # type: ignore[assignment]

Numbers = Sequence[int]

_BUCKET = 3  # letters by which beginnings are looked up


class Lookup(Protocol):
    """Numbers by label, and by beginning of a label."""

    def find(self, haystack: str) -> Iterator[tuple[str, Numbers]]:
        """Each label and beginning that stands in a haystack, with its numbers; some come twice."""


def lookup_of(labels: Mapping[str, Numbers], beginnings: Mapping[str, Numbers]) -> Lookup:
    """The quickest kind that this machine has."""
    if ahocorasick_rs is None or not (labels or beginnings):
        return Dictionary(labels, beginnings)
    return Automaton(labels, beginnings)


class Automaton:
    """Goes through the characters once, however many labels there are."""

    def __init__(self, labels: Mapping[str, Numbers], beginnings: Mapping[str, Numbers]) -> None:
        patterns = [f" {label} " for label in labels] + [f" {start}" for start in beginnings]
        self._found = [*labels.items(), *beginnings.items()]
        # patterns share the blanks between them, so those that overlap are all wanted
        self._automaton = ahocorasick_rs.AhoCorasick(patterns, store_patterns=False)

    def find(self, haystack: str) -> Iterator[tuple[str, Numbers]]:
        """Each label and beginning that stands in a haystack, with its numbers; some come twice."""
        found = self._found
        for number, _, _ in self._automaton.find_matches_as_indexes(haystack, overlapping=True):
            yield found[number]


class Dictionary:
    """Takes the haystack apart and looks each label up."""

    def __init__(self, labels: Mapping[str, Numbers], beginnings: Mapping[str, Numbers]) -> None:
        self._labels = dict(labels)
        # words written apart: first word -> the labels of two that begin with it
        self._apart: dict[str, list[str]] = {}
        for label in labels:
            if " " in label:
                self._apart.setdefault(label.split()[0], []).append(label)
        self._beginnings: dict[str, list[tuple[str, Numbers]]] = {}
        for start, numbers in beginnings.items():
            self._beginnings.setdefault(start[:_BUCKET], []).append((start, numbers))
        self._lengths = sorted(map(len, self._beginnings))

    def find(self, haystack: str) -> Iterator[tuple[str, Numbers]]:
        """Each label and beginning that stands in a haystack, with its numbers; some come twice."""
        present = set(haystack.split())
        for label in self._labels.keys() & present:
            yield label, self._labels[label]
        for first in self._apart.keys() & present:
            for label in self._apart[first]:
                if f" {label} " in haystack:
                    yield label, self._labels[label]
        yield from self._begun(present)

    def _begun(self, present: Iterable[str]) -> Iterator[tuple[str, Numbers]]:
        for length in dict.fromkeys(self._lengths):
            for label in present:
                for start, numbers in self._beginnings.get(label[:length], ()):
                    if len(start[:_BUCKET]) == length and label.startswith(start):
                        yield start, numbers
