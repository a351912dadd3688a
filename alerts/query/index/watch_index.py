"""Matches many queries on one item: its words select the few queries that are evaluated.

Each query is indexed by the rarest of its necessary clauses, its anchor; all anchors are searched
in one pass (`alerts.query.evaluation.lookup`). Costs are in docs/performance.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from itertools import chain

from alerts.query.evaluation.lookup import make_lookup
from alerts.query.evaluation.presearch import LabelClause
from alerts.query.query import Query, QueryHit
from alerts.query.text.document import Document, PreparedDocument
from alerts.query.text.zone import Zone

MAX_TRIALS = 2_000  # evaluations of a query on a block, for one item


class WatchIndex:
    """An index of queries by key. Cost grows with the item, hardly with the number of queries."""

    def __init__(self, queries: Mapping[str, Query]) -> None:
        self._keys = sorted(queries)
        self._compiled = [queries[key] for key in self._keys]
        self._always: list[int] = []
        # the clauses of a query besides its anchor
        self._other_clauses: list[tuple[LabelClause, ...]] = []
        default, other = _Anchors(), _Anchors()
        # a label that many queries share is a poor anchor
        shared = Counter(
            label for query in self._compiled for clause in query.needs for label in clause.labels
        )
        for number, query in enumerate(self._compiled):
            chosen = min(query.needs, key=lambda clause: _cost(clause, shared), default=None)
            if chosen is None:
                self._always.append(number)
            else:
                if chosen.where != "other":
                    default.add(chosen, number)
                if chosen.where != "default":
                    other.add(chosen, number)
            self._other_clauses.append(
                tuple(c for c in query.needs if c is not chosen and c.where == "default")
            )
        self._default = make_lookup(default.labels, default.beginnings)
        self._anchor_labels = default.labels
        self._other = make_lookup(other.labels, other.beginnings) if other.is_filled else None

    def __len__(self) -> int:
        return len(self._keys)

    def match(self, document: Document) -> tuple[QueryHit, ...]:
        """Find every query that matches, sorted by key, with its spans."""
        return self.match_prepared(PreparedDocument(document))

    def match_prepared(self, prepared: PreparedDocument) -> tuple[QueryHit, ...]:
        """Do what `match` does, with a document that is tokenised already."""
        return tuple(
            self._compiled[number].hit(prepared, self._keys[number])
            for number in self._find_matching(prepared)
        )

    def match_around(
        self, prepared: PreparedDocument, blocks: Sequence[str], keys: Container[str]
    ) -> tuple[tuple[int, QueryHit], ...]:
        """Find queries that would match if a block that was cut from the page stood in the article.

        Args:
            prepared: the item; it matches none of the queries as it is.
            blocks: the texts of the blocks.
            keys: the queries to try.

        Returns:
            (number of the block, hit), sorted by key and block. Spans of the field `aside` are
            offsets in the block.
        """
        zones = [Zone("aside", block) for block in blocks]
        haystack = "".join([prepared.haystack, *(zone.haystack for zone in zones)])
        wanted = [
            number
            for number in sorted(self._select(prepared, haystack))
            if self._keys[number] in keys and not self._compiled[number].holds_in(prepared)
        ]
        found: list[tuple[int, QueryHit]] = []
        trials = 0
        for number in wanted:
            query = self._compiled[number]
            missing = [
                clause
                for clause in query.needs
                if clause.where == "default" and not clause.met_by(prepared.haystack)
            ]
            for at, zone in enumerate(zones):
                if not all(clause.met_by(zone.haystack) for clause in missing):
                    continue
                trials += 1
                if trials > MAX_TRIALS:
                    return tuple(found)
                hit = query.hit_around(prepared, zone, self._keys[number])
                if hit is not None:
                    found.append((at, hit))
        return tuple(found)

    def keys(self, document: Document) -> tuple[str, ...]:
        """Return the sorted keys of the queries that match; faster than `match`, without spans."""
        return tuple(
            self._keys[number] for number in self._find_matching(PreparedDocument(document))
        )

    def candidates(self, document: Document) -> int:
        """Count the queries that need evaluation, for measurements."""
        return len(self._find_candidates(PreparedDocument(document)))

    def _find_matching(self, prepared: PreparedDocument) -> Iterator[int]:
        for number in sorted(self._find_candidates(prepared)):
            if self._compiled[number].holds_in(prepared):
                yield number

    def _find_candidates(self, prepared: PreparedDocument) -> set[int]:
        haystack = prepared.haystack
        hits = dict(self._default.find(haystack))
        # the evaluation need not search these labels again
        prepared.known.learn(self._anchor_labels, hits)
        return self._choose(prepared, haystack, hits)

    def _select(self, prepared: PreparedDocument, haystack: str) -> set[int]:
        return self._choose(prepared, haystack, dict(self._default.find(haystack)))

    def _choose(
        self, prepared: PreparedDocument, haystack: str, hits: Mapping[str, Sequence[int]]
    ) -> set[int]:
        found = set(chain.from_iterable(hits.values()))
        if self._other is not None:
            for _, numbers in self._other.find(prepared.other_haystack):
                found.update(numbers)
        other_clauses = self._other_clauses
        chosen = {n for n in found if all(clause.met_by(haystack) for clause in other_clauses[n])}
        chosen.update(self._always)
        return chosen


class _Anchors:
    """Labels and prefixes of labels, with the numbers of the queries that they select."""

    def __init__(self) -> None:
        self.labels: dict[str, list[int]] = {}
        self.beginnings: dict[str, list[int]] = {}

    @property
    def is_filled(self) -> bool:
        return bool(self.labels or self.beginnings)

    def add(self, clause: LabelClause, number: int) -> None:
        """Select the query `number` wherever `clause` may be met."""
        for label in clause.labels:
            self.labels.setdefault(label, []).append(number)
        for beginning in clause.beginnings:
            self.beginnings.setdefault(beginning, []).append(number)


def _cost(clause: LabelClause, shared: Counter[str]) -> tuple[int, int, int]:
    """Return a sort key, smaller for clauses that are rarely met and that few queries share."""
    wildcards, common, _, short = clause.cost
    return wildcards + common, sum(shared[label] for label in clause.labels), short
