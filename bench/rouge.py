"""ROUGE-1, ROUGE-2 and ROUGE-L, as F1 (Lin, "ROUGE: A Package for Automatic Evaluation", 2004).

Words are runs of letters and digits in lower case, without stemming and with function words;
ROUGE-L takes a summary as one sequence of words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class RougeScores:
    """F1 by shared words, by shared pairs of words, and by the longest common subsequence."""

    one: float
    two: float
    longest: float


def rouge(summary: str, reference: str) -> RougeScores:
    """Compare a summary with a reference summary."""
    ours, theirs = (_WORD.findall(text.lower()) for text in (summary, reference))
    return RougeScores(
        one=_f1_of_counts(ours, theirs, 1),
        two=_f1_of_counts(ours, theirs, 2),
        longest=_f1(_common_subsequence(ours, theirs), len(ours), len(theirs)),
    )


def mean_scores(scores: Sequence[RougeScores]) -> RougeScores:
    """Return the mean of each score."""
    number = len(scores)
    return RougeScores(
        one=sum(each.one for each in scores) / number,
        two=sum(each.two for each in scores) / number,
        longest=sum(each.longest for each in scores) / number,
    )


def _f1_of_counts(ours: Sequence[str], theirs: Sequence[str], length: int) -> float:
    counted = [
        Counter(tuple(words[at : at + length]) for at in range(len(words) - length + 1))
        for words in (ours, theirs)
    ]
    return _f1((counted[0] & counted[1]).total(), counted[0].total(), counted[1].total())


def _f1(shared: int, ours: int, theirs: int) -> float:
    return 2 * shared / (ours + theirs) if shared else 0.0


def _common_subsequence(ours: Sequence[str], theirs: Sequence[str]) -> int:
    row = [0] * (len(theirs) + 1)
    for word in ours:
        before = 0
        for at, other in enumerate(theirs, 1):
            above = row[at]
            row[at] = before + 1 if word == other else max(above, row[at - 1])
            before = above
    return row[-1]
