"""Output of `watches`: the query of each watch and the number of its mentions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from supplierwatch.formatting.console import plural, print_indented
from supplierwatch.json_documents.watches import Counts
from supplierwatch.views.problems import print_query_warnings

if TYPE_CHECKING:
    from supplierwatch.wiring import CompiledConfiguration


def print_watches(screen: Console, wired: CompiledConfiguration, counts: Counts) -> None:
    """Print a block for each watch."""
    from supplierwatch.wiring import subscriptions_by_watch

    subscriptions = subscriptions_by_watch(wired)
    for watch in wired.catalog.watches:
        head = Text.assemble((watch.key, "bold cyan"))
        if watch.label and watch.label != watch.key:
            head.append(f"  {watch.label}")
        if watch.key in counts:
            week, total = counts[watch.key]
            head.append(
                f"  {plural(total, 'mention')}, {week:,} in 7 days", "green" if week else "dim"
            )
        screen.print(head)
        print_indented(screen, Text(wired.queries[watch.key].canonical))
        keys = subscriptions.get(watch.key, ())
        note = f"sent by {', '.join(keys)}" if keys else "sent to nobody: no subscription names it"
        print_indented(screen, Text(note, "dim" if keys else "yellow"))
        screen.print()
    screen.print(Text(f"{plural(len(wired.catalog.watches), 'watch', 'watches')}.", "bold"))


def print_added(screen: Console, wired: CompiledConfiguration, key: str, path: Path) -> None:
    """Print an added watch, its query, and whether any subscription has it."""
    from supplierwatch.wiring import subscriptions_by_watch

    query = wired.queries[key]
    screen.print(Text.assemble("added ", (key, "bold cyan"), f" to {path}"), soft_wrap=True)
    print_indented(screen, Text(query.canonical))
    print_indented(screen, Text(query.paraphrase, "dim"))
    print_query_warnings(screen, query)
    if key not in subscriptions_by_watch(wired):
        screen.print(Text(f'Sent to nobody yet: add "{key}" to a subscription.', "yellow"))
