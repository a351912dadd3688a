"""Generates the inflected forms of `stem(word)`. English endings only; no list of exceptions.

Forms are generated, and texts not stemmed, so that a match can show the word that matched. Some of
the forms are not words; no text contains them.
"""

from __future__ import annotations

from functools import lru_cache

_VOWELS = frozenset("aeiou")
MIN_LETTERS = 3


@lru_cache(maxsize=4096)
def forms(word: str) -> tuple[str, ...]:
    """Return a folded word and its inflected forms: plural, third person, -ed and -ing."""
    result = {word: None}
    for base in _find_bases(word):
        result.update(dict.fromkeys(_inflect(base)))
    return tuple(result)


def _find_bases(word: str) -> list[str]:
    """Return the words of which `word` may be an inflected form, including itself."""
    found = [word]
    for ending, others in (
        ("ies", ("y", "ie")),
        ("ied", ("y", "ie")),
        ("ses", ("s", "se", "sis")),
        ("xes", ("x", "xe")),
        ("zes", ("z", "ze")),
        ("ches", ("ch", "che")),
        ("shes", ("sh", "she")),
        ("oes", ("o", "oe")),
        ("s", ("",)),
        ("ed", ("", "e")),
        ("ing", ("", "e")),
    ):
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < MIN_LETTERS - 1 or word.endswith("ss"):
            continue
        if ending in ("ed", "ing") and not _VOWELS & set(stem.replace("y", "e")):
            continue
        found += [stem + other for other in others if len(stem + other) >= MIN_LETTERS]
        if ending in ("ed", "ing") and _ends_doubled(stem):
            found.append(stem[:-1])
        break
    return found


def _inflect(base: str) -> list[str]:
    result = [base, base + "s"]
    if base.endswith(("s", "x", "z", "ch", "sh", "o")):
        result.append(base + "es")
    if base.endswith("sis"):
        result.append(base[:-2] + "es")
    if base.endswith("y") and base[-2:-1] not in _VOWELS:
        result += [base[:-1] + "ies", base[:-1] + "ied", base + "ing"]
    elif base.endswith("ie"):
        result += [base + "d", base[:-2] + "ying"]
    elif base.endswith("e"):
        result += [base + "d", base + "ing", base[:-1] + "ing"]
    else:
        result += [base + "ed", base + "ing"]
        if _may_double(base):
            result += [base + base[-1] + "ed", base + base[-1] + "ing"]
    return result


def _ends_doubled(stem: str) -> bool:
    return len(stem) > MIN_LETTERS and stem[-1] == stem[-2] and stem[-1] not in _VOWELS


def _may_double(base: str) -> bool:
    """Return whether the last consonant may double: plan, refer, travel."""
    return (
        len(base) >= MIN_LETTERS
        and base[-1] not in _VOWELS | set("wxy")
        and base[-2] in _VOWELS
        and base[-3] not in _VOWELS
    )
