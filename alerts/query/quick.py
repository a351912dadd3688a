"""The words of a text without their places, the quick way: most texts are about no watch.

Says the same as `tokens`, which it asks about everything that is not a plain run of letters.
"""

from __future__ import annotations

import re
from functools import lru_cache

from alerts.query.folding import as_ascii
from alerts.query.tokens import parts_of, tokenise

_BEYOND_ASCII = re.compile(r"[^\t-\r -~]+")
# what nearly every article has: `str.replace` takes a tenth of the time of the expression above
_FREQUENT = (
    ("’", "'"), ("‘", "'"), ("“", " "), ("”", " "), ("–", "-"), ("—", " "), ("\xa0", " "),
    ("£", " "), ("…", " "), ("•", " "), ("é", "e"),
)  # fmt: skip
# a sign between two letters: anchored at the sign, since most words have none
_JOINT = re.compile(r"[-'`.,](?<=[A-Za-z0-9].)(?=[A-Za-z0-9])")
_CHUNK_END = re.compile(r"(?:[-'`.,][A-Za-z0-9]++)++")
# stand for a hyphen and a decimal point within a word while the other signs are cleared
_HYPHEN, _POINT = "\x01", "\x02"
_CLEARED = {c: " " for c in range(128) if not chr(c).isalnum()}
_CASED = {**_CLEARED, ord(_HYPHEN): "-", ord(_POINT): "."}
_FOLDED = {**_CASED, **{ord(c): c.lower() for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}}


class Reading:
    """The parts of a text's words, folded, in order."""

    __slots__ = ("_joined", "_numbers", "parts")

    def __init__(self, text: str) -> None:
        plain = _as_ascii(text)
        self._numbers: list[int] | None = None
        self._joined: list[str] | None = None
        if plain is None:
            tokens = tokenise(text)
            self.parts = [token.folded for token in tokens]
            self._numbers = [token.word for token in tokens]
            return
        spelled = _spelled(plain).translate(_FOLDED)
        self.parts = spelled.split()
        if "-" in spelled:
            self._joined = self.parts
            self.parts = spelled.replace("-", " ").split()

    @property
    def compounds(self) -> bool:
        """Whether some word has several parts."""
        if self._numbers is not None:
            return len(self.parts) > len(set(self._numbers))
        return self._joined is not None

    @property
    def numbers(self) -> list[int] | range:
        """Part -> the number of its word."""
        if self._numbers is None:
            if self._joined is None:
                return range(len(self.parts))
            self._numbers = [
                at for at, word in enumerate(self._joined) for _ in range(word.count("-") + 1)
            ]
        return self._numbers


def cased_parts(text: str) -> list[str]:
    """The same parts with their case."""
    plain = _as_ascii(text)
    if plain is None:
        return [token.cased for token in tokenise(text)]
    return _spelled(plain).translate(_CASED).replace("-", " ").split()


def _as_ascii(text: str) -> str | None:
    if text.isascii():
        if _HYPHEN not in text and _POINT not in text:
            return text
        return _BEYOND_ASCII.sub(" ", text)
    for sign, plain in _FREQUENT:
        text = text.replace(sign, plain)
    if not text.isascii() or _HYPHEN in text or _POINT in text:
        text = _BEYOND_ASCII.sub(lambda found: as_ascii(found[0]), text)
    return text if text.isascii() else None


def _spelled(plain: str) -> str:
    """`plain` with its chunks spelled out; other signs still stand."""
    pieces: list[str] = []
    done = 0
    found = _JOINT.search(plain)
    while found is not None:
        start = found.start()
        while start > done and plain[start - 1].isalnum():
            start -= 1
        ending = _CHUNK_END.match(plain, found.start())
        end = ending.end() if ending else found.end()
        pieces.append(plain[done:start])
        pieces.append(_spell(plain[start:end]))
        done = end
        found = _JOINT.search(plain, end)
    if not pieces:
        return plain
    pieces.append(plain[done:])
    return "".join(pieces)


@lru_cache(maxsize=65_536)
def _spell(chunk: str) -> str:
    made: list[str] = []
    for part in parts_of(chunk):
        made.append(" " if part.begins_word else _HYPHEN)
        made.append(part.letters.replace(".", _POINT))
    return "".join(made)
