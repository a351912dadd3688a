"""JSON with numbers that are none: all that stands around them is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.text.tolerant_json import loads, read_complete_members, repair_json


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1e9999", None),
        ("-1e9999", None),
        ("NaN", None),
        ("Infinity", None),
        (" 000", None),
        ("007", None),
        ("1.", None),
        ("", None),
        ("n/a", None),
        ("12 000", None),
        ("£500", None),
        ("9" * 5000, None),
        ("1, 000", 1000),
        ("12,500,000", 12500000),
        ("12.5", 12.5),
        ("-3", -3),
    ],
)
def test_a_number_that_is_none_costs_nothing_but_itself(written: str, meant: float | None) -> None:
    text = f'{{"value": {{"amount":{written}, "currency": "GBP"}}, "title": "A: 000, NaN"}}'

    read = loads(text)

    assert read == {"value": {"amount": meant, "currency": "GBP"}, "title": "A: 000, NaN"}


def test_arrays_of_numbers_are_no_thousands() -> None:
    assert loads('{"a": [1, 200, 300], "b": NaN, "c": 000}') == {
        "a": [1, 200, 300],
        "b": None,
        "c": None,
    }


def test_a_comma_too_many_and_a_bare_line_break_in_a_string_are_passed_over() -> None:
    assert loads('{"a": ["x\ny",], }') == {"a": ["x\ny"]}


@pytest.mark.parametrize("text", ["", "<html>", '{"a": ', "[" * 200_000], ids=lambda t: t[:9])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        loads(text)


def test_whole_members_are_kept_of_a_text_that_breaks_off() -> None:
    text = '{"uri": "x", "releases": [{"id": 1, "v": 000}, {"id": 2}, {"id": 3, "tit'

    assert read_complete_members(text, "releases") == [{"id": 1, "v": None}, {"id": 2}]
    assert read_complete_members('{"results": 1}', "releases") == []


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(_JSON)
def test_proper_json_comes_through_as_it_is(value: Any) -> None:
    text = json.dumps(value)

    assert loads(text) == value
    assert json.loads(repair_json(text)) == value


def test_what_is_nested_too_deeply_is_none_and_the_rest_is_kept() -> None:
    deep = "[" * 100_000 + '"]"' + "]" * 100_000
    assert loads(f'{{"a": "[", "b": {deep}, "c": [1]}}')["c"] == [1]
    cut = f'{{"releases": [{{"a": 1}}, {{"b": {deep}}}, {{"c": 1}}, {{"d'
    assert [list(one) for one in read_complete_members(cut, "releases")] == [["a"], ["b"], ["c"]]
    with pytest.raises(ValueError, match="Expecting"):
        loads("[" * 100_000)
