"""Splits a query into lexemes. Pure; knows spellings, not meanings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from alerts.query.errors import QueryError

Kind = Literal[
    "word", "phrase", "(", ")", "field", "function", "operator", "macro", "-", "!", "~", "^",
    "compare", "end",
]  # fmt: skip

_SPACES = str.maketrans({"\xa0": " ", "\u2009": " ", "\u202f": " ", "\u200b": " ", "\ufeff": " ",
                         "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‟": '"'})  # fmt: skip
_PROXIMITY = re.compile(
    r"(?P<name>NOT[ ]+NEAR|NEAR|ONEAR|W|PRE|N|NOT)/(?P<n>\d+)(?P<f>f?)(?![\w/])", re.IGNORECASE
)
_BARE = re.compile(r"(?:NOT[ ]+NEAR|NEAR|ONEAR|SENTENCE|PARAGRAPH)(?![\w/:(])")
_LOGIC = re.compile(r"(?:AND[ ]+NOT|AND|OR|NOT)(?![\w/:.'’-])", re.IGNORECASE)
_FUNCTION = re.compile(
    r"(?P<name>atleast|first|repeat)(?:/(?P<n>\d+)\s*\(|(?P<m>\d+)\s*:)", re.IGNORECASE
)
_FIELD = re.compile(r"(?P<name>[A-Za-z]+)\s*(?P<how>:|\()")
_COMPARE = re.compile(
    r"(?P<name>value|date)\s*:?\s*(?P<rel><=|>=|<|>|=)\s*(?P<bound>[£$€]?[\d.,]+[kKmM]?(?:n|bn)?\b(?:-\d\d?-\d\d?)?|\d{4}(?:-\d\d?){0,2})",
    re.IGNORECASE,
)
_MACRO = re.compile(r"@(?P<key>[A-Za-z0-9._-]+)")
_WORD = re.compile(r"[^\s()\"~^]+")


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A piece of a query. `column` counts from 1; `number` is that of an operator, if written."""

    kind: Kind
    text: str
    column: int
    number: int | None = None


def lex(query: str, fields: frozenset[str]) -> list[Lexeme]:
    """The lexemes of a query, an "end" last.

    Args:
        query: the text; smart quotes and odd blanks are accepted.
        fields: the names that may stand before a colon or bracket.

    Raises:
        QueryError: a quotation mark is never closed.
    """
    text = query.translate(_SPACES)
    made: list[Lexeme] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        lexeme, at = _next(text, at, fields)
        made.append(lexeme)
    made.append(Lexeme("end", "", len(text) + 1))
    return made


def _next(text: str, at: int, fields: frozenset[str]) -> tuple[Lexeme, int]:
    column = at + 1
    letter = text[at]
    if letter == '"':
        end = text.find('"', at + 1)
        if end < 0:
            raise QueryError(
                "this quotation mark is never closed", query=text, column=column,
                mend='Close the phrase: "federated data platform"',
            )  # fmt: skip
        return Lexeme("phrase", text[at + 1 : end], column), end + 1
    if letter in "()":
        return Lexeme("(" if letter == "(" else ")", letter, column), at + 1
    if letter in "~^" and (found := re.compile(r"[~^](\d+)").match(text, at)):
        return Lexeme("~" if letter == "~" else "^", found[0], column, int(found[1])), found.end()
    if letter in "-!" and at + 1 < len(text) and not text[at + 1].isspace():
        return Lexeme("-" if letter == "-" else "!", letter, column), at + 1
    if letter == "@" and (found := _MACRO.match(text, at)):
        return Lexeme("macro", found["key"], column), found.end()
    return _named(text, at, fields)


def _named(text: str, at: int, fields: frozenset[str]) -> tuple[Lexeme, int]:
    column = at + 1
    if found := _PROXIMITY.match(text, at):
        name = " ".join(found["name"].upper().split())
        name = {"W": "NEAR", "N": "NEAR", "PRE": "ONEAR", "NOT": "NOT NEAR"}.get(name, name)
        if found["f"]:
            name = "ONEAR"
        return Lexeme("operator", name, column, int(found["n"])), found.end()
    if found := _BARE.match(text, at):
        return Lexeme("operator", " ".join(found[0].split()), column), found.end()
    if found := _LOGIC.match(text, at):
        return Lexeme("operator", " ".join(found[0].upper().split()), column), found.end()
    if found := _FUNCTION.match(text, at):
        name = found["name"].lower()
        number = int(found["n"] or found["m"])
        name = "atleast" if name == "repeat" else name
        end = found.end() - 1 if found["n"] else found.end()
        return Lexeme("function", name, column, number), end
    if found := _COMPARE.match(text, at):
        return Lexeme("compare", found[0], column), found.end()
    if (found := _FIELD.match(text, at)) and found["name"].lower() in fields:
        end = found.end() - (1 if found["how"] == "(" else 0)
        return Lexeme("field", found["name"].lower(), column), end
    found = _WORD.match(text, at)
    if found is None:
        return Lexeme("word", text[at], column), at + 1
    return Lexeme("word", found[0], column), found.end()
