"""Where a run of letters changes its script, and which scripts are matched by character. Pure.

A name beside letters of another script is a word of its own: Corvantis in 病院とCorvantis.
Scripts that put no blanks between words have no words to compare, and Korean joins particles to
them: there each character is a word, so that a name is found as a row of characters.
"""

from __future__ import annotations

import re

from alerts.query.text.folding import SPACING_MARKS

# Unicode blocks, as parts of a character class
_EAST_ASIAN = (
    "\u3005-\u3007\u3021-\u3029\u3031-\u3035\u303b\u303c\u3041-\u309f\u30a1-\u30ff\u3105-\u312f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\ua4cf\uf900-\ufaff\uff66-\uff9d"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_HANGUL = "\u1100-\u11ff\u3131-\u318e\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdc"
_SOUTH_EAST_ASIAN = (  # Thai, Lao, Tibetan, Burmese, Khmer, Tai, Balinese, Javanese
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u1b00-\u1b7f\ua980-\ua9ff"
    "\uaa60-\uaadf"
)
_UNSPACED = _EAST_ASIAN + _HANGUL + _SOUTH_EAST_ASIAN
# scripts with blanks; the Latin one, digits and all that is rarer make up the rest
_SPACED = (
    "\u00b5\u0370-\u03ff\u1f00-\u1fff\u2126",  # Greek, micro and ohm
    "\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua66d\ua670-\ua69f",  # Cyrillic
    "\u0530-\u058f\ufb13-\ufb17",  # Armenian
    "\u0590-\u05ff\ufb1d-\ufb4f",  # Hebrew
    "\u0600-\u08ff\ufb50-\ufdff\ufe70-\ufefc",  # Arabic, Syriac, Thaana and others
    "\u0900-\u0dff\ua8e0-\ua8ff",  # scripts of India and Sri Lanka
    "\u10a0-\u10ff\u1c90-\u1cbf\u2d00-\u2d2f",  # Georgian
    "\u1200-\u139f\u2d80-\u2ddf\uab00-\uab2f",  # Ethiopic
    "\u13a0-\u167f",  # Cherokee, Canadian syllabics
    "\u1800-\u18af",  # Mongolian
)
# letters that stand for * and ? while a query is taken apart; they belong to every script
ANY_ENDING, ONE_LETTER = "\ua66e", "\ua840"

_syllable = (  # a Korean syllable, whole or as its parts: the same after folding
    "[\u1100-\u115f\ua960-\ua97f][\u1160-\u11a7\ud7b0-\ud7c6]?[\u11a8-\u11ff\ud7cb-\ud7ff]?"
    "|[\uac00-\ud7a3][\u11a8-\u11ff\ud7cb-\ud7ff]?"
)
_character = rf"{_syllable}|[{_UNSPACED}][{SPACING_MARKS}]*+"
_runs = "|".join(
    rf"[{script}][{script}\d{SPACING_MARKS}{ANY_ENDING}{ONE_LETTER}]*+" for script in _SPACED
)
_all = _UNSPACED + "".join(_SPACED)

_UNSPACED_LETTER = re.compile(f"[{_UNSPACED}]")
_NOT_LATIN = re.compile(f"[{_all}]")


def run_of_one_script(signs: str) -> str:
    """Return a regular expression of letters up to the next change of script, or of one letter.

    Args:
        signs: the inside of a character class: what may stand between letters and is none.
    """
    return rf"(?:{_character}|{_runs}|[^{_all}{signs}]++)"


def has_other_script(text: str) -> bool:
    """Return whether a text has letters that are neither Latin nor of a rare script."""
    return not text.isascii() and _NOT_LATIN.search(text) is not None


def has_unspaced(text: str) -> bool:
    """Return whether a text has letters of a script that is matched by character."""
    return not text.isascii() and _UNSPACED_LETTER.search(text) is not None
