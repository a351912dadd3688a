"""Warns of signs in names, and decides how they are compared: A*STAR, Which?, AT&amp;T."""

from __future__ import annotations

import re

from alerts.query.model.nodes import Exactness
from alerts.query.syntax.cursor import Cursor
from alerts.query.syntax.lexer import Lexeme

_MIN_LETTERS = 3  # before a wildcard in the middle of a word, as in hosp*l
# a star before a capital: behind one or two letters, or behind a small one
_NAME_WITH_STAR = re.compile(r"(?<![^\W_])(?:[^\W_]{1,2}|[^\W_]*+(?<=[a-z]))\*[A-Z]")
_INNER_STAR = re.compile(r"(?<![^\W_])(?P<before>[^\W_]++)\*(?P<after>[^\W_])")
_NAME_WITH_QUESTION_MARK = re.compile(r"(?<![^\W_])[A-Z][a-z]++\?(?!\S)")
_IGNORED_SIGNS = re.compile(r"\w[&+#@$%]+(?:\w|$)|^[.#$]\w|\w\+")


def warn_of_signs(cursor: Cursor, written: str, lexeme: Lexeme) -> Exactness:
    """Warn of signs that may be part of a name; return how the term is to be compared.

    Args:
        cursor: takes the warnings.
        written: the term without quotes, entities decoded.
        lexeme: the term in the query.
    """
    if written != lexeme.text:
        cursor.warn(
            f"{lexeme.text} is read as {written}", lexeme.column,
            f'Write {written}, or raw:"{lexeme.text}" if texts are written so',
        )  # fmt: skip
    if _NAME_WITH_STAR.search(written):
        cursor.warn(
            f"the * of {written} is taken for a sign of a name", lexeme.column,
            f'Write signs:"{written}" to say so, or {written.lower()} for a wildcard',
        )  # fmt: skip
        return "signs"
    inner = _INNER_STAR.search(written)
    if inner and (len(inner["before"]) < _MIN_LETTERS or inner["after"].isupper()):
        _warn_of_wildcard(cursor, "*", "any letters", written, lexeme)
    if _NAME_WITH_QUESTION_MARK.search(written):
        _warn_of_wildcard(cursor, "?", "one letter", written, lexeme)
    if "/" not in written and _IGNORED_SIGNS.search(written):
        cursor.warn(
            f"the signs of {written} are not compared", lexeme.column,
            f'Write raw:"{written}" to compare them and the case, signs:"{written}" for any case',
        )  # fmt: skip
    return ""


def _warn_of_wildcard(
    cursor: Cursor, sign: str, meaning: str, written: str, lexeme: Lexeme
) -> None:
    cursor.warn(
        f"the {sign} of {written} is a wildcard and stands for {meaning}", lexeme.column,
        f'Write signs:"{written}" for a name that is written so',
    )  # fmt: skip
