"""Builds items that people have judged, and proposals from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from alerts.proposals.measuring import propose
from alerts.proposals.model import JudgedItem, Judgement, Proposal, ProposalSubject
from alerts.query import Document, Query, SupplierTerms, compile_query


def make_items(
    query: Query, texts: Mapping[str, Judgement], *, source: str = "gazette", first: int = 1
) -> list[JudgedItem]:
    """Return an item for each text that the query finds, each a story of its own."""
    items = []
    for number, (text, judgement) in enumerate(texts.items(), start=first):
        hit = query.matches(Document(body=text))
        assert hit is not None, text
        items.append(
            JudgedItem(
                item_id=number,
                story_id=number,
                title=text,
                source_key=source,
                document=Document(body=text, source=source, source_name=source),
                spans=hit.spans,
                judgement=judgement,
            )
        )
    return items


def make_subject(
    query: Query,
    *,
    suppliers: Mapping[str, SupplierTerms] | None = None,
    muted: Mapping[str, int] | None = None,
) -> ProposalSubject:
    """Return the watch of a query."""
    return ProposalSubject(
        watch_key="watch",
        query=query,
        suppliers=suppliers or {},
        names={},
        muted_sources=muted or {},
    )


def propose_for(
    written: str,
    texts: Mapping[str, Judgement],
    *,
    suppliers: Mapping[str, SupplierTerms] | None = None,
    clock: Callable[[], float] = lambda: 0.0,
) -> tuple[Proposal, ...]:
    """Return the proposals for a query whose finds were judged so."""
    query = compile_query(written, suppliers=suppliers)
    subject = make_subject(query, suppliers=suppliers)
    return propose(subject, make_items(query, texts), seconds=1.0, clock=clock).proposals
