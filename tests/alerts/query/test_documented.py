"""The examples of docs/watch-language.md do what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from alerts.query import Document, compile_query

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "watch-language.md"
ROW = re.compile(r"^\| `(?P<query>.+?)` \| (?P<text>.+?) \| (?P<said>yes|no) \|$", re.MULTILINE)
FIELD = re.compile(
    r"^(?P<name>title|comments|author|site|lang|kind)=(?P<value>.*?) \\\| (?P<body>.*)$"
)


def examples() -> list[tuple[str, str, bool]]:
    found = ROW.finditer(DOCUMENT.read_text(encoding="utf-8"))
    return [(row["query"], row["text"], row["said"] == "yes") for row in found]


def document(text: str) -> Document:
    found = FIELD.match(text)
    if found is None:
        return Document(body=text)
    name, value, body = found["name"], found["value"], found["body"]
    match name:
        case "title":
            return Document(title=value, body=body)
        case "comments":
            return Document(comments=value, body=body)
        case "author":
            return Document(authors=(value,), body=body)
        case "site":
            return Document(site=value, body=body)
        case "lang":
            return Document(language=value, body=body)
    return Document(kind=value, body=body)


def test_there_are_examples_for_every_section() -> None:
    sections = DOCUMENT.read_text(encoding="utf-8").split("\n## ")[1:-3]
    assert [s.splitlines()[0] for s in sections if not ROW.search(s)] == []
    assert len(examples()) > 55


@pytest.mark.parametrize(("query", "text", "matches"), examples())
def test_the_documented_example_holds(query: str, text: str, matches: bool) -> None:
    assert (compile_query(query).matches(document(text)) is not None) is matches
