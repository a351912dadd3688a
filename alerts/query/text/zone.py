"""One text of an item with its words: everything about it is found out when it is first asked.

Words are told apart by number; a place is a span of parts, first to one behind the last.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Container, Sequence
from functools import cached_property

from alerts.query.text.boundaries import paragraph_starts, sentence_starts
from alerts.query.text.split_words import halves, may_be_one
from alerts.query.text.token_set import TokenSet, cased_parts, runs_of, stands
from alerts.query.text.tokens import Token, tokenise

Place = tuple[int, int]
_FEW = 16  # labels, from which on a table of all places costs less than looking for each


class LabelIndex:
    """What is known of the labels of an item's title, summary and body without looking."""

    __slots__ = ("_asked", "_hits")

    def __init__(self) -> None:
        self._asked: Container[str] = ()
        self._hits: Container[str] = ()

    def learn(self, asked: Container[str], hits: Container[str]) -> None:
        """Of all that were `asked` for, none but `hits` stands anywhere."""
        self._asked, self._hits = asked, hits

    def lacks(self, label: str) -> bool:
        """Whether a label certainly does not stand there."""
        return label in self._asked and label not in self._hits


NOTHING_KNOWN = LabelIndex()


class Zone:
    """A field of an item, or a page of it. `offset`: where the text begins in the field."""

    def __init__(
        self, field: str, text: str, *, offset: int = 0, known: LabelIndex = NOTHING_KNOWN
    ) -> None:
        self.field = field
        self.text = text
        self.offset = offset
        self.known = known
        self._asked = 0

    @cached_property
    def reading(self) -> TokenSet:
        """The words, read the quick way."""
        return TokenSet(self.text)

    @property
    def parts(self) -> list[str]:
        """The parts of all words, folded, in order."""
        return self.reading.parts

    @cached_property
    def numbers(self) -> Sequence[int]:
        """Part -> the number of its word."""
        return self.reading.numbers()

    @cached_property
    def haystack(self) -> str:
        """Every label with a blank before and behind it."""
        return self.reading.haystack

    @property
    def labels(self) -> set[str]:
        """Every part, and every joined spelling of neighbouring parts of one word."""
        return self.reading.labels

    @cached_property
    def spaced(self) -> str:
        """The parts with one blank before and behind each."""
        return f" {' '.join(self.parts)} "

    @cached_property
    def squeezed(self) -> str:
        """The text with nothing between its words: what is written apart is joined in it."""
        return "".join(self.parts)

    @cached_property
    def runs(self) -> dict[str, list[Place]]:
        """Joined spelling -> the places of two or more parts of one word that have it."""
        found: dict[str, list[Place]] = {}
        for start, ends in self.runs_at.items():
            for end, label in ends:
                found.setdefault(label, []).append((start, end))
        return found

    @cached_property
    def runs_at(self) -> dict[int, list[tuple[int, str]]]:
        """Part -> the joined spellings that begin with it, and where they end."""
        found: dict[int, list[tuple[int, str]]] = {}
        for at, word in self.reading.places_of_compounds():
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
        """Where `label` stands: as a part, joined within a word, or apart with a blank."""
        found: list[Place] = []
        if self.says(label):
            found = self._part_places(label)
            if label in self.runs:
                found = found + self.runs[label]
        for one, two in halves(label):
            if self.says(f"{one} {two}"):
                found = found + [
                    (at, at + 2)
                    for at, _ in self._part_places(one)
                    if self._follows(two, at + 1) and self._touch(at)
                ]
        return found

    def _follows(self, label: str, at: int) -> bool:
        return at < len(self.parts) and self.parts[at] == label

    def _touch(self, at: int) -> bool:
        """Whether nothing but one blank stands between the parts `at` and `at + 1`."""
        between = self.text[self.tokens[at].end : self.tokens[at + 1].start]
        return len(between) == 1 and between.isspace()

    def says(self, label: str) -> bool:
        """Whether a label stands in the haystack."""
        return not self.known.lacks(label) and stands(label, self.haystack)

    def has(self, label: str) -> bool:
        """Whether `label` stands somewhere."""
        return self.says(label) or (bool(halves(label)) and bool(self.places(label)))

    def has_phrase(self, words: str) -> bool:
        """Whether parts stand one behind the other with one blank between them."""
        return f" {words} " in self.haystack

    def has_any(self, labels: frozenset[str]) -> bool:
        """Whether one of `labels` stands somewhere."""
        if len(labels) <= _FEW:
            return any(map(self.has, labels))
        return not self.labels.isdisjoint(labels) or any(map(self.places, self.those_in(labels)))

    def those_in(self, labels: frozenset[str]) -> set[str]:
        """The ones of `labels` that can have places: no other has."""
        if len(labels) <= _FEW:
            return {label for label in labels if self.says(label) or halves(label)}
        return (self.labels & labels).union(label for label in labels if halves(label))

    def _part_places(self, label: str) -> list[Place]:
        """Where a part is `label`. The first few are looked for one by one: most texts need few."""
        self._asked += 1
        if self._asked > _FEW:
            return self._all_places.get(label, [])
        # in a text with blanks between the parts, counting blanks is counting parts
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
        """Where `label` ends if it begins at part `start`."""
        parts = self.parts
        if start >= len(parts):
            return []
        found = [start + 1] if parts[start] == label else []
        if start in self.runs_at:
            found += [end for end, joined in self.runs_at[start] if joined == label]
        pair = "".join(parts[start : start + 2])
        if pair == label and pair != parts[start] and self._is_apart(start):
            found.append(start + 2)
        return found

    def _is_apart(self, at: int) -> bool:
        """Whether the parts `at` and `at + 1` may be one word written apart."""
        return may_be_one(self.parts[at], self.parts[at + 1]) and self._touch(at)

    def places_like(self, pattern: re.Pattern[str]) -> list[Place]:
        """Where a part, or joined parts of one word, fit a wildcard."""
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
        """Where a wildcard ends if it begins at part `start`."""
        if start >= len(self.parts):
            return []
        found = [start + 1] if pattern.fullmatch(self.parts[start]) else []
        return found + [
            end for end, label in self.runs_at.get(start, ()) if pattern.fullmatch(label)
        ]

    def places_within(self, labels: frozenset[str], start: int, end: int) -> list[Place]:
        """Where some of `labels` begin among the parts start..end: what those are is looked at."""
        parts, runs_at = self.parts, self.runs_at
        end = min(end, len(parts))
        found: list[Place] = []
        for at in range(start, end):
            if parts[at] in labels:
                found.append((at, at + 1))
            if at in runs_at:
                found += [(at, ends) for ends, label in runs_at[at] if label in labels]
            if at + 1 < len(parts) and parts[at] + parts[at + 1] in labels and self._is_apart(at):
                found.append((at, at + 2))
        return found

    @cached_property
    def tokens(self) -> list[Token]:
        """The parts with their characters; slow to make."""
        return tokenise(self.text)

    @cached_property
    def _cased(self) -> list[str]:
        return cased_parts(self.text)

    def cased(self, place: Place) -> str:
        """The letters of a place with their case, without what stands between them."""
        return "".join(self._cased[place[0] : place[1]])

    def characters(self, place: Place) -> tuple[int, int]:
        """The characters of a place, in the whole field."""
        start, end = self.tokens[place[0]].start, self.tokens[place[1] - 1].end
        return start + self.offset, end + self.offset

    @property
    def word_count(self) -> int:
        """How many words there are."""
        return self.numbers[-1] + 1 if self.parts else 0

    @cached_property
    def sentences(self) -> list[int]:
        """Part -> the number of its sentence."""
        return self._numbered(sentence_starts(self.text))

    @cached_property
    def paragraphs(self) -> list[int]:
        """Part -> the number of its paragraph."""
        return self._numbered(paragraph_starts(self.text))

    def _numbered(self, starts: list[int]) -> list[int]:
        return [bisect_right(starts, token.start) for token in self.tokens]
