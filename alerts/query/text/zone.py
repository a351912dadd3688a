"""One text of an item (a field, or a page of the body) with lazily computed word positions.

Words are identified by number; a place is a range of parts, the end exclusive.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Container, Sequence
from functools import cached_property

from alerts.query.text.boundaries import paragraph_starts, sentence_starts
from alerts.query.text.split_words import halves, may_be_one
from alerts.query.text.token_set import TokenSet, cased_parts, has_label, runs_of
from alerts.query.text.tokens import Token, tokenise

Place = tuple[int, int]
_FEW = 16  # labels; beyond, a table of all places costs less than a search for each


class LabelIndex:
    """The labels already searched in an item's title, summary and body, and those found."""

    __slots__ = ("_hits", "_searched")

    def __init__(self) -> None:
        self._searched: Container[str] = ()
        self._hits: Container[str] = ()

    def learn(self, searched: Container[str], hits: Container[str]) -> None:
        """Record that of all labels in `searched` only `hits` occur."""
        self._searched, self._hits = searched, hits

    def lacks(self, label: str) -> bool:
        """Return whether a label is known not to occur."""
        return label in self._searched and label not in self._hits


NOTHING_KNOWN = LabelIndex()


class Zone:
    """A field of an item, or a page of it. `offset`: of the text in the field, in characters."""

    def __init__(
        self, field: str, text: str, *, offset: int = 0, known: LabelIndex = NOTHING_KNOWN
    ) -> None:
        self.field = field
        self.text = text
        self.offset = offset
        self.known = known
        self._lookups = 0

    @cached_property
    def token_set(self) -> TokenSet:
        """The words without positions."""
        return TokenSet(self.text)

    @property
    def parts(self) -> list[str]:
        """The parts of all words, folded, in order."""
        return self.token_set.parts

    @cached_property
    def numbers(self) -> Sequence[int]:
        """Part -> the number of its word."""
        return self.token_set.numbers()

    @cached_property
    def haystack(self) -> str:
        """All labels, each with a space before and after it."""
        return self.token_set.haystack

    @property
    def labels(self) -> set[str]:
        """All parts, and the joined spellings of adjacent parts of one word."""
        return self.token_set.labels

    @cached_property
    def spaced(self) -> str:
        """The parts, separated by single spaces, with one at either end."""
        return f" {' '.join(self.parts)} "

    @cached_property
    def squeezed(self) -> str:
        """All parts joined without separators, so that split spellings occur in it too."""
        return "".join(self.parts)

    @cached_property
    def runs(self) -> dict[str, list[Place]]:
        """Joined spelling -> its places: two or more parts of one word."""
        found: dict[str, list[Place]] = {}
        for start, ends in self.runs_at.items():
            for end, label in ends:
                found.setdefault(label, []).append((start, end))
        return found

    @cached_property
    def runs_at(self) -> dict[int, list[tuple[int, str]]]:
        """Part -> (end, joined spelling) of those that begin with it."""
        found: dict[int, list[tuple[int, str]]] = {}
        for at, word in self.token_set.places_of_compounds():
            for start, end, label in runs_of(word):
                found.setdefault(at + start, []).append((at + end, label))
        return found

    @cached_property
    def _all_places(self) -> dict[str, list[Place]]:
        found: dict[str, list[Place]] = {}
        for at, part in enumerate(self.parts):
            if part in found:
                found[part].append((at, at + 1))
            else:
                found[part] = [(at, at + 1)]
        return found

    def places(self, label: str) -> list[Place]:
        """Find `label`: as a part, as joined parts of a word, or split by a space."""
        found: list[Place] = []
        if self.in_haystack(label):
            found = self._find_part_places(label)
            if label in self.runs:
                found = found + self.runs[label]
        for one, two in halves(label):
            if self.in_haystack(f"{one} {two}"):
                found = found + [
                    (at, at + 2)
                    for at, _ in self._find_part_places(one)
                    if self._has_part_at(two, at + 1) and self._are_adjacent(at)
                ]
        return found

    def _has_part_at(self, label: str, at: int) -> bool:
        return at < len(self.parts) and self.parts[at] == label

    def _are_adjacent(self, at: int) -> bool:
        """Return whether the parts `at` and `at + 1` are separated by a single space only."""
        between = self.text[self.tokens[at].end : self.tokens[at + 1].start]
        return len(between) == 1 and between.isspace()

    def in_haystack(self, label: str) -> bool:
        """Return whether a label occurs as a part or as joined parts of a word."""
        return not self.known.lacks(label) and has_label(label, self.haystack)

    def has(self, label: str) -> bool:
        """Return whether `label` occurs in any spelling."""
        return self.in_haystack(label) or (bool(halves(label)) and bool(self.places(label)))

    def has_phrase(self, words: str) -> bool:
        """Return whether parts, separated by spaces in `words`, occur so in the text."""
        return f" {words} " in self.haystack

    def has_any(self, labels: frozenset[str]) -> bool:
        """Return whether one of `labels` occurs in any spelling."""
        if len(labels) <= _FEW:
            return any(map(self.has, labels))
        return not self.labels.isdisjoint(labels) or any(
            map(self.places, self.possible_labels(labels))
        )

    def possible_labels(self, labels: frozenset[str]) -> set[str]:
        """Return the subset of `labels` that may occur; no other label does."""
        if len(labels) <= _FEW:
            return {label for label in labels if self.in_haystack(label) or halves(label)}
        return (self.labels & labels).union(label for label in labels if halves(label))

    def _find_part_places(self, label: str) -> list[Place]:
        """Find the parts equal to `label`. Builds the table of all places after `_FEW` calls."""
        self._lookups += 1
        if self._lookups > _FEW:
            return self._all_places.get(label, [])
        # in `spaced`, the number of spaces before a part is its index
        found: list[Place] = []
        wanted, text = f" {label} ", self.spaced
        number = counted = 0
        at = text.find(wanted)
        while at >= 0:
            number += text.count(" ", counted, at)
            counted = at
            found.append((number, number + 1))
            at = text.find(wanted, at + 1)
        return found

    def ends(self, start: int, label: str) -> list[int]:
        """Return the possible ends of `label` if it begins at part `start`."""
        parts = self.parts
        if start >= len(parts):
            return []
        found = [start + 1] if parts[start] == label else []
        if start in self.runs_at:
            found += [end for end, joined in self.runs_at[start] if joined == label]
        pair = "".join(parts[start : start + 2])
        if pair == label and pair != parts[start] and self._may_be_one_word(start):
            found.append(start + 2)
        return found

    def _may_be_one_word(self, at: int) -> bool:
        """Return whether the parts `at` and `at + 1` may be one word written with a space."""
        return may_be_one(self.parts[at], self.parts[at + 1]) and self._are_adjacent(at)

    def places_like(self, pattern: re.Pattern[str]) -> list[Place]:
        """Find the parts, and joined parts of one word, that match a wildcard pattern."""
        found = [
            place
            for label, places in self._all_places.items()
            if pattern.fullmatch(label)
            for place in places
        ]
        for label, places in self.runs.items():
            if pattern.fullmatch(label):
                found += places
        return found

    def ends_like(self, start: int, pattern: re.Pattern[str]) -> list[int]:
        """Return the possible ends of a wildcard match that begins at part `start`."""
        if start >= len(self.parts):
            return []
        found = [start + 1] if pattern.fullmatch(self.parts[start]) else []
        return found + [
            end for end, label in self.runs_at.get(start, ()) if pattern.fullmatch(label)
        ]

    def places_within(self, labels: frozenset[str], start: int, end: int) -> list[Place]:
        """Find those of `labels` that begin at the parts start..end, by reading these parts."""
        parts, runs_at = self.parts, self.runs_at
        end = min(end, len(parts))
        found: list[Place] = []
        for at in range(start, end):
            if parts[at] in labels:
                found.append((at, at + 1))
            if at in runs_at:
                found += [(at, ends) for ends, label in runs_at[at] if label in labels]
            if (
                at + 1 < len(parts)
                and parts[at] + parts[at + 1] in labels
                and self._may_be_one_word(at)
            ):
                found.append((at, at + 2))
        return found

    @cached_property
    def tokens(self) -> list[Token]:
        """The parts with their character offsets; slow to compute."""
        return tokenise(self.text)

    @cached_property
    def _cased_words(self) -> list[str]:
        return cased_parts(self.text)

    def cased(self, place: Place) -> str:
        """Return the letters of a place with their case, without separators."""
        return "".join(self._cased_words[place[0] : place[1]])

    def characters(self, place: Place) -> tuple[int, int]:
        """Return the character range of a place in the whole field."""
        start, end = self.tokens[place[0]].start, self.tokens[place[1] - 1].end
        return start + self.offset, end + self.offset

    @property
    def word_count(self) -> int:
        """The number of words."""
        return self.numbers[-1] + 1 if self.parts else 0

    @cached_property
    def sentences(self) -> list[int]:
        """Part -> the number of its sentence."""
        return self._number_parts(sentence_starts(self.text))

    @cached_property
    def paragraphs(self) -> list[int]:
        """Part -> the number of its paragraph."""
        return self._number_parts(paragraph_starts(self.text))

    def _number_parts(self, starts: list[int]) -> list[int]:
        return [bisect_right(starts, token.start) for token in self.tokens]
