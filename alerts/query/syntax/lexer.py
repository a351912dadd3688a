"""Splits a query into lexemes. Knows spellings, from the tables of operators, not meanings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from alerts.query.model.query_errors import QueryError
from alerts.query.syntax.filters import FILTERS
from alerts.query.syntax.operators import FUNCTIONS, INFIX
from alerts.query.syntax.vendors import SIGNS
from alerts.query.text.folding import plain_signs

Kind = Literal[
    "word", "phrase", "(", ")", "AND", "OR", "NOT", "infix", "name", "function", "compare",
    "macro", "-", "!", "~", "^", "end",
]  # fmt: skip
MODIFIERS = ("cs", "raw", "stem")

# where a word that is an operator has to end
_END = r"(?=[\s()\"{}@]|$)"


def _numbers_apart(expression: str, name: str) -> str:
    """One group name for each row, since an expression has each name once."""
    count = 0
    while "(?P<n>" in expression:
        expression = expression.replace("(?P<n>", f"(?P<{name}{count}>", 1)
        count += 1
    return expression


_INFIX_ROWS = "|".join(
    rf"(?P<{row.name}>(?i:{_numbers_apart(row.numbered, row.name + '_')})|{row.bare})"
    for row in INFIX.values()
)
_INFIX = re.compile(
    rf"(?P<braced>\{{\s*)?(?P<negated>(?i:not)\s+)?(?:{_INFIX_ROWS})(?(braced)\s*\}}|{_END})"
)
_NOT_WITHIN = re.compile(rf"(?i:not)/(?P<n>\d+){_END}")
_LOGIC = re.compile(rf"(?P<name>(?i:and|or|not)){_END}")
_FUNCTION = re.compile(
    "(?:"
    + "|".join(
        f"(?P<{row.name}>(?i:{_numbers_apart(row.numbered, row.name + '_')}))"
        for row in FUNCTIONS.values()
    )
    + r")\s*(?P<how>[:(])"
)
_COMPARED = "|".join(
    spelling for row in FILTERS.values() if row.ordered for spelling in (row.name, *row.also)
)
_COMPARE = re.compile(
    rf"(?P<name>(?i:{_COMPARED}))\s*+(?::\s*+)?(?P<relation><=|>=|<|>|=)\s*(?P<value>[^\s()\"]*)"
)
_NAME = re.compile(r"(?P<name>[A-Za-z][A-Za-z_]*\d*)(?:\s*(?P<colon>:)|(?P<bracket>\())")
_MACRO = re.compile(r"@(?P<key>[A-Za-z0-9][A-Za-z0-9._-]*)?")
_SUFFIX = re.compile(r"(?P<sign>[~^])(?P<number>\d+)?")
_WORD = re.compile(r"(?:[^\s()\"{}~^@]|(?<=\w)@)+")
_VALUE = re.compile(r"[^\s()\"]+")
_MODIFIED = re.compile(rf"(?i:{'|'.join(MODIFIERS)})\s*[:(]")
_BLANK = re.compile("[\\s\u200b\ufeff\u2060]+")


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A piece of a query. `column` counts from 1; `number` is that of an operator, if written.

    `text` of an operator is the name of its row; of a name, what was written, in small letters.
    """

    kind: Kind
    text: str
    column: int
    end: int
    number: int | None = None
    negated: bool = False
    called: bool = False  # a bracket follows, not a colon


class Lexer:
    """Reads one query from left to right."""

    def __init__(self, query: str) -> None:
        self.query = query
        self.text = plain_signs(query)
        self.at = 0

    def lexemes(self) -> list[Lexeme]:
        """All lexemes, an "end" last.

        Raises:
            QueryError: something that is no part of the language.
        """
        made: list[Lexeme] = []
        after_name = False
        while True:
            if blank := _BLANK.match(self.text, self.at):
                self.at = blank.end()
                after_name = False
            if self.at >= len(self.text):
                made.append(Lexeme("end", "", len(self.text) + 1, len(self.text)))
                return made
            lexeme = self._value() if after_name else None
            made.append(lexeme or self._next())
            self.at = made[-1].end
            after_name = made[-1].kind == "name" and not made[-1].called

    def error(self, message: str, mend: str, at: int | None = None) -> QueryError:
        """What is wrong at a place, that of the next lexeme if none is given."""
        column = (self.at if at is None else at) + 1
        return QueryError(message, query=self.query, column=column, mend=mend)

    def _lexeme(
        self, kind: Kind, text: str, end: int, *, number: str | None = None, negated: bool = False,
        called: bool = False,
    ) -> Lexeme:  # fmt: skip
        # no number that anyone means has ten digits, and Python refuses to read those of thousands
        value = None if number is None else int(number[:9])
        return Lexeme(kind, text, self.at + 1, end, value, negated, called)

    def _value(self) -> Lexeme | None:
        """What stands behind `name:`, where words are not operators and addresses are words."""
        if self.text[self.at] in '"(!@' or self._modified():
            return None
        if self.text[self.at] == "-":
            raise self.error("a minus stands before the field", "Write -title:word")
        found = _VALUE.match(self.text, self.at)
        if found is None:
            return None
        word = re.sub(r"[~^]\d+$", "", found[0])
        return self._lexeme("word", word, self.at + len(word)) if word else None

    def _modified(self) -> bool:
        return bool(_MODIFIED.match(self.text, self.at) or _FUNCTION.match(self.text, self.at))

    def _next(self) -> Lexeme:
        sign = self.text[self.at]
        if sign == '"':
            return self._phrase()
        if sign in "()":
            return self._lexeme("(" if sign == "(" else ")", sign, self.at + 1)
        if found := _SUFFIX.match(self.text, self.at):
            if found["number"] is None:
                raise self.error(f"{sign} takes a number", 'Write "a b"~5 or (a OR b)^9')
            kind: Kind = "~" if sign == "~" else "^"
            return self._lexeme(kind, sign, found.end(), number=found["number"])
        if sign == "@" and (found := _MACRO.match(self.text, self.at)):
            if not found["key"]:
                raise self.error("@ takes the key of a supplier", "Write @palantir")
            return self._lexeme("macro", found["key"].rstrip("."), found.end())
        following = self.text[self.at + 1 : self.at + 2]
        if sign == "-" and following and not following.isspace() and following not in "-)":
            return self._lexeme("-", sign, self.at + 1)
        if sign == "!" and following and not following.isspace():
            return self._lexeme("!", sign, self.at + 1)
        return self._operator() or self._named() or self._word()

    def _phrase(self) -> Lexeme:
        end = self.text.find('"', self.at + 1)
        if end < 0:
            raise self.error(
                "this quotation mark is never closed", 'Close the phrase: "federated data platform"'
            )
        return self._lexeme("phrase", self.query[self.at + 1 : end], end + 1)

    def _operator(self) -> Lexeme | None:
        if found := _INFIX.match(self.text, self.at):
            name = next(name for name in INFIX if found[name])
            return self._lexeme(
                "infix", name, found.end(), number=_number_in(found),
                negated=found["negated"] is not None,
            )  # fmt: skip
        if found := _NOT_WITHIN.match(self.text, self.at):
            return self._lexeme("infix", "NEAR", found.end(), number=found["n"], negated=True)
        if found := _LOGIC.match(self.text, self.at):
            kind: Kind = found["name"].upper()  # type: ignore[assignment]
            return self._lexeme(kind, found["name"], found.end())
        return None

    def _named(self) -> Lexeme | None:
        if found := _FUNCTION.match(self.text, self.at):
            name = next(name for name in FUNCTIONS if found[name])
            called = found["how"] == "("
            end = found.end() - called
            return self._lexeme("function", name, end, number=_number_in(found), called=called)
        if found := _COMPARE.match(self.text, self.at):
            return self._lexeme(
                "compare", f"{found['name'].lower()} {found['relation']}{found['value']}",
                found.end(),
            )  # fmt: skip
        if found := _NAME.match(self.text, self.at):
            called = found["bracket"] is not None
            end = found.end() - called
            return self._lexeme("name", found["name"].lower(), end, called=called)
        return None

    def _word(self) -> Lexeme:
        for expression, what, mend in SIGNS:
            if expression.match(self.text, self.at):
                raise self.error(what, mend)
        found = _WORD.match(self.text, self.at)
        if found is None:
            raise self.error(
                f"{self.text[self.at]!r} cannot stand here", 'Quote it to look for it: raw:"C++"'
            )
        word = found[0]
        if word[-1] in ",;" and any(c.isalnum() for c in word):
            at = self.at + len(word) - 1
            raise self.error("a comma does not join terms", "Write OR or AND instead of it", at)
        return self._lexeme("word", self.query[self.at : found.end()], found.end())


def _number_in(found: re.Match[str]) -> str | None:
    """The number of an operator; each spelling has a group of its own for it."""
    return next(
        (value for name, value in found.groupdict().items() if value and name[-1].isdigit()), None
    )
