"""Splits a query into lexemes, by the spellings in the tables of operators and filters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from alerts.query.model.query_errors import QueryError
from alerts.query.syntax.filters import FILTERS
from alerts.query.syntax.operators import FUNCTIONS, INFIX
from alerts.query.syntax.vendors import AND_SIGN_HINT, SIGNS
from alerts.query.text.entities import ENTITY_END, decode_entities
from alerts.query.text.folding import plain_signs

Kind = Literal[
    "word", "phrase", "(", ")", "AND", "OR", "NOT", "infix", "name", "function", "compare",
    "macro", "-", "!", "~", "^", "end",
]  # fmt: skip
MODIFIERS = ("cs", "raw", "signs", "stem", "plural")

# what must follow an operator that is a word
_END = r"(?=[\s()\"{}@]|$)"


def _number_groups(expression: str, name: str) -> str:
    """Rename the groups called n to distinct names, which one pattern requires."""
    count = 0
    while "(?P<n>" in expression:
        expression = expression.replace("(?P<n>", f"(?P<{name}{count}>", 1)
        count += 1
    return expression


_INFIX_ROWS = "|".join(
    rf"(?P<{row.name}>(?i:{_number_groups(row.numbered, row.name + '_')})|{row.bare})"
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
        f"(?P<{row.name}>(?i:{_number_groups(row.numbered, row.name + '_')}))"
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
    """A lexeme. `column` counts from 1; `number` is that of an operator, if written.

    `text` of an operator is the name of its row; of a name, the source text in lower case.
    """

    kind: Kind
    text: str
    column: int
    end: int
    number: int | None = None
    negated: bool = False
    called: bool = False  # followed by a bracket, not a colon


class Lexer:
    """Reads the lexemes of one query from left to right."""

    def __init__(self, query: str) -> None:
        self.query = query
        self.text = plain_signs(query)
        self.at = 0

    def lexemes(self) -> list[Lexeme]:
        """Return all lexemes, an "end" last.

        Raises:
            QueryError: the query has text that is not in the language.
        """
        lexemes: list[Lexeme] = []
        after_name = False
        while True:
            if blank := _BLANK.match(self.text, self.at):
                self.at = blank.end()
                after_name = False
            if self.at >= len(self.text):
                lexemes.append(Lexeme("end", "", len(self.text) + 1, len(self.text)))
                return lexemes
            lexeme = self._read_value() if after_name else None
            lexemes.append(lexeme or self._read_next())
            self.at = lexemes[-1].end
            after_name = lexemes[-1].kind == "name" and not lexemes[-1].called

    def error(self, message: str, hint: str, at: int | None = None) -> QueryError:
        """Create an error at an offset, by default that of the next lexeme."""
        column = (self.at if at is None else at) + 1
        return QueryError(message, query=self.query, column=column, hint=hint)

    def _make_lexeme(
        self, kind: Kind, text: str, end: int, *, number: str | None = None, negated: bool = False,
        called: bool = False,
    ) -> Lexeme:  # fmt: skip
        # Python refuses to parse numbers of thousands of digits; nine are more than any bound
        value = None if number is None else int(number[:9])
        return Lexeme(kind, text, self.at + 1, end, value, negated, called)

    def _read_value(self) -> Lexeme | None:
        """Read the value after `name:`, where operators are words and a URL is one word."""
        if self.text[self.at] in '"(!@' or self._begins_modifier():
            return None
        if self.text[self.at] == "-":
            raise self.error("a minus stands before the field", "Write -title:word")
        found = _VALUE.match(self.text, self.at)
        if found is None:
            return None
        word = re.sub(r"[~^]\d+$", "", found[0])
        return self._make_lexeme("word", word, self.at + len(word)) if word else None

    def _begins_modifier(self) -> bool:
        return bool(_MODIFIED.match(self.text, self.at) or _FUNCTION.match(self.text, self.at))

    def _read_next(self) -> Lexeme:
        sign = self.text[self.at]
        if sign == '"':
            return self._read_phrase()
        if sign in "()":
            return self._make_lexeme("(" if sign == "(" else ")", sign, self.at + 1)
        if found := _SUFFIX.match(self.text, self.at):
            if found["number"] is None:
                raise self.error(f"{sign} takes a number", 'Write "a b"~5 or (a OR b)^9')
            kind: Kind = "~" if sign == "~" else "^"
            return self._make_lexeme(kind, sign, found.end(), number=found["number"])
        if sign == "@" and (found := _MACRO.match(self.text, self.at)):
            if not found["key"]:
                raise self.error("@ takes the key of a supplier", "Write @palantir")
            return self._make_lexeme("macro", found["key"].rstrip("."), found.end())
        following = self.text[self.at + 1 : self.at + 2]
        if sign == "-" and following and not following.isspace() and following not in "-)":
            return self._make_lexeme("-", sign, self.at + 1)
        if sign == "!" and following and not following.isspace():
            return self._make_lexeme("!", sign, self.at + 1)
        return self._read_operator() or self._read_name() or self._read_word()

    def _read_phrase(self) -> Lexeme:
        end = self.text.find('"', self.at + 1)
        if end < 0:
            raise self.error(
                "this quotation mark is never closed", 'Close the phrase: "federated data platform"'
            )
        return self._make_lexeme("phrase", self.query[self.at + 1 : end], end + 1)

    def _read_operator(self) -> Lexeme | None:
        if found := _INFIX.match(self.text, self.at):
            name = next(name for name in INFIX if found[name])
            return self._make_lexeme(
                "infix", name, found.end(), number=_read_number(found),
                negated=found["negated"] is not None,
            )  # fmt: skip
        if found := _NOT_WITHIN.match(self.text, self.at):
            return self._make_lexeme("infix", "NEAR", found.end(), number=found["n"], negated=True)
        if found := _LOGIC.match(self.text, self.at):
            kind: Kind = found["name"].upper()  # type: ignore[assignment]
            return self._make_lexeme(kind, found["name"], found.end())
        return None

    def _read_name(self) -> Lexeme | None:
        if found := _FUNCTION.match(self.text, self.at):
            name = next(name for name in FUNCTIONS if found[name])
            called = found["how"] == "("
            end = found.end() - called
            return self._make_lexeme(
                "function", name, end, number=_read_number(found), called=called
            )
        if found := _COMPARE.match(self.text, self.at):
            return self._make_lexeme(
                "compare", f"{found['name'].lower()} {found['relation']}{found['value']}",
                found.end(),
            )  # fmt: skip
        if found := _NAME.match(self.text, self.at):
            called = found["bracket"] is not None
            end = found.end() - called
            return self._make_lexeme("name", found["name"].lower(), end, called=called)
        return None

    def _read_word(self) -> Lexeme:
        for expression, what, hint in SIGNS:
            if sign := expression.match(self.text, self.at):
                name = sign[0].strip(" )!*?")
                raise self.error(what, hint.replace("{word}", name))
        found = _WORD.match(self.text, self.at)
        if found is None:
            raise self.error(
                f"{self.text[self.at]!r} cannot stand here", 'Quote it to look for it: raw:"C++"'
            )
        word = found[0]
        if decode_entities(word) == "&":
            raise self.error("& is not an operator here", AND_SIGN_HINT)
        if word[-1] in ",;" and any(c.isalnum() for c in word) and not ENTITY_END.search(word):
            at = self.at + len(word) - 1
            raise self.error("a comma does not join terms", "Write OR or AND instead of it", at)
        return self._make_lexeme("word", self.query[self.at : found.end()], found.end())


def _read_number(found: re.Match[str]) -> str | None:
    """Return the number of a matched operator; each spelling has its own group for it."""
    return next(
        (value for name, value in found.groupdict().items() if value and name[-1].isdigit()), None
    )
