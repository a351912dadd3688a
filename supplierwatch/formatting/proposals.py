"""Says what a proposal for a watch changes, and what it would drop."""

from __future__ import annotations

from alerts.proposals.model import ChangeKind, Judgement, Proposal
from supplierwatch.formatting.translation import format_number, mark_text, ngettext
from supplierwatch.formatting.translation import gettext as _

KINDS: dict[ChangeKind, str] = {
    "case": mark_text("Exact capitals"),
    "exclusion": mark_text("Not near these words"),
    "context": mark_text("Only near these words"),
    "source": mark_text("Leave a source out"),
}
JUDGEMENTS: dict[Judgement, str] = {
    "unwanted": mark_text("marked as not relevant"),
    "unmarked": mark_text("not marked"),
    "kept": mark_text("marked as relevant"),
}


def name_change(proposal: Proposal) -> str:
    """Return what kind of change a proposal is."""
    return _(KINDS[proposal.candidate.kind])


def describe_effect(proposal: Proposal) -> str:
    """Return what a proposal drops and keeps, in one or two sentences."""
    effect = proposal.effect
    said = _(
        "Drops %(dropped)s of %(all)s stories that were marked as not relevant, and %(others)s of"
        " %(unmarked)s others; keeps all %(kept)s that were ever marked as relevant.",
        dropped=format_number(effect.dropped_unwanted),
        all=format_number(effect.unwanted),
        others=format_number(effect.dropped_unmarked),
        unmarked=format_number(effect.unmarked),
        kept=format_number(effect.kept),
    )
    if not proposal.muted_by:
        return said
    muted = ngettext(
        "%(n)s person has muted this outlet.",
        "%(n)s people have muted this outlet.",
        proposal.muted_by,
        n=format_number(proposal.muted_by),
    )
    return f"{muted} {said}"
