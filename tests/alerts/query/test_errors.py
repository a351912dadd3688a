"""Errors teach: where it goes wrong, and what to write instead."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.query import Document, Query, QueryError, compile_query, compile_suppliers, explain
from config.model import Supplier, Where
from tests.support.sizes import examples

BAD = [
    ("", 1, "empty", "word"),
    ("palantir AND", 13, "ends", "both sides"),
    ("(palantir OR nhs", 1, "never closed", ")"),
    ("palantir)", 9, "closes nothing", "Take it out"),
    ('"federated data', 1, "never closed", '"federated data platform"'),
    ("palantir OR OR nhs", 13, "'OR' stands", "both sides"),
    ("NOT palantir", 1, "only excludes", "must be there"),
    ("site:bbc.co.uk", 1, "nothing to look for", "must be there"),
    ("palantir OR NOT nhs", 13, "only excludes", "AND NOT"),
    ("lng:en palantir", 1, "not known", "lang:"),
    ("palantir country:gb", 10, "not known", "site:uk"),
    ("*antir", 1, "cannot begin", "antir*"),
    ("pa* nhs", 1, "needs 3", "palant*"),
    ("palantir NEAR/500 nhs", 10, "at most 200", "PARAGRAPH"),
    ("palantir NEAR (nhs AND fdp)", 10, "groups of OR", "(a NEAR/5 b) AND (a NEAR/5 c)"),
    ("@palantr", 1, "no supplier palantr", "@palantir"),
    ("type:blog palantir", 6, "no type 'blog'", "news"),
    ("date>=2026-01..2026-03 palantir", 1, "has two ends", "date:2026-01..2026-03"),
]
SUPPLIERS = compile_suppliers(
    [
        Supplier(
            key="palantir",
            names=("Palantir", "Palantir Technologies"),
            query=None,
            where=Where(file="suppliers.toml", line=1),
        )
    ]
)


@pytest.mark.parametrize(("query", "column", "says", "hint"), BAD, ids=[b[0] for b in BAD])
def test_a_bad_query_is_refused_with_its_place_and_its_mend(
    query: str, column: int, says: str, hint: str
) -> None:
    with pytest.raises(QueryError) as caught:
        compile_query(query, suppliers=SUPPLIERS)
    assert caught.value.column == column
    assert says in caught.value.message
    assert hint in caught.value.hint


def test_the_caret_stands_below_the_place() -> None:
    with pytest.raises(QueryError) as caught:
        compile_query("palantir country:gb")
    shown, caret = caught.value.caret.splitlines()
    assert shown[caret.index("^") :].startswith("country")


@pytest.mark.parametrize(
    "query",
    [
        " OR ".join(f"term{n}" for n in range(5001)),
        "(" * 70 + "a1" + ")" * 70,
        "x" * 100_001,
    ],
    ids=["terms", "brackets", "characters"],
)
def test_a_query_beyond_the_bounds_is_refused(query: str) -> None:
    with pytest.raises(QueryError):
        compile_query(query)


def compiled_or_refused(text: str) -> tuple[Query | None, QueryError | None]:
    try:
        return compile_query(text, allow_filters_only=True), None
    except QueryError as error:
        return None, error


@settings(max_examples=examples(400))
@given(st.text(alphabet="ab1 ()\":-!~^*?@/&'“’.,;ANDORTNEARnot:title", max_size=40))
def test_any_text_is_a_query_or_a_query_error(text: str) -> None:
    query, error = compiled_or_refused(text)
    if query is None:
        assert error is not None
        assert 1 <= error.column <= len(text) + 2
        assert error.hint
        return
    again = compile_query(query.canonical, allow_filters_only=True)
    assert again.canonical == query.canonical
    assert again.fingerprint == query.fingerprint
    query.matches(Document(title="a b", body="a1 b not title"))


WARNED = [
    ("palantir AND nhs OR fdp AND trust", "bind first"),
    ("ice", "everyday word"),
    ("ICE", "everyday word"),
    ("epic", "everyday word"),
    ("Oracle", "everyday word"),
    ("Feedback", "everyday word"),
    ("nourish", "everyday word"),
    ("plural(Epic)", "everyday word"),
    ("palantir NOT palantir", "never match"),
    ('cs("ice")', "lower case"),
]


@pytest.mark.parametrize(("query", "says"), WARNED)
def test_what_may_surprise_is_warned_of(query: str, says: str) -> None:
    warnings = compile_query(query).warnings
    assert any(says in warning.message for warning in warnings)
    assert all(warning.hint for warning in warnings)


@pytest.mark.parametrize(
    "query",
    [
        "palantir",
        "@palantir",
        '"good law"',
        'cs("ICE")',
        "ice NEAR/5 agents",
        "nhs",
        "NHS",
        "EPR",
        "tpp",
        "hospital",
        "Hospital",
        "patient",
        "gp",
        "abcd",
        "plural(hospital)",
        "supplier",
    ],
)
def test_a_clear_query_is_not_warned_of(query: str) -> None:
    assert compile_query(query, suppliers=SUPPLIERS).warnings == ()


def test_a_macro_finds_every_name_and_changes_the_fingerprint_with_them() -> None:
    query = compile_query("@palantir AND nhs", suppliers=SUPPLIERS)
    assert query.matches(Document(body="Palantir Technologies and the NHS"))
    assert query.canonical == "@palantir AND nhs"
    assert query.fingerprint != compile_query("palantir AND nhs").fingerprint


def test_spans_are_places_in_the_original_text() -> None:
    document = Document(title="Palantir’s win", body="A win for ÉPIC e-prescribing.")
    hit = compile_query("palantir AND épic AND eprescribing").matches(document)
    assert hit is not None
    fields = {"title": document.title, "body": document.body}
    assert [fields[s.field][s.start : s.end] for s in hit.spans] == [
        "Palantir",
        "ÉPIC",
        "e-prescribing",
    ]


def test_a_match_and_a_miss_are_explained_by_clause() -> None:
    query = compile_query('palantir AND (nhs OR fdp) NOT "ice cream"')
    missed = explain(query, Document(body="Palantir sold ice cream to the NHS"))
    assert not missed.matched
    assert missed.failed is not None
    assert missed.failed.excluded
    assert missed.lines == ('excluded by NOT "ice cream": the item has “ice cream”',)
    absent = explain(query, Document(body="Palantir alone"))
    assert absent.lines[0] == "nothing satisfies nhs OR fdp"
    assert explain(query, Document(body="Palantir in the NHS")).matched


@pytest.mark.parametrize(
    ("query", "suggested"),
    [
        ("epic", 'cs("EPIC") or cs("Epic")'),
        ("oracle", 'cs("Oracle")'),
        ("ICE", 'cs("ICE")'),
        ("Rio", 'cs("Rio")'),
    ],
)
def test_a_name_that_is_a_word_gets_the_forms_that_names_have(query: str, suggested: str) -> None:
    [warning] = compile_query(query).warnings

    assert f"Write {suggested} for" in warning.hint
