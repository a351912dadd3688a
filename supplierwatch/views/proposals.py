"""Output of `watches proposals`: what would be changed, and what that would drop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from supplierwatch.formatting.console import clean, plural, print_indented
from supplierwatch.formatting.proposals import JUDGEMENTS, describe_effect, name_change

if TYPE_CHECKING:
    from alerts.proposals.model import Proposal, ProposalResult

MAX_TITLE = 100  # characters
MAX_SHOWN = 5  # dropped items of each proposal


def print_proposals(screen: Console, watch_key: str, query: str, result: ProposalResult) -> None:
    """Print the proposals for one watch."""
    screen.print(Text(watch_key, "bold cyan"))
    print_indented(screen, Text(query))
    marked = f"{plural(result.unwanted, 'story', 'stories')} not relevant, {result.kept:,} relevant"
    scope = "" if result.complete else "; of the others only the newest were read"
    print_indented(screen, Text(f"{marked}, {result.unmarked:,} others{scope}", "dim"))
    if result.dismissed:
        print_indented(screen, Text(f"{plural(result.dismissed, 'proposal')} dismissed", "dim"))
    for each in result.proposals:
        screen.print()
        _print_proposal(screen, watch_key, each)
    screen.print()


def _print_proposal(screen: Console, watch_key: str, proposal: Proposal) -> None:
    name = Text.assemble((f"{watch_key}:{proposal.proposal_id}", "bold"), "  ")
    name.append(name_change(proposal), "cyan")
    print_indented(screen, name)
    print_indented(screen, Text(proposal.candidate.query.text), 4)
    print_indented(screen, Text(describe_effect(proposal)), 4)
    for item in proposal.dropped[:MAX_SHOWN]:
        said = f"- {clean(item.title, MAX_TITLE) or '(no title)'} "
        note = f"({item.source_key}, {JUDGEMENTS[item.judgement]})"
        print_indented(screen, Text.assemble(said, (note, "dim")), 4)
    more = proposal.effect.dropped - min(len(proposal.dropped), MAX_SHOWN)
    if more > 0:
        print_indented(screen, Text(f"- and {more:,} more", "dim"), 4)
