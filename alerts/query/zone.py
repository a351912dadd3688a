"""One text of an item with its words: everything about it is found out when it is first asked.

Words are told apart by number; a place is a span of parts, first to one behind the last.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import islice, pairwise
from operator import add

from alerts.query.borders import paragraph_starts, sentence_starts
from alerts.query.quick import Reading, cased_parts
from alerts.query.tokens import Token, tokenise
from alerts.query.words import FUNCTION_WORDS

Place = tuple[int, int]
# parts of one word, or of a phrase, that may be written as one
MOST_JOINED = 4
# words that may be written apart with a blank: shorter ones meet by chance
FEWEST_LETTERS_APART = 5


class Zone:
    """A field of an item, or a page of it. `offset`: where the text begins in the field."""

    def __init__(self, field: str, text: str, *, offset: int = 0) -> None:
        self.field = field
        self.text = text
        self.offset = offset

    @cached_property
    def _reading(self) -> Reading:
        return Reading(self.text)

    @property
    def parts(self) -> list[str]:
        """The parts of all words, folded, in order."""
        return self._reading.parts

    @cached_property
    def numbers(self) -> list[int] | range:
        """Part -> the number of its word."""
        return self._reading.numbers

    @cached_property
    def labels(self) -> frozenset[str]:
        """Every part, and every joined spelling of neighbouring parts of one word."""
        return frozenset(self.parts).union(self.runs)

    @cached_property
    def pairs(self) -> frozenset[str]:
        """Neighbouring parts joined, of which `is_pair` says whether they may be one word."""
        return frozenset(self.pairs_in_order())

    def pairs_in_order(self) -> Iterator[str]:
        """The same as they come."""
        return map(add, self.parts, islice(self.parts, 1, None))

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
        if not self._reading.compounds:
            return {}
        found: dict[int, list[tuple[int, str]]] = {}
        parts, numbers = self.parts, self.numbers
        for start in [at for at, (one, two) in enumerate(pairwise(numbers)) if one == two]:
            label = parts[start]
            for end in range(start + 1, min(start + MOST_JOINED, len(parts))):
                if numbers[end] != numbers[start]:
                    break
                label += parts[end]
                found.setdefault(start, []).append((end + 1, label))
        return found

    @cached_property
    def _places(self) -> dict[str, list[Place]]:
        found: dict[str, list[Place]] = {}
        for at, part in enumerate(self.parts):
            if part in found:
                found[part].append((at, at + 1))
            else:
                found[part] = [(at, at + 1)]
        return found

    def places(self, label: str) -> list[Place]:
        """Where `label` stands: as a part, joined within a word, or apart with a blank."""
        found = self._places.get(label, [])
        if label in self.runs:
            found = found + self.runs[label]
        if len(label) >= FEWEST_LETTERS_APART and label in self.pairs:
            parts = self.parts
            found = found + [
                (at, at + 2)
                for at in range(len(parts) - 1)
                if parts[at] + parts[at + 1] == label and self.is_pair(at)
            ]
        return found

    def ends(self, start: int, label: str) -> list[int]:
        """Where `label` ends if it begins at part `start`."""
        parts = self.parts
        if start >= len(parts):
            return []
        found = [start + 1] if parts[start] == label else []
        if start in self.runs_at:
            found += [end for end, joined in self.runs_at[start] if joined == label]
        if (
            len(label) >= FEWEST_LETTERS_APART
            and start + 1 < len(parts)
            and parts[start] + parts[start + 1] == label
            and self.is_pair(start)
        ):
            found.append(start + 2)
        return found

    def places_like(self, pattern: re.Pattern[str]) -> list[Place]:
        """Where a part, or joined parts of one word, fit a wildcard."""
        found = [
            place
            for label, places in self._places.items()
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

    def is_pair(self, at: int) -> bool:
        """Whether the parts `at` and `at + 1` may be one word written apart: ice cream, open AI."""
        one, two = self.parts[at], self.parts[at + 1]
        if one in FUNCTION_WORDS or two in FUNCTION_WORDS:
            return False
        between = self.text[self.tokens[at].end : self.tokens[at + 1].start]
        return between.isspace()

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
