"""Every regular expression of the project takes time that is linear in what it is given."""

from __future__ import annotations

import re

import pytest

from tests.support.measuring.patterns import Found, collect_patterns, modules, slowness

# made when they are used; `test_expressions_made_at_run_time_are_linear` has one of each
AT_RUN_TIME = {
    "crawler.text.tolerant_json",  # the name of a member, escaped
    "crawler.text.date_forms",  # in tuples, found there
    "crawler.text.uk_dates",  # in a tuple, found there
    "alerts.query.text.terms",  # wildcards and words of watches, escaped
    "alerts.query.syntax.vendors",  # in a tuple, found there
    "storage.rules.combining_marks",  # combining marks by their property
}


@pytest.fixture(scope="module")
def collected() -> tuple[list[Found], list[str]]:
    return collect_patterns(modules())


@pytest.mark.attack  # some three minutes of processor time
def test_every_expression_is_linear(collected: tuple[list[Found], list[str]]) -> None:
    found, _ = collected
    slow = {one.where: why for one in found if (why := slowness(one.pattern, one.methods))}
    assert slow == {}


@pytest.mark.slow
def test_expressions_are_found_wherever_they_stand(
    collected: tuple[list[Found], list[str]],
) -> None:
    found, unknown = collected
    places = {one.where.split(":")[0] for one in found}
    assert {
        "crawler.extraction.significant_change._STAMP",  # in a module
        "crawler.text.uk_dates._FORMS",  # in a tuple
        "crawler.text.plain_text",  # in a function
    } <= places
    assert {where.split(":")[0] for where in unknown} <= AT_RUN_TIME


@pytest.mark.slow
@pytest.mark.parametrize(
    ("expression", "method"),
    [
        (r"(a+)+$", "match"),
        (r"\s+$", "search"),
        (r"x*y", "search"),
        (r"<[^>]*>", "sub"),
        (r"^\W+|\W+$", "sub"),
        (r'"(?:[^"\\]|\\.)*"', "finditer"),
        (r"a.*?b.*?c", "match"),
    ],
)
def test_a_slow_expression_is_caught(expression: str, method: str) -> None:
    assert slowness(re.compile(expression, re.DOTALL), {method}) is not None


@pytest.mark.parametrize(
    ("expression", "method"),
    [
        (r"(?:a++)++$", "match"),
        (r"(?<!\s)\s++$", "search"),
        (r"(?<!x)x*+y", "search"),
        (r"<[^<>]*+>", "sub"),
        (r"a(?>.*?b).*c", "match"),
    ],
)
def test_its_linear_form_is_not(expression: str, method: str) -> None:
    assert slowness(re.compile(expression, re.DOTALL), {method}) is None


def test_expressions_made_at_run_time_are_linear() -> None:
    from alerts.query.text.terms import _raw_pattern, pattern_of
    from storage.rules.combining_marks import _compile_excess_marks

    for wildcard in ("a*a*a*a*b", "aa*b?b*c*a", "ab*"):
        assert slowness(pattern_of(wildcard), {"fullmatch"}) is None
    for any_case in (True, False):
        assert slowness(_raw_pattern("a b a", any_case=any_case), {"match"}) is None
    assert slowness(_compile_excess_marks(), {"sub"}) is None


@pytest.mark.parametrize(
    ("wildcard", "label", "fits"),
    [
        ("ab*", "abc", True),
        ("ab*ba", "aba", False),
        ("ab*ba", "abcbaba", True),
        ("a*b*c", "axbxbxc", True),
        ("a*b*c", "axcxb", False),
        ("wom?n", "women", True),
        ("a*b?d*e", "axbxbcde", True),
        ("a**b", "ab", True),
    ],
)
def test_wildcards_find_what_they_found(wildcard: str, label: str, fits: bool) -> None:
    from alerts.query.text.terms import pattern_of

    assert bool(pattern_of(wildcard).fullmatch(label)) is fits
