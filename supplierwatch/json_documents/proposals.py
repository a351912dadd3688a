"""Proposals for watches: what `watches proposals --json` prints and the API answers."""

from __future__ import annotations

from typing import Any

from alerts.proposals.model import Proposal, ProposalResult
from supplierwatch.formatting.proposals import describe_effect


def proposals_json(watch_key: str, query: str, result: ProposalResult) -> dict[str, Any]:
    """Return the proposals for one watch.

    Args:
        watch_key: of the watch.
        query: its query now.
        result: the proposals.
    """
    return {
        "watch": watch_key,
        "query": query,
        "not_relevant": result.unwanted,
        "relevant": result.kept,
        "others": result.unmarked,
        "complete": result.complete,
        "dismissed": result.dismissed,
        "proposals": [proposal_json(each) for each in result.proposals],
    }


def proposal_json(proposal: Proposal) -> dict[str, Any]:
    """Return one proposal."""
    candidate, effect = proposal.candidate, proposal.effect
    return {
        "id": proposal.proposal_id,
        "kind": candidate.kind,
        "target": candidate.target,
        "change": candidate.change,
        "query": candidate.query.text,
        "effect": describe_effect(proposal),
        "dropped_not_relevant": effect.dropped_unwanted,
        "dropped_others": effect.dropped_unmarked,
        "muted_by": proposal.muted_by,
        "dropped": [
            {
                "item": each.item_id,
                "title": each.title,
                "source": each.source_key,
                "judgement": each.judgement,
            }
            for each in proposal.dropped
        ],
    }
