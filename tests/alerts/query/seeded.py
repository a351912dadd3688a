"""Queries and documents from a seed: fast, and balanced so that many pairs match by places."""

from __future__ import annotations

import re
from datetime import date
from random import Random

from alerts.query import Document
from tests.alerts.query.generated import (
    NAMES,
    PHRASES,
    PLURALS,
    QUERY_WORDS,
    RAW,
    SEPARATORS,
    TEXT_WORDS,
    WILD,
)

FIELDS = ("title", "headline", "lead", "body", "comments", "author", "url", "summary", "buyer")
FILTERS = ("lang:en", "type:tender", "site:nhs.example", "value>999", "date:2026-01", "source:nhs")
_WORDS = re.compile(r"[\w.'’&+-]*\w[\w.'’&+-]*")
_OPERATORS = {
    "and",
    "or",
    "not",
    "near",
    "onear",
    "sentence",
    "paragraph",
    "cs",
    "raw",
    "stem",
    "plural",
    "signs",
}


def a_text(random: Random, most: int, hints: list[str] | None = None) -> str:
    """Words at random; `hints` are words of a query, which are to be found now and then."""
    words = random.sample(TEXT_WORDS, k=random.randint(2, 8))
    if hints:
        words += random.choices(hints, k=random.randint(8, 24))
    count = random.randint(0, most)
    return "".join(random.choice(words) + random.choice(SEPARATORS) for _ in range(count))


def a_document(random: Random, query: str = "", *, most: int = 25) -> Document:
    """A document in which words of `query` stand."""
    hints = [word for word in _WORDS.findall(query) if word.lower() not in _OPERATORS]
    if random.random() < 0.6:
        return Document(
            title=a_text(random, 6, hints),
            summary=a_text(random, 4),
            body=a_text(random, most, hints),
        )
    return Document(
        title=a_text(random, 5),
        summary=random.choice(("", a_text(random, 6))),
        body=a_text(random, most, hints),
        comments=a_text(random, 8, hints),
        authors=tuple(a_text(random, 2) for _ in range(random.randint(0, 2))),
        url=random.choice(("", "https://www.nhs.example/ice-health/care?x=1000")),
        source=random.choice(("ledger", "nhs")),
        language=random.choice(("", "en-GB", "cy")),
        kind=random.choice(("news", "tender")),
        buyer=a_text(random, 2),
        value=random.choice((None, 1000.0)),
        date=random.choice((None, date(2026, 1, 31))),
        pages=tuple(a_text(random, 8, hints) for _ in range(random.choice((0, 0, 1, 3)))),
    )


def a_term(random: Random) -> str:
    word, phrase = random.choice(QUERY_WORDS), random.choice(PHRASES)
    kind = random.random()
    if kind < 0.5:
        return word
    if kind < 0.65:
        return f'"{phrase}"'
    if kind < 0.75:
        return random.choice(WILD)
    made = (f'cs("{word}")', f'"{word} {random.choice(WILD)}"', f'raw:"{random.choice(RAW)}"',
            f"stem({random.choice(('supplier', 'contract'))})", f'cs("{phrase}")',
            f'plural("{random.choice(PLURALS)}")', f'"{random.choice(NAMES)}"',
            f'signs:"{random.choice(RAW)}"', "@halcyon")  # fmt: skip
    return random.choice(made)


def a_placed(random: Random, depth: int) -> str:
    if depth == 0 or random.random() < 0.25:
        return a_term(random)
    inside = [a_placed(random, depth - 1) for _ in range(random.choice((2, 2, 3)))]
    number = random.choice((0, 1, 2, 3, 5, 9))
    kind = random.random()
    if kind < 0.6:
        infix = random.choice(("NEAR/{}", "NEAR/{}", "ONEAR/{}", "NOT NEAR/{}", "NOT ONEAR/{}",
                               "SENTENCE", "PARAGRAPH", "NOT SENTENCE"))  # fmt: skip
        return f"({inside[0]} {infix.format(number)} {inside[1]})"
    if kind < 0.8:
        return f"({' OR '.join(inside)})"
    if kind < 0.9:
        return f"({' AND '.join(inside)})~{number}"
    return f'"{random.choice(PHRASES)}"~{number}'


def a_query(random: Random, depth: int = 3) -> str:
    kind = random.random()
    if depth == 0 or kind < 0.3:
        placed = a_placed(random, 3)
        if kind < 0.2:
            return placed
        if kind < 0.25:
            return f"atleast/{random.randint(1, 4)}({placed})"
        if kind < 0.29:
            return f"first/{random.randint(2, 20)}({placed})"
        return random.choice(FILTERS)
    one, two = a_query(random, depth - 1), a_query(random, depth - 1)
    if kind < 0.5:
        return f"({one} AND {two})"
    if kind < 0.65:
        return f"({one} NOT {two})"
    if kind < 0.85:
        return f"({one} OR {two})"
    if kind < 0.95:
        return f"{random.choice(FIELDS)}:({one})"
    return f"({one})^{random.randint(1, 9)}"
