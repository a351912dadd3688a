"""Hashes the words of a text to numbers, vectorised by numpy. Pure.

A word is a run of letters, digits and underscores, as for `\\w+`; its number is a polynomial of its
characters modulo 2^64. A text takes a dozen numpy passes and no Python loop over words; this is
most of the time of grouping.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.uint64]

_BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2^64
_INVERSE = pow(_BASE, -1, 1 << 64)
_KNOWN = 1 << 16  # code points in the table of word characters; all later ones count as such
_LEAST = 1 << 13
# frequent punctuation beyond Latin-1, replaced so that more texts take the Latin-1 path, which is
# four times as fast
_COMMON_SIGNS = "’‘“”–—…"


def word_numbers(text: str) -> Numbers:
    """Return the numbers of the words of a text, in order; case makes no difference."""
    import numpy as np  # the import takes 0.1 s, and most commands do not need it

    folded = f" {text} ".casefold()  # blanks, so that the first and the last word have a border
    if not folded.isascii():
        for sign in _COMMON_SIGNS:
            folded = folded.replace(sign, " ")
    characters: NDArray[np.uint8] | NDArray[np.uint32]
    try:
        raw = folded.encode("latin-1")
    except UnicodeEncodeError:
        wide = folded.encode("utf-32-le", "surrogatepass")
        characters = np.frombuffer(wide, dtype="<u4")
        letters = _build_letter_table()[np.minimum(characters, _KNOWN - 1)]
    else:
        characters = np.frombuffer(raw, dtype=np.uint8)
        letters = np.frombuffer(raw.translate(_build_latin_table()), dtype=np.bool_)
    # alternating starts and ends of words
    borders = (letters[1:] != letters[:-1]).nonzero()[0]
    borders += 1
    powers, inverses = _build_powers(_choose_table_length(len(characters)))
    if not len(borders):
        return powers[:0]
    end = borders[-1]
    numbers: Numbers = np.add.reduceat(characters[:end] * powers[:end], borders[:-1])[::2]
    numbers *= inverses[borders[::2]]
    return numbers


def _choose_table_length(length: int) -> int:
    return max(_LEAST, 1 << length.bit_length())


@lru_cache(maxsize=1)
def _build_letter_table() -> NDArray[np.bool_]:
    import numpy as np

    letters = [_is_letter(chr(number)) for number in range(_KNOWN)]
    letters[-1] = True  # for all later code points
    return np.array(letters)


@lru_cache(maxsize=1)
def _build_latin_table() -> bytes:
    return bytes(_is_letter(chr(number)) for number in range(256))


def _is_letter(character: str) -> bool:
    return character.isalnum() or character == "_"


@lru_cache(maxsize=4)
def _build_powers(length: int) -> tuple[Numbers, Numbers]:
    import numpy as np

    def powers(base: int) -> Numbers:
        factors = np.full(length, base, dtype=np.uint64)
        factors[0] = 1
        return np.cumprod(factors, dtype=np.uint64)

    return powers(_BASE), powers(_INVERSE)
