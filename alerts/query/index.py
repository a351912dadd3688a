"""All watches over one item: its words choose the few queries that are evaluated.

Watches are asked for by the rarest word that each needs, in one dictionary: since terms are whole
words, this measures better than an automaton over the characters (docs/performance.md).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from alerts.query.document import Document, Text
from alerts.query.presearch import ELSEWHERE, Clause
from alerts.query.query import Hit, Query
from alerts.query.terms import pattern_of

_BUCKET = 3  # letters by which wildcards are looked up


class WatchIndex:
    """Queries by key. Cost grows with the words of the item, hardly with the number of queries."""

    def __init__(self, queries: Mapping[str, Query]) -> None:
        self._keys = sorted(queries)
        self._compiled = [queries[key] for key in self._keys]
        self._anchors: dict[str, list[int]] = {}
        self._wildcards = _Wildcards()
        self._always: list[int] = []
        # words written apart: first word -> second word -> numbers of the queries
        self._pairs: dict[str, dict[str, list[int]]] = {}
        # what else must occur: number of the query -> its other clauses
        self._further: list[tuple[Clause, ...]] = []
        # a label that many queries have in common tells them apart badly
        shared = Counter(
            label for query in self._compiled for clause in query.needs for label in clause.labels
        )
        for number, query in enumerate(self._compiled):
            chosen = min(query.needs, key=lambda clause: _cost(clause, shared), default=None)
            if chosen is None:
                self._always.append(number)
            else:
                for label in chosen.labels:
                    self._anchors.setdefault(label, []).append(number)
                for one, two in chosen.pairs:
                    self._pairs.setdefault(one, {}).setdefault(two, []).append(number)
                self._wildcards.add(chosen.wildcards, number)
            self._further.append(tuple(c for c in query.needs if c is not chosen and c.is_usual))
        self._elsewhere = self._wildcards.elsewhere or any(
            label.startswith(ELSEWHERE) for label in self._anchors
        )

    def __len__(self) -> int:
        return len(self._keys)

    def match(self, document: Document) -> tuple[Hit, ...]:
        """Every query that matches, by key, with its spans."""
        text = Text(document)
        return tuple(
            self._compiled[number].hit(text, self._keys[number]) for number in self._matching(text)
        )

    def keys(self, document: Document) -> tuple[str, ...]:
        """The keys of the queries that match; faster where no places are wanted."""
        return tuple(self._keys[number] for number in self._matching(Text(document)))

    def candidates(self, document: Document) -> int:
        """How many queries have to be evaluated: for measurements."""
        return len(self._candidates(Text(document)))

    def _matching(self, text: Text) -> Iterator[int]:
        for number in sorted(self._candidates(text)):
            if self._compiled[number].holds_in(text):
                yield number

    def _candidates(self, text: Text) -> set[int]:
        anchors = self._anchors
        labels = text.labels
        if self._elsewhere:
            labels = labels.union(ELSEWHERE + label for label in text.elsewhere)
        found: set[int] = set()
        for label in anchors.keys() & labels:
            found.update(anchors[label])
        for one in self._pairs.keys() & labels:
            for two in self._pairs[one].keys() & labels:
                found.update(self._pairs[one][two])
        found |= self._wildcards.hit(labels)
        further = self._further
        chosen = {n for n in found if all(clause.met_by(labels) for clause in further[n])}
        chosen.update(self._always)
        return chosen


def _cost(clause: Clause, shared: Counter[str]) -> tuple[int, int, int]:
    """How often a clause is likely to be met, and by how many queries."""
    wildcards, common, _, short = clause.cost
    return wildcards + common, sum(shared[label] for label in clause.labels), short


class _Wildcards:
    """Queries by wildcard, looked up by the letters that it begins with."""

    def __init__(self) -> None:
        self._buckets: dict[str, dict[str, list[int]]] = {}
        self._lengths: set[int] = set()
        self.elsewhere = False

    def add(self, wildcards: Iterable[str], number: int) -> None:
        """Have `hit` say `number` where one of `wildcards` fits."""
        for wildcard in wildcards:
            letters = re.split(r"[*?]", wildcard, maxsplit=1)[0][:_BUCKET]
            self._lengths.add(len(letters))
            self._buckets.setdefault(letters, {}).setdefault(wildcard, []).append(number)
            self.elsewhere = self.elsewhere or wildcard.startswith(ELSEWHERE)

    def hit(self, labels: set[str]) -> set[int]:
        """The numbers of the queries one of whose wildcards fits a label."""
        found: set[int] = set()
        for length in self._lengths:
            for letters in self._buckets.keys() & {label[:length] for label in labels}:
                beginning = [label for label in labels if label.startswith(letters)]
                for wildcard, numbers in self._buckets[letters].items():
                    if len(letters) == length and any(
                        map(pattern_of(wildcard).fullmatch, beginning)
                    ):
                        found.update(numbers)
        return found
