"""Output of `history`: the versions of an article, oldest first, with their changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from alerts.digest.changes import TextChange, change_between, describe_change, is_withdrawn
from storage.model import ItemRevision, StoredItem
from supplierwatch.formatting.console import clean, plural, print_indented
from supplierwatch.formatting.times import clock
from supplierwatch.json_documents.versions import Version, seen_at


def print_unknown(screen: Console, url: str) -> None:
    """Print that a URL is unknown, and how to search for the article."""
    screen.print(Text("Never seen: no source has listed this address.", "bold yellow"))
    screen.print(Text(f"  {clean(url)}", "dim"), soft_wrap=True)
    screen.print(Text("  `supplierwatch search WORDS` finds articles by what they say.", "dim"))


def print_history(
    screen: Console,
    item: StoredItem,
    earlier: Sequence[ItemRevision],
    names: Mapping[str, str],
    *,
    full: bool,
) -> None:
    """Print each version with its time and its changes.

    Args:
        full: also print the whole text of each version.
    """
    screen.print(Text(clean(item.title), "bold"))
    screen.print(Text(clean(names.get(item.source_key, item.source_key)), "cyan"))
    if item.url:
        screen.print(Text(clean(item.url), "dim"), soft_wrap=True)
    before: ItemRevision | None = None
    for number, version in enumerate(_list_versions(item, earlier), start=1):
        screen.print()
        screen.print(
            Text.assemble((f"{number}  ", "bold"), clock(seen_at(item, version, number)), "  ")
            + Text(_describe_state(version), "dim")
        )
        if before is not None:
            _print_change(screen, change_between(before, version))
        elif not full:
            print_indented(screen, Text(clean(version.title)), 3)
        if full:
            for line in (version.title, *version.body.split("\n")):
                print_indented(screen, Text(clean(line)), 3)
        before = version if isinstance(version, ItemRevision) else None
    screen.print()
    screen.print(Text(f"{plural(len(earlier) + 1, 'version')}.", "bold"))


def _list_versions(item: StoredItem, earlier: Sequence[ItemRevision]) -> list[Version]:
    return [*earlier, item]


def _print_change(screen: Console, change: TextChange) -> None:
    for label, text in describe_change(change):
        print_indented(screen, Text.assemble((f"{label}: ", "bold"), clean(text)), 3)


def _describe_state(version: Version) -> str:
    if is_withdrawn(version):
        return "its page was removed"
    words = len(version.body.split())
    return plural(words, "word") if words else "headline and teaser alone"
