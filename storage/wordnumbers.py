"""Words of a text as numbers, all at once. Pure.

A word is a run of letters, digits and underscores, as for `\\w+`; its number is a polynomial of its
characters modulo 2^64. Taken as differences of one running sum over the text, so that a text costs
a dozen passes of numpy and no step of Python for a word; that is most of what grouping costs.
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
_KNOWN = 1 << 16  # characters of which a table says whether they are a word's; all later ones are
_LEAST = 1 << 13


def word_numbers(text: str) -> Numbers:
    """The numbers of the words of a text, in order; case makes no difference."""
    import numpy as np  # a tenth of a second, which commands that group nothing do without

    raw = text.casefold().encode("utf-32-le", "surrogatepass")
    characters = np.frombuffer(raw, dtype="<u4")
    inside = np.zeros(len(characters) + 2, dtype=np.bool_)
    inside[1:-1] = _letters()[np.minimum(characters, _KNOWN - 1)]
    borders = np.flatnonzero(inside[1:] != inside[:-1])
    starts, ends = borders[::2], borders[1::2]
    powers, inverses = _powers(_room(len(characters)))
    sums = np.zeros(len(characters) + 1, dtype=np.uint64)
    np.cumsum(characters * powers[: len(characters)], out=sums[1:])
    return (sums[ends] - sums[starts]) * inverses[starts]


def _room(length: int) -> int:
    return max(_LEAST, 1 << length.bit_length())


@lru_cache(maxsize=1)
def _letters() -> NDArray[np.bool_]:
    import numpy as np

    is_word = [character.isalnum() or character == "_" for character in map(chr, range(_KNOWN))]
    is_word[-1] = True  # stands for all beyond
    return np.array(is_word)


@lru_cache(maxsize=4)
def _powers(length: int) -> tuple[Numbers, Numbers]:
    import numpy as np

    def powers(base: int) -> Numbers:
        factors = np.full(length, base, dtype=np.uint64)
        factors[0] = 1
        return np.cumprod(factors, dtype=np.uint64)

    return powers(_BASE), powers(_INVERSE)
