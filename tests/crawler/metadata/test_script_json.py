"""JSON in scripts, as people write it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.metadata.script_json import MAX_VALUES, read_script_values

BLOCK = {"@type": "NewsArticle", "headline": "Ferry clinics"}
TEXT = json.dumps(BLOCK)


@pytest.mark.parametrize(
    "written",
    [
        TEXT,
        f"\ufeff {TEXT};",
        TEXT.replace(", ", ",\u00a0").replace(": ", ":\u2003\u200b"),
        f"//<![CDATA[\n{TEXT}\n//]]>",
        f"//<![CDATA[ {TEXT} //]]>",
        f"/*<![CDATA[*/{TEXT}/*]]>*/",
        f"/* <![CDATA[ */\n{TEXT}\n/* ]]> */",
        f"<![CDATA[{TEXT}]]>",
        f"<!-- {TEXT} -->",
        f"<!--\n{TEXT}\n//-->",
        f"<!-- by a plugin -->{TEXT}<!-- /by a plugin -->",
        f"/* by a plugin */ {TEXT} // the end",
        '{"@type": "NewsArticle", // what it is\n "headline": /* how */ "Ferry clinics"}',
        '{"@type": "NewsArticle", "headline": "Ferry clinics",}',
        '{"@type": "NewsArticle", "headline": "Ferry clinics",\n\n}',
        TEXT.replace('"', "&quot;"),
        TEXT.replace('"', "&#34;"),
        f"window.article = {TEXT};",
        '{"@type": "NewsArticle" "headline": "Ferry clinics"}',
        '{"@type": "NewsArticle"\n  "headline": "Ferry clinics",}',
        '{"@type": "NewsArticle",, "headline": "Ferry clinics"}',
        '{"@type": "NewsArticle", "headline": "Ferry clinics"',
        f"{TEXT[:-1]}\n",
        TEXT.replace('"', "'"),
        f"/* it's by a plugin */ {TEXT}",
        TEXT.replace('"Ferry clinics"', "'Ferry clinics'"),
        "{'@type':'NewsArticle','headline':\"Ferry clinics\"}",
        TEXT.replace(': "', ": “").replace('",', "”,").replace('"}', "”}").replace('"', "“"),
        f'{TEXT[:-1]}, "articleBody": "The ferry, ',
        f'{TEXT[:-1]}, "author": {{"name": "Ad',
    ],
)
def test_what_stands_around_a_block_is_passed_over(written: str) -> None:
    assert read_script_values(written) == [BLOCK]


@pytest.mark.parametrize("between", ["", "\n", ",", ";\n", " <!-- and --> ", "/* and */"])
def test_blocks_one_after_another_are_all_read(between: str) -> None:
    assert read_script_values(between.join([TEXT, "[1]", TEXT])) == [BLOCK, [1], BLOCK]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('{"a": "two\nlines\tand a tab",}', "two\nlines\tand a tab"),
        ('{"a": "he said "no" to it", "b": 1}', 'he said "no" to it'),
        ('{"a": "the "Ferry", a ship"}', 'the "Ferry", a ship'),
        (r'{"a": "it\'s"}', "it's"),
        (r'{"a": "C:\path \" quoted"}', 'C:path " quoted'),
        ('{"a": "https://x.test /* b */ <!-- c -->",}', "https://x.test /* b */ <!-- c -->"),
        ('{"a": "x", "b": undefined}', "x"),
        ('{"a": "x", "b": {{ image }}, "c": {% if d %}}', "x"),
        (r"{'a': 'it\'s the \"Ferry\"'}", 'it\'s the "Ferry"'),
        ("{'a': 'the patients' ferry', 'b': 1}", "the patients' ferry"),
        ('{"a": "it\'s: \'Ferry\', a ship",}', "it's: 'Ferry', a ship"),
        ("{'b': 'https://x.test/a', 'a': 'x'}", "x"),
    ],
)  # fmt: skip
def test_strings_are_read_as_meant(written: str, meant: str) -> None:
    assert read_script_values(written)[0]["a"] == meant


@pytest.mark.parametrize("text", ["", "no JSON", "{", '{"a" 1}', "[" * 200_000])
def test_what_cannot_be_read_gives_nothing(text: str) -> None:
    assert read_script_values(text) == []


def test_brackets_that_are_missing_at_the_end_are_added() -> None:
    meant = [{"a": [{"b": "x } ] y"}], "c": {"d": "z"}}]
    assert read_script_values('{"a": [{"b": "x } ] y"}], "c": {"d": "z"') == meant


@pytest.mark.parametrize(
    "text", ['{"datePublished": "2026-07-1', '{"a": 12', '{"a": [1}', '[{"a": "b"}}']
)
def test_a_value_that_the_end_cuts_is_not_read(text: str) -> None:
    assert [one for one in read_script_values(text) if isinstance(one, dict)] in ([], [{"a": "b"}])
    assert "12" not in str(read_script_values(text))
    assert "2026" not in str(read_script_values(text))


def test_a_damaged_block_does_not_cost_those_before_it() -> None:
    assert read_script_values(f'{TEXT}\n{{"a" 1}}') == [BLOCK]


def test_the_number_of_values_is_bounded() -> None:
    assert len(read_script_values("{}" * (MAX_VALUES + 5))) == MAX_VALUES


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), _JSON))
def test_proper_json_comes_through_as_it_is(value: dict[str, Any]) -> None:
    text = json.dumps(value)
    assert read_script_values(text) == [value]
    assert read_script_values(f"/* a */ {text} // b") == [value]


@given(st.text(alphabet="{}[]\",:\\/*<!->%'ab \n", max_size=200))
def test_anything_is_read_or_passed_over(text: str) -> None:
    assert isinstance(read_script_values(text), list)
