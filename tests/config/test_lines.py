"""Lines are found for every key of every TOML text, whatever its strings hold."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.tables.lines import Lines

PAGE = '''\
# a comment with [[watch]] in it
top = 1
[mail] # and one here
from = """
[[watch]]
key = "not a key"
"""
"odd = key" = 'x # y'
lines = [
  "one, ]", # ]
  { a = 1, b.c = [2,
    3] },
]

[[watch]]
key = "first"
query = \'\'\'
[[watch]]
key = "inside"\'\'\'
[[watch]]
key = "second"
[watch.deep]
when = 1979-05-27 07:32:00
[mail.more]
x.y = "dotted"
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("top",), 2),
        (("mail",), 3),
        (("mail", "from"), 4),
        (("mail", "odd = key"), 8),
        (("mail", "lines", 0), 10),
        (("mail", "lines", 1, "b", "c", 1), 12),
        (("watch", 0), 15),
        (("watch", 0, "query"), 17),
        (("watch", 1, "key"), 21),
        (("watch", 1, "deep", "when"), 23),
        (("mail", "more", "x", "y"), 25),
        (("watch", 1, "absent"), 20),
        (("absent",), 1),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else str(value),
)
def test_a_key_is_found_on_its_line(path: tuple[str | int, ...], line: int) -> None:
    assert Lines(PAGE).line(*path) == line


def test_windows_line_ends_count_once() -> None:
    assert Lines(PAGE.replace("\n", "\r\n")).line("watch", 1, "key") == 21


def test_every_path_that_tomllib_reads_is_found_and_no_other() -> None:
    assert Lines(PAGE).paths() == frozenset(_paths(tomllib.loads(PAGE)))


TRICKY = st.text(alphabet="ab \"'\\[]{}=#,.\n\t", max_size=12)
VALUES = st.recursive(
    st.one_of(st.integers(-9, 9), st.booleans(), TRICKY),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(TRICKY.filter(bool), inner, max_size=3)
    ),
    max_leaves=6,
)
TABLES = st.lists(st.dictionaries(TRICKY.filter(bool), VALUES, max_size=3), min_size=1, max_size=4)


@given(tables=TABLES, style=st.integers(0, 3))
def test_keys_are_found_between_strings_that_look_like_them(
    tables: list[dict[str, Any]], style: int
) -> None:
    text, expected = _render(tables, style)
    lines = Lines(text)

    assert tomllib.loads(text) == {"t": tables}
    assert lines.paths() == frozenset(_paths({"t": tables}))
    assert {path: lines.line(*path) for path in expected} == expected


def _render(
    tables: list[dict[str, Any]], style: int
) -> tuple[str, dict[tuple[str | int, ...], int]]:
    """TOML of [[t]] tables, and the line that each table and key was put on."""
    said: list[str] = ["# [[t]]"] if style % 2 else []
    expected: dict[tuple[str | int, ...], int] = {}

    def here() -> int:
        return sum(part.count("\n") + 1 for part in said) + 1

    for number, table in enumerate(tables):
        expected["t", number] = here()
        said.append("[[ t ]] # ]" if style % 2 else "[[t]]")
        for key, value in table.items():
            expected["t", number, key] = here()
            said.append(f"{_basic(key)} = {_value(value, style)}")
            if style == 3:
                said.append("")
    return "\n".join(said) + "\n", expected


def _value(value: Any, style: int) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _string(value, style)
    if isinstance(value, list):
        joint = ", # ]\n" if style == 2 else ", "
        return "[" + joint.join(_value(each, style) for each in value) + "]"
    inner = ", ".join(f"{_basic(key)} = {_inline(each)}" for key, each in value.items())
    return "{" + inner + "}"


def _inline(value: Any) -> str:
    return _value(value, 0)


def _string(value: str, style: int) -> str:
    if style == 2 and "'''" not in value and not value.endswith("'"):
        return f"'''\n{value}'''"
    if style == 3:
        inner = "".join(char if char == "\n" else _basic(char)[1:-1] for char in value)
        return f'"""\n{inner}"""'
    if style == 1 and "'" not in value and "\n" not in value:
        return f"'{value}'"
    return _basic(value)


def _basic(value: str) -> str:
    return json.dumps(value)


def _paths(value: Any, base: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    found: set[tuple[str | int, ...]] = set()
    pairs: Any = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    for key, inner in pairs:
        found |= {(*base, key)} | _paths(inner, (*base, key))
    return found
