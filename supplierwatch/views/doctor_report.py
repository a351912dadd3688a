"""Output of `doctor`: each step with its lines, and which one failed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from config.model import Source
from supplierwatch.formatting.console import clean, plural, print_indented

if TYPE_CHECKING:
    from crawler.processes.inspect import Step

MAX_FAILURE = 300  # characters


def print_steps(screen: Console, source: Source, steps: Sequence[Step]) -> None:
    """Print a heading for each step, with its lines below."""
    screen.print(Text.assemble((source.key, "bold cyan"), f"  {source.name} ({source.kind})"))
    screen.print(Text(source.url, "dim"), soft_wrap=True)
    for step in steps:
        screen.print()
        verdict = ("ok  ", "bold green") if step.ok else ("FAIL", "bold red")
        screen.print(Text.assemble(verdict, "  ", (step.step, "bold")))
        for each in step.lines:
            print_indented(screen, Text(clean(each)), 6)
    screen.print()
    failed = [step.step for step in steps if not step.ok]
    if failed:
        screen.print(Text(f"Failed: {', '.join(failed)}.", "bold red"))
    else:
        screen.print(Text("This source can be read.", "bold green"))


def print_summary(screen: Console, source: Source, steps: Sequence[Step]) -> None:
    """Print what would be read of a source in a few lines, and which steps failed."""
    screen.print(Text.assemble((clean(source.name), "bold cyan"), f" ({source.kind})"))
    screen.print(Text(source.url, "dim"), soft_wrap=True)
    facts = [step.facts for step in steps if step.facts.get("entries")]
    if facts:
        newest = facts[-1].get("newest")
        dated = f", the newest of {newest}" if newest else ", none with a date"
        print_indented(
            screen, Text(f"{plural(int(facts[-1]['entries']), 'entry', 'entries')}{dated}")
        )
    for step in steps:
        if step.step == "extraction" and step.facts:
            title = f"“{step.facts['title']}”" if step.facts["title"] else "without a headline"
            words = plural(int(step.facts["words"]), "word")
            print_indented(screen, Text(clean(f"read in full: {title}, {words}")))
    for step in steps:
        if not step.ok:
            cause = "; ".join(step.lines)
            print_indented(screen, Text(clean(f"{step.step} failed: {cause}", MAX_FAILURE), "red"))
    print_indented(screen, Text(f"`supplierwatch doctor {source.key}` shows each step.", "dim"))


def steps_json(source: Source, steps: Sequence[Step]) -> dict[str, Any]:
    """Return the document of `doctor --json`."""
    return {
        "source": source.key,
        "url": source.url,
        "ok": all(step.ok for step in steps),
        "steps": [{"step": step.step, "ok": step.ok, "lines": list(step.lines)} for step in steps],
    }
