"""The examples of docs/watch-language.md do what they say."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, get_args

import pytest

from alerts.query import Document, compile_query, compile_suppliers
from alerts.query.model.fields import FIELDS
from alerts.query.model.nodes import Field, Filter, Node, walk
from alerts.query.syntax import combining, cursor, names, operators
from alerts.query.syntax.filters import FILTERS
from alerts.query.text import terms
from config.model import Supplier, Where
from tests import ROOT

DOCUMENT = ROOT / "docs" / "watch-language.md"
ROW = re.compile(r"^\| `(?P<query>.+?)` \| (?P<text>.+?) \| (?P<said>yes|no) \|$", re.MULTILINE)
FIELD = re.compile(r"^(?P<name>[a-z]+)=(?P<value>.*?) \\\| (?P<body>.*)$")
READ: dict[str, Callable[[str], dict[str, Any]]] = {
    "author": lambda value: {"authors": (value,)},
    "aside": lambda value: {"asides": (value,)},
    "lang": lambda value: {"language": value},
    "value": lambda value: {"value": float(value)},
    "date": lambda value: {"date": date.fromisoformat(value)},
}
SUPPLIERS = compile_suppliers(
    [
        Supplier(
            key="corvantis",
            names=("Corvantis", "Corvantis Health"),
            query='cs("CVH")',
            where=Where(file="suppliers.toml", line=1),
        )
    ]
)
BOUNDS = {
    "characters of a query": cursor.MAX_CHARACTERS,
    "terms of a query": cursor.MAX_TERMS,
    "words with wildcards in a query": cursor.MAX_WILDCARDS,
    "wildcards in a word": terms.MAX_WILDCARDS,
    "words of a phrase": terms.MAX_PARTS,
    "brackets in each other": cursor.DEEPEST,
    "operators of proximity in each other": combining.MAX_NEAR,
    "words or groups before `~n`": combining.MAX_IN_WINDOW,
    "words between, in proximity": operators.MAX_DISTANCE,
    "`atleast/n`": operators.FUNCTIONS["atleast"].most,
    "`first/n`": operators.FUNCTIONS["first"].most,
    "values of one field or filter in brackets": names.MAX_VALUES,
}


def text() -> str:
    return DOCUMENT.read_text(encoding="utf-8")


def examples() -> list[tuple[str, str, bool]]:
    return [(row["query"], row["text"], row["said"] == "yes") for row in ROW.finditer(text())]


def document(written: str) -> Document:
    found = FIELD.match(written)
    if found is None:
        return Document(body=written)
    name = found["name"]
    fields = READ[name](found["value"]) if name in READ else {name: found["value"]}
    return Document(body=found["body"], **fields)


def test_there_are_examples_for_every_section() -> None:
    without = {
        "Searching the archive",
        "The grammar",
        "What is refused, and what only warns",
        "Before an edit is saved",
    }
    sections = text().split("\n## ")[1:]

    missing = {s.splitlines()[0] for s in sections if not ROW.search(s)}

    assert missing == without
    assert len(examples()) > 90


def test_every_row_of_the_tables_has_an_example() -> None:
    kinds: set[str] = set()
    for query, _, _ in examples():
        for node in walk(compile_query(query, suppliers=SUPPLIERS).node):
            kinds |= {type(node).__name__, getattr(node, "operator", getattr(node, "function", ""))}
            if isinstance(node, Field | Filter):
                kinds.add(node.name)

    wanted = {*operators.INFIX, *operators.FUNCTIONS, *FILTERS, *(row.name for row in FIELDS)}
    wanted |= {kind.__name__ for kind in get_args(Node)}
    assert wanted - kinds == set()


def test_the_bounds_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| ([^|]+?) \| ([\d,]+) \|$", text(), re.MULTILINE)

    assert {name: int(number.replace(",", "")) for name, number in rows} == BOUNDS


@pytest.mark.parametrize(("query", "written", "matches"), examples())
def test_the_documented_example_holds(query: str, written: str, matches: bool) -> None:
    compiled = compile_query(query, suppliers=SUPPLIERS)

    assert (compiled.matches(document(written)) is not None) is matches
