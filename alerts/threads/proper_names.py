"""Finds the names of bodies and programmes in English text, by capitals and their last word. Pure.

No list of all bodies: `Millbrook Hospitals` and `Shared Data Platform` are told by `Hospitals` and
`Platform`. What it cannot find: names of one word, and names in texts without capitals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


def _list_words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MAX_WORDS = 9  # of a name
MAX_NAMES = 400  # of one text that are looked at
_BODY = _list_words(
    "trust hospital hospitals infirmary board council authority agency department ministry "
    "commission committee university college partnership confederation constabulary police "
    "england scotland wales improvement office service services"
)
_BODY_FIRST = _list_words("department ministry university")
_PROGRAMME = _list_words(
    "programme program project platform system systems framework scheme record records network "
    "pathway strategy initiative pilot portal app solution contract collaborative"
)
# of many matters: they say little
_COMMON = frozenset(
    (
        *("nhs england", "nhs scotland", "nhs wales", "nhs digital", "nhs improvement"),
        *("nhs trust", "nhs foundation trust", "nhs trusts", "foundation trust", "health board"),
        *("department of health", "department of health and social care", "cabinet office"),
        *("crown commercial service", "care quality commission", "home office"),
        *("national health service", "integrated care board", "health service"),
        *("electronic patient record", "electronic health record", "patient record"),
        *("electronic patient record system", "electronic patient record programme", "epr system"),
        *("information system", "shared care record", "patient administration system"),
        *("g-cloud framework", "framework agreement", "digital outcomes framework"),
    )
)
_NAME = re.compile(
    r"(?:(?:[A-Z][\w'’&-]{0,30}+)(?:[ \t\u00a0](?:(?:of|and|the|&)[ \t\u00a0]){0,2}"
    r"(?=[A-Z0-9]))?){2,12}"
)
_LEADING = _list_words("the a an this that its their our at in on for of and but to from by")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedThing:
    """A name of a body or of a programme. `folded` is compared; `is_common`: it says little."""

    text: str
    folded: str
    is_body: bool

    @property
    def is_common(self) -> bool:
        """Whether many matters have it."""
        return self.folded in _COMMON

    @classmethod
    def body_of(cls, text: str) -> NamedThing:
        """Return a body whose name is known to be one, such as a buyer."""
        return cls(text=text, folded=_fold(text), is_body=True)


def find_names(text: str) -> Iterator[NamedThing]:
    """Yield the names of bodies and programmes in a text, each as often as it occurs."""
    for found, _ in zip(_NAME.finditer(text), range(MAX_NAMES), strict=False):
        words = found[0].split()
        while words and words[0].casefold() in _LEADING:
            words = words[1:]
        if len(words) > 1 and words[0].casefold() in _BODY_FIRST:
            yield NamedThing.body_of(" ".join(words[:MAX_WORDS]))
            continue
        if (end := _find_end(words)) is not None:
            is_body = words[end - 1].casefold().strip("'’") in _BODY
            name = " ".join(words[:end])
            yield NamedThing(text=name, folded=_fold(name), is_body=is_body)


def programme_titled(title: str) -> NamedThing | None:
    """Return the programme that the title of a notice names, however it is capitalised."""
    words = title.split()
    if not 2 <= len(words) <= MAX_WORDS:
        return None
    return NamedThing(text=" ".join(words), folded=_fold(title), is_body=False)


def _find_end(words: Sequence[str]) -> int | None:
    """Return the number of words of the name at the beginning; None where there is none."""
    longest = None
    for end in range(2, min(len(words), MAX_WORDS) + 1):
        if words[end - 1].casefold().strip("'’") in _BODY | _PROGRAMME:
            longest = end
            # `Millbrook Hospitals and the Shared Data Platform` are two
            if end < len(words) and words[end].casefold() in ("and", "&", "the"):
                break
    return longest


def _fold(name: str) -> str:
    folded = " ".join(name.casefold().replace("&", " and ").split())
    # reports leave out what the notice spells in full
    for tail in (" nhs foundation trust", " nhs trust", " foundation trust"):
        if folded.endswith(tail) and len(folded) > len(tail):
            return folded.removesuffix(tail)
    return folded
