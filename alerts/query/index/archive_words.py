"""How words and properties are spelled in the full-text index, and the words of an item. Pure.

The index holds what `evaluate` compares: labels, not text, so case, marks, possessives, hyphens and
dots are folded before. `filtering` asks with the same spellings.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from alerts.query.text.document import Document, Text
from alerts.query.text.token_set import cased_parts, runs_of
from alerts.query.text.zone import Zone

# Raise it whenever a text gets other words: every archive is then indexed again.
SPELLING = 1

FREQUENT = 3  # times
MOST_DIGITS = 13  # of a value: no notice is about more
PAGED = "_paged"
LONGEST = 48  # letters of a word, as spelled; what begins alike beyond is one word to the index
# the fields that are indexed by themselves
CODES = {"title": "t", "comments": "c", "author": "a", "url": "u", "buyer": "b", "supplier": "s"}
_OTHER = re.compile(r"[^a-z0-9 ]")
_LONG = re.compile(rf"(\S{{{LONGEST}}})\S+")


def spelled(words: str) -> str:
    """Words with blanks between them, in the characters that an index takes."""
    plain = _OTHER.sub(_spell, words)
    return _LONG.sub(r"\1", plain)


def _spell(found: re.Match[str]) -> str:
    sign = found[0]
    return f"-{sign.lower()}" if "A" <= sign <= "Z" else f".{ord(sign):x}."


@lru_cache(maxsize=65_536)
def word(label: str, code: str = "") -> str:
    """A label in a field; without a code, in title, summary or body."""
    return f"_{code}:{spelled(label)}" if code else spelled(label)


def joined_word(label: str, code: str = "") -> str:
    """The same, where the text has it as several parts with hyphens between."""
    return word(label, f"{code}j")


def cased_word(cased: str) -> str | None:
    """A part in title, summary or body as it is written; None where all is in small letters."""
    return None if cased == cased.lower() else word(cased, "k")


def frequent_word(label: str) -> str:
    """A part that title, summary and body have `FREQUENT` times or more."""
    return word(label, "n")


def property_word(name: str, value: str) -> str:
    """A property of an item."""
    return word(value.replace(" ", "_"), name)


def day_words(day: date) -> tuple[str, ...]:
    """The spans of time in which a day lies, each ten or twelve times as long as the one before."""
    year = day.year
    return (
        f"_m:{year}.{day.month}",
        f"_y:{year}",
        f"_d:{year // 10}",
        f"_h:{year // 100}",
    )


def days_words(first: date, last: date) -> Iterator[str]:
    """The fewest spans of time that together cover these days."""
    at, end = first.year * 12 + first.month - 1, last.year * 12 + last.month
    while at < end:
        for months, name in ((1200, "h"), (120, "d"), (12, "y")):
            if at % months == 0 and at + months <= end:
                yield f"_{name}:{at // months}"
                break
        else:
            months = 1
            yield f"_m:{at // 12}.{at % 12 + 1}"
        at += months


def value_word(value: float) -> str:
    """How many digits a value has before the point, as far as they are counted."""
    return f"_v:{len(str(int(min(value, 10.0**MOST_DIGITS - 1))))}" if value >= 1 else "_v:0"


def words_of(document: Document) -> str:
    """Everything that the index holds of an item."""
    text = Text(document)
    first = text.sheets[0]
    bodies = [zone for sheet in text.sheets for zone in sheet.zones(("body",))]
    titles = first.zones(("title",))
    usual = [*titles, *first.zones(("summary",)), *bodies]
    made = [_words(zone, "") for zone in usual]
    cased = {part for zone in usual for part in cased_parts(zone.text)}
    made += filter(None, map(cased_word, cased))
    counted = Counter(part for zone in usual for part in zone.parts)
    made += [frequent_word(part) for part, count in counted.items() if count >= FREQUENT]
    for field, code in CODES.items():
        made += [_words(zone, code) for zone in first.zones((field,))]
    return " ".join([*made, *_properties(document)])


def _words(zone: Zone, code: str) -> str:
    reading = zone.reading
    parts = spelled(reading.spelled.replace("-", " "))
    if code:
        parts = " ".join([f"_{code}:{part}" for part in parts.split()])
    joined = [label for compound in reading.compounds for _, _, label in runs_of(compound)]
    more = [name(label, code) for label in joined for name in (word, joined_word)]
    return " ".join([parts, *more])


def _properties(document: Document) -> Iterator[str]:
    if document.pages:
        yield PAGED
    yield property_word("src", document.source)
    yield property_word("type", document.kind)
    language = document.language.lower().replace("_", "-").split("-")
    for end in range(1, len(language) + 1):
        yield property_word("lang", "-".join(language[:end]))
    host = document.host.split(".")
    for start in range(len(host)):
        yield property_word("site", ".".join(host[start:]))
    if document.value is not None:
        yield value_word(document.value)
    if document.date is not None:
        yield from day_words(document.date)
