"""Tables of the operators and functions over placed nodes: spellings, meaning and wording.

A new operator of proximity is a row in `INFIX`; a new function over occurrences is one in
`FUNCTIONS`. Lexer, parser, evaluator, printer and paraphrase read these tables.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from alerts.query.text.document import EvaluatedText
from alerts.query.text.occurrences import Occurrence, count_disjoint
from alerts.query.text.zone import Zone

Found = list[tuple[Zone, list[Occurrence]]]
NEAR_DEFAULT = 4
MAX_DISTANCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class InfixRow:
    """An operator between two placed nodes.

    Args:
        name: of the row.
        numbered: regular expression of its spellings with a number, in any case.
        bare: its name alone, in capitals.
        unit: gives, for each part of a zone, the number by which distance is measured.
        says: the wording in the paraphrase.
        takes_number: whether the canonical form has a distance.
        ordered: whether the left operand must come first.
        slack: added to the written number to get the largest difference of units.
        whole: whether each operand must be within one unit.
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

    Args:
        name: of the row.
        numbered: regular expression of its spellings, up to the bracket or colon.
        keep: selects from the occurrences of x, given n and the evaluated text.
        says: the wording in the paraphrase.
        most: the largest n.
        default_only: whether it is limited to title, summary and body.
    """

    name: str
    numbered: str
    keep: Callable[[Found, int, EvaluatedText], Found]
    says: str
    most: int
    default_only: bool = False


def _keep_if_at_least(found: Found, number: int, text: EvaluatedText) -> Found:
    """Keep all occurrences if at least `number` of them do not overlap, else none."""
    del text
    return found if sum(count_disjoint(occurrences) for _, occurrences in found) >= number else []


def _keep_first(found: Found, number: int, text: EvaluatedText) -> Found:
    """Keep those that end within the first `number` words of title, summary and body."""
    kept = []
    for zone, occurrences in found:
        left = number - text.words_before(zone)
        kept.append((zone, [o for o in occurrences if zone.numbers[o.end - 1] < left]))
    return kept


FUNCTIONS = {
    row.name: row
    for row in (
        FunctionRow(
            name="atleast", numbered=r"(?:atleast|atl)/?(?P<n>\d+)|repeat/?(?P<n>\d+)",
            keep=_keep_if_at_least, says="{x}, at least {n} times", most=1_000,
        ),
        FunctionRow(
            name="first", numbered=r"first/?(?P<n>\d+)", keep=_keep_first,
            says="{x} in the first {n} words", most=100_000, default_only=True,
        ),
    )
}  # fmt: skip
