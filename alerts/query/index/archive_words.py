"""Encodes words and properties for the full-text index, and lists those of an item. Pure.

The index contains the labels that `evaluate` compares, not text: case, marks, possessives, hyphens
and dots are folded before. `archive_filter` queries with the same encoding.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from alerts.query.text.document import Document, PreparedDocument
from alerts.query.text.token_set import cased_parts, runs_of
from alerts.query.text.zone import Zone

# Increase it whenever the words of a text change: every archive is then indexed again.
SPELLING = 3

FREQUENT = 3  # times
MAX_DIGITS = 13  # of a value; larger ones count as this long
PAGED = "_paged"
LONGEST = 48  # characters of an encoded word; longer ones are cut, so several may share one word
# the fields that are indexed separately
CODES = {
    "title": "t",
    "comments": "c",
    "aside": "x",
    "author": "a",
    "url": "u",
    "buyer": "b",
    "supplier": "s",
}
_OTHER = re.compile(r"[^a-z0-9 ]")
_LONG = re.compile(rf"(\S{{{LONGEST}}})\S+")


def spelled(words: str) -> str:
    """Encode words, separated by spaces, in the ASCII characters that an index accepts."""
    plain = _OTHER.sub(_spell_sign, words)
    return _LONG.sub(r"\1", plain)


def _spell_sign(found: re.Match[str]) -> str:
    sign = found[0]
    return f"-{sign.lower()}" if "A" <= sign <= "Z" else f".{ord(sign):x}."


@lru_cache(maxsize=65_536)
def word(label: str, code: str = "") -> str:
    """Return the index word of a label in a field; without a code, in title, summary or body."""
    return f"_{code}:{spelled(label)}" if code else spelled(label)


def joined_word(label: str, code: str = "") -> str:
    """Return the index word of a label that the text has as several parts with hyphens."""
    return word(label, f"{code}j")


def cased_word(cased: str) -> str | None:
    """Return the index word of a part with its case, in the default scope; None if lower case."""
    return None if cased == cased.lower() else word(cased, "k")


def frequent_word(label: str) -> str:
    """Return the index word of a part that occurs `FREQUENT` times or more in the default scope."""
    return word(label, "n")


def property_word(name: str, value: str) -> str:
    """Return the index word of a property of an item."""
    return word(value.replace(" ", "_"), name)


def day_words(day: date) -> tuple[str, ...]:
    """Return the index words of the month, year, decade and century of a day."""
    year = day.year
    return (
        f"_m:{year}.{day.month}",
        f"_y:{year}",
        f"_d:{year // 10}",
        f"_h:{year // 100}",
    )


def days_words(first: date, last: date) -> Iterator[str]:
    """Yield the fewest index words of periods that together cover a date range."""
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
    """Return the index word of the number of digits of a value, at most `MAX_DIGITS`."""
    return f"_v:{len(str(int(min(value, 10.0**MAX_DIGITS - 1))))}" if value >= 1 else "_v:0"


def words_of(document: Document) -> str:
    """Return all index words of a document, separated by spaces."""
    prepared = PreparedDocument(document)
    first = prepared.texts[0]
    bodies = [zone for text in prepared.texts for zone in text.zones(("body",))]
    titles = first.zones(("title",))
    default = [*titles, *first.zones(("summary",)), *bodies]
    words = [_zone_words(zone, "") for zone in default]
    cased = {part for zone in default for part in cased_parts(zone.text)}
    words += filter(None, map(cased_word, cased))
    counted = Counter(part for zone in default for part in zone.parts)
    words += [frequent_word(part) for part, count in counted.items() if count >= FREQUENT]
    for field, code in CODES.items():
        words += [_zone_words(zone, code) for zone in first.zones((field,))]
    return " ".join([*words, *_property_words(document)])


def _zone_words(zone: Zone, code: str) -> str:
    token_set = zone.token_set
    parts = spelled(token_set.spelled.replace("-", " "))
    if code:
        parts = " ".join([f"_{code}:{part}" for part in parts.split()])
    joined = [label for compound in token_set.compounds for _, _, label in runs_of(compound)]
    more = [name(label, code) for label in joined for name in (word, joined_word)]
    return " ".join([parts, *more])


def _property_words(document: Document) -> Iterator[str]:
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
