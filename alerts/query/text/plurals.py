"""Generates the plural of a singular word and the singular of a plural one, for `plural(...)`.

English only. Forms are generated, and texts not stemmed, so that a match can show the word that
matched; some of the forms are no words, and no text contains them. Forms that mean something else
(it and its, new and news) are left out. Pure.
"""

from __future__ import annotations

import re
from functools import lru_cache

from alerts.query.model.common_words import COMMON_WORDS, FUNCTION_WORDS
from alerts.query.text.folding import fold

MIN_LETTERS = 3  # of a singular
_ACRONYM = re.compile(r"[A-Z]{2,}")
_ACRONYMS = re.compile(r"[A-Z]{2,}s")
_MAX_ACRONYM = 5  # letters; a longer word in capitals is taken for a word
_VOWELS = frozenset("aeiou")

_PAIRS = (
    "foot feet, tooth teeth, goose geese, mouse mice, louse lice,"
    " ox oxen, quiz quizzes, life lives, wife wives, knife knives, half halves, calf calves,"
    " shelf shelves, self selves, wolf wolves, leaf leaves, thief thieves, loaf loaves,"
    " scarf scarves, hoof hooves, criterion criteria, phenomenon phenomena, bacterium bacteria,"
    " consortium consortia, memorandum memoranda, referendum referenda, symposium symposia,"
    " addendum addenda, curriculum curricula, stratum strata, spectrum spectra, forum fora,"
    " index indices, appendix appendices, matrix matrices, vertex vertices, codex codices,"
    " stimulus stimuli, nucleus nuclei, alumnus alumni, bacillus bacilli, fungus fungi,"
    " syllabus syllabi, focus foci, locus loci, radius radii, thrombus thrombi, formula formulae,"
    " antenna antennae, larva larvae, vertebra vertebrae, bureau bureaux, axis axes, bias biases,"
    " gas gases, bus buses, atlas atlases, canvas canvases, alias aliases, virus viruses,"
    " lens lenses, menu menus, taxi taxis, ski skis"
)
_PLURAL_OF = dict(pair.split() for pair in _PAIRS.split(", "))
# a midwife, wisdom teeth, mycobacteria; not life: olives are no lives
_ALSO_AT_THE_END = ("wife", "knife", "shelf", "tooth", "foot", "mouse", "bacterium")
_SINGULAR_OF = {many: one for one, many in _PLURAL_OF.items()}
# another word with an s, or without it
_NO_PLURAL = frozenset(["new", "good", "mean", "custom", "thank", "doe", "pas", "ha"])
_NO_SINGULAR = frozenset(
    """
    news goods means customs thanks series species diabetes measles rabies lens corps always perhaps
    overseas headquarters whereas atlas bias gas canvas alias christmas texas kansas wales james
    specimen regimen acumen abdomen omen stamen lumen semen bitumen albumen
    """.split()  # noqa: SIM905  a list would be unreadable
)
# -ics is a field of knowledge, and -ic its adjective, except in these
_NOUNS_IN_IC = frozenset(
    """
    academic anaesthetic antibiotic arsenic attic basic ceramic characteristic classic cleric clinic
    comic cosmetic critic cynic diagnostic diuretic epidemic fabric graphic lyric mechanic medic
    metric mosaic narcotic pandemic paramedic picnic plastic polyclinic probiotic public relic
    sceptic statistic tactic topic tonic
    """.split()  # noqa: SIM905  a list would be unreadable
)


@lru_cache(maxsize=16_384)
def plural_forms(cased: str, *, is_name: bool = False) -> tuple[str, ...]:
    """Return the folded word itself, then its other forms: the plural, or the singular.

    Args:
        cased: the word with its case, without marks: EPR, EPRs and record differ.
        is_name: it is a name that may end in s, of which there is no singular.
    """
    word = fold(cased)
    if not (word.isascii() and word.isalpha()) or word in FUNCTION_WORDS:
        return (word,)
    if _ACRONYMS.fullmatch(cased):
        others = [word[:-1]]
    elif _ACRONYM.fullmatch(cased) and len(cased) <= _MAX_ACRONYM:
        others = _plurals_of_acronym(word)
    else:
        singulars = [] if is_name else _singulars(word)
        others = singulars or _plurals(word)
    kept = [form for form in others if form not in FUNCTION_WORDS]
    return tuple(dict.fromkeys((word, *kept)))


def common_singular(cased: str) -> str | None:
    """Return the singular of a capitalised word if it is an everyday word (Hospitals)."""
    if not cased[:1].isupper() or len(plural_forms(cased, is_name=True)) == 1:
        return None
    return next((form for form in plural_forms(cased)[1:] if form in COMMON_WORDS), None)


def is_plural(cased: str) -> bool:
    """Return whether a word is taken for a plural, so that its other forms are singulars."""
    return bool(_ACRONYMS.fullmatch(cased)) or (
        not _ACRONYM.fullmatch(cased) and bool(_singulars(fold(cased)))
    )


def _plurals_of_acronym(word: str) -> list[str]:
    forms = [f"{word}s", f"{word}es"] if word.endswith("s") else [f"{word}s"]
    if len(word) == _MAX_ACRONYM:
        forms += _plurals(word)
    # PASs is no pass
    return [form for form in forms if form not in COMMON_WORDS or word in COMMON_WORDS]


def _plurals(word: str) -> list[str]:
    if word in _NO_PLURAL or (word.endswith("ic") and word not in _NOUNS_IN_IC):
        return []
    found = [_PLURAL_OF[word]] if word in _PLURAL_OF else []
    end = next((one for one in _ALSO_AT_THE_END if word.endswith(one) and word != one), None)
    if end is not None:
        found.append(f"{word.removesuffix(end)}{_PLURAL_OF[end]}")
    if word.endswith("man"):
        found.append(f"{word[:-3]}men")
    elif word.endswith("child"):
        found.append(f"{word}ren")
    elif word.endswith("person"):
        found.append(f"{word[:-6]}people")
    if word.endswith("sis"):
        found.append(f"{word[:-2]}es")
    elif word.endswith(("s", "x", "z", "ch", "sh")):
        found.append(f"{word}es")
        if word.endswith("ch"):
            found.append(f"{word}s")  # epochs
    elif word.endswith("y") and word[-2:-1] not in _VOWELS:
        found.append(f"{word[:-1]}ies")
    else:
        found.append(f"{word}s")
        if word.endswith("o"):
            found.append(f"{word}es")
    return found


def _singulars(word: str) -> list[str]:
    if word in _SINGULAR_OF:
        return [_SINGULAR_OF[word]]
    if word in _NO_SINGULAR:
        return []
    for end in _ALSO_AT_THE_END:
        if word.endswith(_PLURAL_OF[end]):
            return [f"{word.removesuffix(_PLURAL_OF[end])}{end}"]
    if word.endswith("men"):
        return [f"{word[:-3]}man"]
    if word.endswith("children"):
        return [word[:-3]]
    if word.endswith("people"):
        return [f"{word[:-6]}person"]
    if (
        not word.endswith("s")
        or word.endswith(("ss", "us", "is"))
        or (word.endswith("ics") and word[:-1] not in _NOUNS_IN_IC)
        or len(word) <= MIN_LETTERS
    ):
        return []
    if word.endswith(("lyses", "gnoses", "theses", "crises", "stases", "praxes")):
        return [f"{word[:-2]}is"]
    found = [word[:-1]]
    if word.endswith("ies"):
        found.append(f"{word[:-3]}y")
    elif word.endswith(("sses", "xes", "zes", "ches", "shes", "oes", "uses")):
        found.append(word[:-2])
    return [form for form in found if len(form) >= MIN_LETTERS]
