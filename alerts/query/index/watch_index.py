"""All watches over one item: its words choose the few queries that are evaluated.

Each watch is asked for by the rarest of the clauses that it needs, all of them at once
(`alerts.query.evaluation.lookup`); docs/performance.md has what that costs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain

from alerts.query.evaluation.lookup import lookup_of
from alerts.query.evaluation.presearch import LabelClause
from alerts.query.query import Query, QueryHit
from alerts.query.text.document import Document, Text


class WatchIndex:
    """Queries by key. Cost grows with the words of the item, hardly with the number of queries."""

    def __init__(self, queries: Mapping[str, Query]) -> None:
        self._keys = sorted(queries)
        self._compiled = [queries[key] for key in self._keys]
        self._always: list[int] = []
        # what must occur besides the clause by which a query is asked for
        self._further: list[tuple[LabelClause, ...]] = []
        usual, elsewhere = _Anchors(), _Anchors()
        # a label that many queries have in common tells them apart badly
        shared = Counter(
            label for query in self._compiled for clause in query.needs for label in clause.labels
        )
        for number, query in enumerate(self._compiled):
            chosen = min(query.needs, key=lambda clause: _cost(clause, shared), default=None)
            if chosen is None:
                self._always.append(number)
            else:
                if chosen.where != "elsewhere":
                    usual.add(chosen, number)
                if chosen.where != "usual":
                    elsewhere.add(chosen, number)
            self._further.append(
                tuple(c for c in query.needs if c is not chosen and c.where == "usual")
            )
        self._usual = lookup_of(usual.labels, usual.beginnings)
        self._asked = usual.labels
        self._elsewhere = (
            lookup_of(elsewhere.labels, elsewhere.beginnings) if elsewhere.is_filled else None
        )

    def __len__(self) -> int:
        return len(self._keys)

    def match(self, document: Document) -> tuple[QueryHit, ...]:
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
        haystack = text.haystack
        hits = dict(self._usual.find(haystack))
        # the evaluation need not look again for what this has looked for
        text.known.learn(self._asked, hits)
        found = set(chain.from_iterable(hits.values()))
        if self._elsewhere is not None:
            for _, numbers in self._elsewhere.find(text.elsewhere):
                found.update(numbers)
        further = self._further
        chosen = {n for n in found if all(clause.met_by(haystack) for clause in further[n])}
        chosen.update(self._always)
        return chosen


class _Anchors:
    """The labels, and the beginnings of labels, by which queries are asked for."""

    def __init__(self) -> None:
        self.labels: dict[str, list[int]] = {}
        self.beginnings: dict[str, list[int]] = {}

    @property
    def is_filled(self) -> bool:
        return bool(self.labels or self.beginnings)

    def add(self, clause: LabelClause, number: int) -> None:
        """Have the query `number` asked for where `clause` may be met."""
        for label in clause.labels:
            self.labels.setdefault(label, []).append(number)
        for beginning in clause.beginnings:
            self.beginnings.setdefault(beginning, []).append(number)


def _cost(clause: LabelClause, shared: Counter[str]) -> tuple[int, int, int]:
    """How often a clause is likely to be met, and by how many queries."""
    wildcards, common, _, short = clause.cost
    return wildcards + common, sum(shared[label] for label in clause.labels), short
