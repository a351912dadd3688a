"""Both ways of looking for many words at once say the same, and miss nothing."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.query import Document, QueryError, WatchIndex, compile_query
from alerts.query.evaluation import lookup
from alerts.query.evaluation.lookup import Automaton, Dictionary
from alerts.query.text.token_set import TokenSet
from tests.alerts.query.generated import QUERY_WORDS, documents, queries, texts
from tests.support.sizes import examples

WORDS = st.sampled_from(["health", "care", "health care", "nhs", "eprescribing", "palantir", "a"])
STARTS = st.sampled_from(["pal", "he", "pre", "eprescri", "н"])


def numbered(names: list[str]) -> dict[str, list[int]]:
    return {name: [number, number + 100] for number, name in enumerate(dict.fromkeys(names))}


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(WORDS, max_size=6), st.lists(STARTS, max_size=4), texts())
def test_the_automaton_and_the_dictionary_find_the_same(
    words: list[str], starts: list[str], text: str
) -> None:
    labels, beginnings = numbered(words), {s: [n + 500] for n, s in enumerate(set(starts))}
    haystack = TokenSet(text).haystack
    expected = {n for word, ns in labels.items() if f" {word} " in haystack for n in ns}
    expected |= {n for start, ns in beginnings.items() if f" {start}" in haystack for n in ns}

    for kind in (Dictionary, Automaton) if labels or beginnings else (Dictionary,):
        found = set(chain.from_iterable(ns for _, ns in kind(labels, beginnings).find(haystack)))
        assert found == expected, kind


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(queries(), min_size=3, max_size=12), st.lists(documents(), min_size=4, max_size=4))
def test_without_the_automaton_the_same_watches_match(
    written: list[str], some: list[Document]
) -> None:
    compiled = {}
    for number, text in enumerate(written):
        try:
            compiled[str(number)] = compile_query(text, allow_filters_only=True)
        except QueryError:
            continue  # a macro, or what the generator does not know to avoid
    usual = WatchIndex(compiled)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookup, "ahocorasick_rs", None)
        slow = WatchIndex(compiled)
    for document in some:
        assert slow.keys(document) == usual.keys(document)


@settings(max_examples=examples(200), deadline=None)
@given(texts(), st.sampled_from(QUERY_WORDS))
def test_a_haystack_has_every_label_of_its_text(text: str, word: str) -> None:
    reading = TokenSet(text)

    assert all(f" {label} " in reading.haystack for label in reading.labels)
    assert set(reading.parts) <= set(reading.haystack.split())
