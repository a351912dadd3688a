"""The engine and the reference agree on every query and every document, places included."""

from __future__ import annotations

import os
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from alerts.query import Document, Query, QueryError, WatchIndex, compile_query, compile_suppliers
from config.model import Supplier, Where
from storage.model import Span
from tests.alerts.query.generated import documents, queries
from tests.alerts.query.reference import Spans, reference
from tests.alerts.query.seeded import a_document, a_query
from tests.support.sizes import size

pytestmark = pytest.mark.sized

# 4 documents for each: QUERY_EXAMPLES=20000 for a night
SEEDED = int(os.environ.get("QUERY_EXAMPLES", size("1000", "200")))
EXAMPLES = size(SEEDED, SEEDED, 40)
SUPPLIERS = compile_suppliers(
    [
        Supplier(
            key="halcyon",
            names=("Palantir", "Health Care"),
            query='cs("ICE") OR supplied',
            where=Where(file="suppliers.toml", line=1),
        )
    ]
)
seeded = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def compiled(text: str) -> Query:
    try:
        return compile_query(text, suppliers=SUPPLIERS, allow_filters_only=True)
    except QueryError as error:
        # what the generator does not know to avoid: too deep, or first/n of a field without it
        assume("more than" not in error.message and "counts the words" not in error.message)
        raise


def merged(places: Spans) -> tuple[Span, ...]:
    """Places as spans in reading order, those that overlap made one."""
    made: list[Span] = []
    for field in ("title", "summary", "body", "comments", "author", "url"):
        for _, start, end in sorted(place for place in places if place[0] == field):
            if made and made[-1].field == field and start < made[-1].end:
                made[-1] = Span(field, made[-1].start, max(end, made[-1].end))
            else:
                made.append(Span(field, start, end))  # type: ignore[arg-type]
    return tuple(made)


@pytest.mark.parametrize("seed", range(size(10, 5, 1)))
def test_engine_and_reference_agree_on_seeded_pairs(seed: int) -> None:
    random = Random(seed)
    by_places = 0
    for _ in range(SEEDED // 10):
        text = a_query(random)
        try:
            query = compile_query(text, suppliers=SUPPLIERS, allow_filters_only=True)
        except QueryError as error:
            assert "more than" in error.message or "counts the words" in error.message  # noqa: PT017
            continue
        for _ in range(4):
            document = a_document(random, text)
            expected = reference(query.node, document)
            hit = query.matches(document)
            assert (hit is not None) == (expected is not None), (text, document)
            assert hit is None or expected is None or hit.spans == merged(expected), (
                text,
                document,
            )
            by_places += bool(hit and hit.spans)
    assert by_places > SEEDED // 40  # a sixteenth of the pairs


@seeded
@given(queries(), st.lists(documents(), min_size=4, max_size=4))
def test_engine_and_reference_agree(text: str, some: list[Document]) -> None:
    query = compiled(text)
    for document in some:
        expected = reference(query.node, document)
        hit = query.matches(document)
        assert (hit is not None) == (expected is not None), (text, document)
        if hit is not None and expected is not None:
            assert hit.spans == merged(expected), (text, document)


@settings(seeded, max_examples=EXAMPLES // 10)
@given(st.lists(queries(), min_size=5, max_size=30), st.lists(documents(), min_size=6, max_size=6))
def test_an_index_finds_what_each_query_finds(written: list[str], some: list[Document]) -> None:
    compiled_ones = {str(number): compiled(text) for number, text in enumerate(written)}
    index = WatchIndex(compiled_ones)
    for document in some:
        expected = {
            key for key, q in compiled_ones.items() if reference(q.node, document) is not None
        }
        assert {hit.key for hit in index.match(document)} == expected
        assert set(index.keys(document)) == expected


@seeded
@given(queries())
def test_the_canonical_form_reads_as_the_same_query(text: str) -> None:
    query = compiled(text)
    again = compiled(query.canonical)
    assert again.node == query.node
    assert again.canonical == query.canonical
    assert again.fingerprint == query.fingerprint
    assert query.paraphrase.endswith(".")
