"""Whether all ways of finding agree on a query and a text."""

from __future__ import annotations

from alerts.query import Document, WatchIndex, compile_query
from alerts.query.index.archive_filter import translate
from alerts.query.index.archive_words import words_of
from tests.alerts.query.test_filtering import passes


def check(query: str, text: str, matches: bool) -> None:
    """Check a query against a text, by itself, by the index, in canonical form and as a filter."""
    compiled = compile_query(query)
    document = Document(body=text)
    assert (compiled.matches(document) is not None) is matches
    assert bool(WatchIndex({"w": compiled}).match(document)) is matches
    again = compile_query(compiled.canonical)
    assert again.node == compiled.node
    assert again.canonical == compiled.canonical
    if matches:
        assert passes(translate(compiled.node, {}), words_of(document).split())
