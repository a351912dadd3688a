"""Values of proposals: items with their judgements, changes of a query, their effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from alerts.query import Document, Query, SupplierTerms
from storage.model import Span

# an exact case, excluding words nearby, wanting words nearby, leaving a source out
ChangeKind = Literal["case", "exclusion", "context", "source"]
# unwanted: marked as not relevant; kept: ever marked as relevant, in any way
Judgement = Literal["unwanted", "kept", "unmarked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedItem:
    """An item that a watch finds, and the judgement of its story.

    `spans` are where it matches; none where the words around them are not read.
    """

    item_id: int
    story_id: int
    title: str
    source_key: str
    document: Document
    spans: tuple[Span, ...]
    judgement: Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalSubject:
    """The watch that proposals are about.

    `suppliers` and `names` (source key -> its name) are those that its query may name;
    `muted_sources` maps source keys to the number of people who have muted that outlet.
    """

    watch_key: str
    query: Query
    suppliers: Mapping[str, SupplierTerms]
    names: Mapping[str, str]
    muted_sources: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A changed query that was not measured yet.

    `target` is the part of the query that it changes, or the key of the source that it leaves out;
    `change` is what the query gets.
    """

    kind: ChangeKind
    target: str
    change: str
    query: Query


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalEffect:
    """How many stories a changed query drops, of how many that the watch finds now.

    Copies of a story count once.
    """

    dropped_unwanted: int
    unwanted: int
    dropped_unmarked: int
    unmarked: int
    dropped_kept: int
    kept: int

    @property
    def dropped(self) -> int:
        """All stories that are dropped."""
        return self.dropped_unwanted + self.dropped_unmarked + self.dropped_kept

    @property
    def found(self) -> int:
        """All stories that the watch finds now."""
        return self.unwanted + self.unmarked + self.kept


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedItem:
    """An item that a changed query drops."""

    item_id: int
    title: str
    source_key: str
    judgement: Judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A change of a watch, with its effect.

    Args:
        proposal_id: 10 hex digits; the same for the same change of the same watch.
        candidate: the changed query, and how it was made.
        effect: what it drops, counted.
        dropped: some of what it drops: first what nobody has marked.
        muted_by: how many people have muted the source that it leaves out.
    """

    proposal_id: str
    candidate: Candidate
    effect: ProposalEffect
    dropped: tuple[DroppedItem, ...]
    muted_by: int = 0

    @property
    def weight(self) -> int:
        """How much speaks for it: stories marked as not relevant, and people who have muted."""
        return self.effect.dropped_unwanted + self.muted_by


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalResult:
    """The proposals for a watch, the best first.

    Args:
        proposals: those that are offered.
        unwanted: how many stories are marked as not relevant, or muted, of those that it finds.
        kept: how many were ever marked as relevant.
        unmarked: how many others were measured.
        complete: whether these are all that it finds in the archive; if not, the newest.
        dismissed: how many more there are, which were dismissed and are no better since.
    """

    proposals: tuple[Proposal, ...]
    unwanted: int
    kept: int
    unmarked: int = 0
    complete: bool = True
    dismissed: int = 0
