"""All watches over one item: the words of the item choose the few queries that are evaluated."""

from __future__ import annotations

from collections.abc import Mapping

from alerts.query.document import Document, Text
from alerts.query.query import Hit, Query


class WatchIndex:
    """Queries by key. Cost grows with the words of the item, hardly with the number of queries."""

    def __init__(self, queries: Mapping[str, Query]) -> None:
        self._queries = dict(queries)
        self._by_token: dict[str, list[str]] = {}
        self._by_prefix: dict[str, list[str]] = {}
        self._always: list[str] = []
        for key, query in self._queries.items():
            if query.needs is None:
                self._always.append(key)
                continue
            for token in query.needs.tokens:
                self._by_token.setdefault(token, []).append(key)
            for prefix in query.needs.prefixes:
                self._by_prefix.setdefault(prefix, []).append(key)
        lengths = {len(prefix) for prefix in self._by_prefix}
        self._prefix_lengths = sorted(lengths)

    def __len__(self) -> int:
        return len(self._queries)

    def match(self, document: Document) -> tuple[Hit, ...]:
        """Every query that matches, by key, with its spans."""
        text = Text(document)
        hits = []
        for key in sorted(self._candidates(text)):
            hit = self._queries[key].match_text(text)
            if hit is not None:
                hits.append(Hit(key, hit.spans))
        return tuple(hits)

    def _candidates(self, text: Text) -> set[str]:
        chosen = set(self._always)
        vocabulary = text.vocabulary
        for token in vocabulary & self._by_token.keys():
            chosen.update(self._by_token[token])
        for length in self._prefix_lengths:
            for start in {token[:length] for token in vocabulary}:
                if start in self._by_prefix:
                    chosen.update(self._by_prefix[start])
        return chosen
