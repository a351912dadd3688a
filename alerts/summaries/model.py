"""The values of a summary: what it is made of, its sentences, and why each was chosen. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryReport:
    """A report of an event, as it was stored; `link` is for those who read the summary."""

    item_id: int
    outlet: str
    title: str
    body: str
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureFrequencies:
    """How many of the reports of an archive have a feature; one that is missing counts as rare."""

    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    reports: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SummarySentence:
    """A sentence of a report, word for word, and why it was chosen.

    `similar` are outlets with a sentence that has most of the words of this one, and the other way
    round. `opens`: it is the first sentence of its report. `amount` and `date` are as they are
    written in it, or empty; with each, how many outlets have it. `shared` are words that other
    outlets have too, those of most outlets first. `only_here` is set by who compared the reports.
    """

    text: str
    item_id: int
    outlet: str
    link: str | None
    opens: bool = False
    similar: tuple[str, ...] = ()
    amount: str = ""
    amount_outlets: int = 0
    date: str = ""
    date_outlets: int = 0
    shared: tuple[str, ...] = ()
    only_here: bool = False

    @property
    def why(self) -> str:
        """Why it was chosen: `similar in 2 other outlets; £330m in 3 outlets`."""
        parts = ["only here"] if self.only_here else []
        if self.similar:
            noun = "outlet" if len(self.similar) == 1 else "outlets"
            parts.append(f"similar in {len(self.similar)} other {noun}")
        for written, outlets in (
            (self.amount, self.amount_outlets),
            (self.date, self.date_outlets),
        ):
            if outlets > 1:
                parts.append(f"{written} in {outlets} outlets")
        if self.opens:
            parts.append("opens its report")
        if self.shared and not parts:
            parts.append(f"shares with others: {', '.join(self.shared)}")
        return "; ".join(parts) or "adds to the others"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSummary:
    """The sentences of an event that say most; `outlets` counts those whose reports were read."""

    sentences: tuple[SummarySentence, ...]
    outlets: int
