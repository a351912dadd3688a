"""Splits a text into words, with their character positions. Pure.

A word is a run of letters and digits of one script (`scripts`). Hyphens join several parts to one
word (e-prescribing); so does an apostrophe after one letter (O'Brien). Other apostrophes are
dropped (don't), and so are possessives ('s). Dotted letters are one part (N.H.S.); so are thousands
(1,000) and decimals (3.5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from alerts.query.text.folding import (
    APOSTROPHES,
    HYPHENS,
    INVISIBLE,
    LETTER_APOSTROPHES,
    MARKS,
    SPACING_MARKS,
    fold,
    keep_case,
)
from alerts.query.text.scripts import has_other_script, has_unspaced, run_of_one_script


class Token(NamedTuple):
    """A part of a word, at characters start..end. `word` is the number of its word, from 0."""

    folded: str
    cased: str
    start: int
    end: int
    word: int


class TokenPart(NamedTuple):
    """A part within a chunk: its letters, and its characters start..end in the chunk."""

    letters: str
    start: int
    end: int
    begins_word: bool


# a chunk is letters and digits with single punctuation characters between them. Underscores are
# replaced before; vowel signs of Indic scripts are not matched by \w.
_JOINING = re.escape(APOSTROPHES + HYPHENS) + ".,"
_LETTERS = rf"[\w{SPACING_MARKS}]++"
_CHUNK = re.compile(rf"{_LETTERS}(?:[{_JOINING}]{_LETTERS})*+")
_ASCII_CHUNK = re.compile(r"\w++(?:[-'`.,]\w++)*+", re.ASCII)
_ASCII_ATOM = re.compile(r"([A-Za-z0-9]++)([-'`.,]?)")
_ATOM = re.compile(rf"({run_of_one_script(_JOINING)})([{_JOINING}]?)")
_THREE_DIGITS = re.compile(r"\d{3}(?!\d)")
# a longer chain of hyphens is split: in one word, all of its parts would be near each other
MAX_PARTS = 16
_INVISIBLE_OR_MARK = frozenset(MARKS + INVISIBLE)


def tokenise(text: str) -> list[Token]:
    """Return the tokens of a text, in order; offsets refer to `text` as given."""
    if text.isascii() or _INVISIBLE_OR_MARK.isdisjoint(text):
        return _tokenise_visible(text)
    kept = [at for at, character in enumerate(text) if character not in _INVISIBLE_OR_MARK]
    seen = _tokenise_visible("".join([text[at] for at in kept]))
    return [
        t._replace(start=kept[t.start], end=_end_with_marks(text, kept[t.end - 1] + 1))
        for t in seen
    ]


def words_of(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of a text, each as its folded parts; the same words as `tokenise`."""
    if not text.isascii() and not _INVISIBLE_OR_MARK.isdisjoint(text):
        text = "".join([character for character in text if character not in _INVISIBLE_OR_MARK])
    word: list[str] = []
    for chunk in _CHUNK.findall(_plain_letters(text)):
        if _is_one_part(chunk):
            yield (fold(chunk),)
            continue
        for part in _find_parts(chunk):
            if part.begins_word and word:
                yield tuple(word)
                word.clear()
            word.append(fold(part.letters))
        yield tuple(word)
        word.clear()


def _end_with_marks(text: str, end: int) -> int:
    while end < len(text) and text[end] in MARKS:
        end += 1
    return end


def _plain_letters(text: str) -> str:
    """Replace what counts as a letter and is none; the length is kept."""
    text = text.replace("_", " ")
    if not text.isascii():
        for letter in LETTER_APOSTROPHES:
            text = text.replace(letter, "'")
    return text


def _is_one_part(chunk: str) -> bool:
    return chunk.isalnum() and not has_other_script(chunk)


def _find_parts(chunk: str) -> tuple[TokenPart, ...]:
    # whole sentences without a blank: remembering them would take much memory and save nothing
    return _split_parts(chunk) if has_unspaced(chunk) else parts_of(chunk)


def _tokenise_visible(text: str) -> list[Token]:
    tokens: list[Token] = []
    word = -1
    text = _plain_letters(text)
    for found in (_ASCII_CHUNK if text.isascii() else _CHUNK).finditer(text):
        chunk, at = found[0], found.start()
        if _is_one_part(chunk):
            word += 1
            tokens.append(Token(fold(chunk), keep_case(chunk), at, found.end(), word))
            continue
        for part in _find_parts(chunk):
            word += part.begins_word
            letters = part.letters
            tokens.append(
                Token(fold(letters), keep_case(letters), at + part.start, at + part.end, word)
            )
    return tokens


@lru_cache(maxsize=65_536)
def parts_of(chunk: str) -> tuple[TokenPart, ...]:
    """Split a chunk (letters and digits with single punctuation between them) into parts."""
    return _split_parts(chunk)


def _split_parts(chunk: str) -> tuple[TokenPart, ...]:
    parts: list[TokenPart] = []
    sign = before = ""
    length = 0  # of the word, in parts
    for found in (_ASCII_ATOM if chunk.isascii() else _ATOM).finditer(chunk):
        atom, next_sign = found[1], found[2]
        if (
            sign in APOSTROPHES
            and sign
            and atom in "sS"
            and not _is_sign_of(next_sign, APOSTROPHES)
        ):
            # a possessive is dropped: the punctuation after it follows the word before it
            sign = next_sign
            continue
        joint = _join_sign(before, sign, atom, parts[-1].letters if parts else "")
        if joint is None:
            begins = (
                not (_is_sign_of(sign, HYPHENS) or _is_sign_of(sign, APOSTROPHES))
                or length == MAX_PARTS
            )
            length = 1 if begins else length + 1
            parts.append(TokenPart(atom, found.start(1), found.end(1), begins))
        else:
            last = parts[-1]
            parts[-1] = last._replace(letters=last.letters + joint + atom, end=found.end(1))
        sign, before = next_sign, atom
    return tuple(parts)


def _is_sign_of(sign: str, kind: str) -> bool:
    return sign != "" and sign in kind


def _join_sign(before: str, sign: str, atom: str, part: str) -> str | None:
    """Return what remains of punctuation that joins two atoms; None if it separates them."""
    if _is_sign_of(sign, APOSTROPHES):
        return "" if len(before) > 1 else None
    if sign == ".":
        if len(before) == len(atom) == 1 and before.isalpha() and atom.isalpha():
            return None if has_unspaced(before + atom) else ""
        return "." if before[-1].isdecimal() and atom[0].isdecimal() else None
    if sign == "," and part.isdecimal() and _THREE_DIGITS.match(atom):
        grouped = len(part) > len(before)
        return "" if grouped or len(part) <= 3 else None
    return None
