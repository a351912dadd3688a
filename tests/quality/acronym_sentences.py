"""Sentences with acronyms that name a supplier or product, and mean other things too.

Written for this project: nothing in them happened. A line of `acronyms/*.txt` begins with `+` where
the acronym has the sense that a watch of health technology looks for, else with `-`. Every second
sentence of each sense is kept for measuring.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "acronyms"
# the query that somebody writes first, by file
QUERIES = {
    "epic": "epic",
    "epr": "EPR",
    "ice": "ICE",
    "oracle": "oracle",
    "pas": "PAS",
    "rio": "Rio",
    "system_c": '"system c"',
    "tpp": "TPP",
}


@dataclass(frozen=True, slots=True)
class LabelledSentence:
    """A sentence, and whether its acronym has the sense that is looked for."""

    text: str
    relevant: bool


def read_sentences(name: str, *, measuring: bool) -> list[LabelledSentence]:
    """Return the half of an acronym's sentences to learn from, or the half to measure with."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    sentences = [LabelledSentence(text=line[2:], relevant=line[0] == "+") for line in lines]
    return [
        each
        for relevant in (True, False)
        for each in [one for one in sentences if one.relevant is relevant][measuring::2]
    ]
