"""What a query finds passes its text_query, whatever the query and the text: thousands of pairs."""

from __future__ import annotations

import os
import re
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from alerts.query import Document, Query, QueryError, compile_query
from alerts.query.index.archive_filter import translate
from alerts.query.index.archive_words import day_words, days_words, words_of
from storage.store import Store
from storage.text_index.full_text_query import (
    ANYTHING,
    WORD,
    AllOf,
    AnyOf,
    FullTextQuery,
    Without,
    Word,
    WordPrefix,
    WordSequence,
    as_fts5,
    as_tsquery,
    bound_query,
)
from tests.alerts.query.generated import documents, queries
from tests.alerts.query.seeded import a_document, a_query
from tests.alerts.query.test_one_meaning import SUPPLIERS
from tests.support.builders import NOW, an_article
from tests.support.sizes import size

pytestmark = pytest.mark.sized

SEEDED = int(os.environ.get("QUERY_EXAMPLES", size("1000", "200")))
EXAMPLES = size(SEEDED, SEEDED, 40)
SOURCES = {"ledger": "The Health Ledger", "nhs": "nhs", "": ""}


def text_query(query: Query) -> FullTextQuery:
    return bound_query(translate(query.node, SOURCES))


def passes(asked: FullTextQuery, words: list[str]) -> bool:
    match asked:
        case Word(word):
            return word in words
        case WordPrefix(letters):
            return any(word.startswith(letters) for word in words)
        case WordSequence(row):
            return any(tuple(words[at : at + len(row)]) == row for at in range(len(words)))
        case Without(part):
            return not passes(part, words)
        case AllOf(parts):
            return all(passes(part, words) for part in parts)
        case AnyOf(parts):
            return any(passes(part, words) for part in parts)


def compiled(text: str) -> Query | None:
    try:
        return compile_query(text, suppliers=SUPPLIERS, allow_filters_only=True)
    except QueryError as error:
        assert "more than" in error.message or "counts the words" in error.message  # noqa: PT017
        return None


@pytest.mark.parametrize("seed", range(size(10, 5, 1)))
def test_what_a_query_finds_passes_its_sieve_on_seeded_pairs(seed: int) -> None:
    random = Random(1000 + seed)
    found = kept_back = 0
    for _ in range(SEEDED // 8):
        text = a_query(random)
        if (query := compiled(text)) is None:
            continue
        for _ in range(4):
            document = a_document(random, text)
            # the names are those that a search would know
            passed = passes(text_query(query), words_of(document).split())
            matched = query.matches(document) is not None
            assert passed or not matched, (text, document)
            found += matched
            kept_back += not passed
    assert found > SEEDED // 30
    assert kept_back > SEEDED // 30  # a query that lets everything pass is none


@settings(
    max_examples=EXAMPLES // 2,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(queries(), st.lists(documents(), min_size=4, max_size=4))
def test_what_a_query_finds_passes_its_sieve(text: str, some: list[Document]) -> None:
    query = compiled(text)
    assume(query is not None)
    assert query is not None
    for document in some:
        sources = {document.source: document.source_name}
        words = words_of(document).split()
        assert all(re.fullmatch(WORD, word) for word in words)
        asked = bound_query(translate(query.node, sources))
        if query.matches(document) is not None:
            assert passes(asked, words), (text, document, asked)


@pytest.mark.slow
def test_databases_let_pass_what_a_query_finds(store: Store) -> None:
    random = Random(7)
    texts = [a_query(random) for _ in range(EXAMPLES // 8)]
    made = [a_document(random, random.choice(texts)) for _ in range(100)]
    with store.transaction() as unit:
        numbers = [
            unit.items.put(an_article(), now=NOW, baseline=False).item_id for _ in range(len(made))
        ]
        by_number = dict(zip(numbers, made, strict=True))
        batch = unit.fulltext.next_batch(len(made))
        unit.fulltext.put(batch, [(n, words_of(by_number[n])) for n in batch.items])
    narrow = 0
    with store.reading() as unit:
        for text in texts:
            if (query := compiled(text)) is None:
                continue
            passed = set(unit.fulltext.candidates(text_query(query), limit=1000).items)
            found = {n for n, one in by_number.items() if query.matches(one) is not None}
            assert found <= passed, (text, [by_number[n] for n in found - passed])
            narrow += len(passed) < len(made)
    assert narrow > len(texts) // 2


@pytest.mark.parametrize(
    ("text", "document", "passed"),
    [
        ("palantir", Document(body="Palantír’s"), True),
        ("palantir", Document(body="palantirs"), False),
        ("palantir", Document(comments="palantir"), False),
        ("comments:palantir", Document(comments="palantir"), True),
        ("comments:palantir", Document(body="palantir"), False),
        ("title:palantir", Document(body="palantir"), False),
        ('cs("ICE")', Document(body="ice on the road"), False),
        ('cs("ICE")', Document(body="the ICE system"), True),
        ('cs("Data Plan")', Document(body="a data plan"), False),
        ('"data platform"', Document(body="platform data"), False),
        ('"data platform"', Document(body="the data-platform"), True),
        ('"eprescribing plan"', Document(body="an e-prescribing plan"), True),
        ("healthcare", Document(body="health care"), True),
        ("healthcare", Document(body="care of health"), False),
        ("site:nhs.uk", Document(url="https://www.england.nhs.uk/x"), True),
        ("site:nhs.uk", Document(url="https://nhs.uk.example/x"), False),
        ("source:ledger", Document(source="ledger"), True),
        ("source:health", Document(source="ledger"), True),
        ("source:health", Document(source="nhs"), False),
        ("lang:en", Document(language="en-GB"), True),
        ("lang:en-gb", Document(language="en"), False),
        ("type:tender", Document(kind="news"), False),
        ("date:2026-03", Document(date=date(2026, 3, 31)), True),
        ("date:2026-03", Document(date=date(2026, 4, 1)), False),
        ("date<2026-03", Document(date=date(1999, 4, 1)), True),
        ("value>5", Document(), False),
        ("value>5m", Document(value=2_500.0), False),
        ("value>5m", Document(value=7_000_000.0), True),
        ("value>5m", Document(value=float("inf")), True),
        (f"value<{'9' * 400}", Document(value=5.0), True),
        ("value<0.5", Document(value=0.0), True),
        ("value<=5m", Document(value=50_000_000.0), False),
        ("atleast/3(nhs)", Document(title="nhs", body="nhs"), False),
        ("atleast/3(nhs)", Document(title="nhs", body="N.H.S. (NHS)"), True),
        ("atleast/2(nhs)", Document(body="nhs nhs"), True),
        ("atleast/4(healthcare)", Document(body="health care " * 4), True),
        ("nhs NOT palantir", Document(body="nhs palantir"), False),
        ("nhs NOT palantir", Document(body="nhs", comments="palantir"), True),
        ("nhs NOT palantir", Document(pages=("nhs", "palantir")), True),
        ("nhs NOT (ice OR palantir OR (b c))", Document(title="Palantir", body="nhs"), False),
        ("nhs NOT title:palantir", Document(body="nhs palantir"), True),
        ("nhs NOT title:palantir", Document(title="Palantir", body="nhs"), False),
        ("body:(nhs NOT palantir)", Document(title="Palantir", body="nhs"), True),
        ('nhs NOT "a b"', Document(title="a", body="b nhs"), True),
        ("nhs NOT NEAR/3 trust", Document(body="nhs trust"), True),
        ("palant*", Document(body="health"), False),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_sieve_is_as_narrow_as_it_can_be(text: str, document: Document, passed: bool) -> None:
    query = compile_query(text, allow_filters_only=True)
    assert passes(text_query(query), words_of(document).split()) is passed


@pytest.mark.parametrize(
    "text", ["NOT value>5", "palantir OR NOT value>5", "a OR NOT b", "NOT palantir"]
)
def test_where_nothing_is_certain_everything_passes(text: str) -> None:
    assert text_query(compile_query(text, allow_filters_only=True)) == ANYTHING


@given(st.dates(), st.dates(), st.dates())
def test_spans_of_time_cover_their_days(first: date, last: date, day: date) -> None:
    words = list(days_words(first, last))
    assert len(words) < 120
    for covered in (first, last, day):
        if first <= covered <= last:
            assert set(day_words(covered)) & set(words)
    if day > last + timedelta(days=31):
        assert not set(day_words(day)) & set(words)


def test_wildcards_everywhere_widen_the_sieve() -> None:
    many = " OR ".join(f"abc{n}*" for n in range(100))
    assert text_query(compile_query(many)) == ANYTHING
    assert text_query(compile_query(f"nhs AND ({many})")) == Word("nhs")


def test_deep_brackets_widen_the_sieve() -> None:
    asked: FullTextQuery = Word("a")
    for n in range(60):
        asked = AnyOf((asked, Word(f"b{n}"))) if n % 2 else AllOf((asked, Word(f"b{n}")))
    flat = bound_query(asked)
    assert as_fts5(flat).count("(") < 40
    assert as_tsquery(flat).count("(") < 40
