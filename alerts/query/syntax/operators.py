"""The operators that take placed nodes: a row for each, with its spellings, sense and English.

A new operator of proximity is a row in `INFIX`; a new function over occurrences is one in
`FUNCTIONS`. Lexer, parser, evaluator, printer and paraphrase read these tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from alerts.query.text.document import EvaluatedText
from alerts.query.text.occurrences import Occurrence, apart
from alerts.query.text.zone import Zone

Found = list[tuple[Zone, list[Occurrence]]]
NEAR_DEFAULT = 4
MOST_DISTANCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class InfixRow:
    """An operator between two placed nodes.

    `numbered`: expression for its spellings with a number, in any case. `bare`: its name alone, in
    capitals. `unit`: what gives each part of a zone the coordinate in which distance is counted;
    `slack` is added to the number. `whole`: each side must lie in one unit.
    """

    name: str
    numbered: str
    bare: str
    unit: Callable[[Zone], Sequence[int]]
    says: str
    takes_number: bool = True
    ordered: bool = False
    slack: int = 1
    whole: bool = False


INFIX = {
    row.name: row
    for row in (
        InfixRow(
            name="NEAR", numbered=r"(?:near|w|n)/(?P<n>\d+)|/(?P<n>\d+)", bare="NEAR",
            unit=lambda zone: zone.numbers, says="within {n} words of",
        ),
        InfixRow(
            name="ONEAR", numbered=r"(?:onear|pre)/(?P<n>\d+)|near/(?P<n>\d+)f", bare="ONEAR",
            unit=lambda zone: zone.numbers, says="followed within {n} words by", ordered=True,
        ),
        InfixRow(
            name="SENTENCE", numbered=r"(?:near|w)?/s", bare="SENTENCE",
            unit=lambda zone: zone.sentences, says="in one sentence with", takes_number=False,
            slack=0, whole=True,
        ),
        InfixRow(
            name="PARAGRAPH", numbered=r"(?:near|w)?/p", bare="PARAGRAPH",
            unit=lambda zone: zone.paragraphs, says="in one paragraph with", takes_number=False,
            slack=0, whole=True,
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionRow:
    """A function `name/n(x)` that keeps some of the occurrences of x, or none.

    `numbered`: expression for what stands before the bracket, or before the colon. `default_only`:
    whether it makes sense in title, summary and body alone.
    """

    name: str
    numbered: str
    keep: Callable[[Found, int, EvaluatedText], Found]
    says: str
    most: int
    default_only: bool = False


def _at_least(found: Found, number: int, sheet: EvaluatedText) -> Found:
    """All, if `number` of them lie apart from one another."""
    del sheet
    return found if sum(apart(occurrences) for _, occurrences in found) >= number else []


def _first(found: Found, number: int, sheet: EvaluatedText) -> Found:
    """Those that end within the first `number` words of title, summary and body together."""
    kept = []
    for zone, occurrences in found:
        left = number - sheet.words_before(zone)
        kept.append((zone, [o for o in occurrences if zone.numbers[o.end - 1] < left]))
    return kept


FUNCTIONS = {
    row.name: row
    for row in (
        FunctionRow(
            name="atleast", numbered=r"(?:atleast|atl)/?(?P<n>\d+)|repeat/?(?P<n>\d+)",
            keep=_at_least, says="{x}, at least {n} times", most=1_000,
        ),
        FunctionRow(
            name="first", numbered=r"first/?(?P<n>\d+)", keep=_first,
            says="{x} in the first {n} words", most=100_000, default_only=True,
        ),
    )
}  # fmt: skip
