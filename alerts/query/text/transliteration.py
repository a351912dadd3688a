"""Names with umlauts and their forms in plain letters: Müller is also written Mueller. Pure.

Muller is found anyway, since diacritics are folded. Mueller is not folded to Muller, which is
another name: each form is looked for by itself, and one with umlauts is compared by its letters.
"""

from __future__ import annotations

import re
import unicodedata

_PLAIN = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
_TO_PLAIN = str.maketrans(
    {**_PLAIN, **{letter.upper(): plain.capitalize() for letter, plain in _PLAIN.items()}}
)
# not behind q, nor at the end of a word, where English and French have these letters
_TO_UMLAUT = re.compile(r"(?<![qQ])(?:[Aa]e|[Oo]e|[Uu]e)(?=[^\W\d_])")
_UMLAUTS = {"ae": "ä", "oe": "ö", "ue": "ü", "Ae": "Ä", "Oe": "Ö", "Ue": "Ü"}


def has_umlaut(written: str) -> bool:
    """Whether a word has letters that are also written as two plain ones."""
    return not written.isascii() and to_plain_letters(written) != compose(written)


def compose(written: str) -> str:
    """Return a word with each letter and its marks as one character."""
    return unicodedata.normalize("NFC", written)


def to_plain_letters(written: str) -> str:
    """Return a word with two plain letters in place of each umlaut."""
    return compose(written).translate(_TO_PLAIN)


def to_umlauts(written: str) -> str:
    """Return a name with umlauts in place of ae, oe and ue; empty where it has none of them.

    Only words that begin with a capital are names.
    """
    if not (written.isascii() and written[:1].isupper()):
        return ""
    changed = _TO_UMLAUT.sub(lambda found: _UMLAUTS[found[0]], written)
    return "" if changed == written else changed
