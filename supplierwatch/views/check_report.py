"""Output of `check`: problems, warnings, and a summary of the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from supplierwatch.formatting.console import plural, print_indented
from supplierwatch.formatting.mail_words import mail_words
from supplierwatch.formatting.times import clock, iso
from supplierwatch.views.problems import print_problem, problem_json

if TYPE_CHECKING:
    from config.errors import Problem
    from config.model import Subscription
    from supplierwatch.wiring import CompiledConfiguration

MAX_SUBSCRIPTIONS = 10


def print_warnings(screen: Console, warnings: Sequence[Problem]) -> None:
    """Print warnings, in another colour than problems."""
    if warnings:
        screen.print(Text(plural(len(warnings), "warning"), "bold yellow"))
        for warning in warnings:
            print_problem(screen, warning, style="yellow")
        screen.print()


def print_summary(
    screen: Console, wired: CompiledConfiguration, now: datetime, *, watches: bool
) -> None:
    """Print a summary of the configuration.

    Args:
        watches: also print each query in canonical form and as a paraphrase.
    """
    catalog = wired.catalog
    off = sum(1 for source in catalog.sources if not source.enabled)
    rows = [
        ("folder", str(catalog.folder)),
        (
            "sources",
            f"{len(catalog.sources) - off:,}"
            + (f" ({off:,} more are switched off)" if off else ""),
        ),
        ("suppliers", f"{len(catalog.suppliers):,}"),
        ("watches", f"{len(catalog.watches):,}"),
        ("mail", mail_words(catalog.settings)),
    ]
    if any("plural(" in query.canonical for query in wired.queries.values()):
        rows.append(("keywords", "found in singular and plural; `exact = true` switches that off"))
    for name, value in rows:
        screen.print(Text.assemble((f"{name:<11}", "bold"), value), soft_wrap=True)
    if not catalog.subscriptions:
        screen.print(Text("No messages are sent: subscriptions.toml is empty.", "yellow"))
    for subscription in catalog.subscriptions[:MAX_SUBSCRIPTIONS]:
        screen.print(Text.assemble(("sent to    ", "bold"), (subscription.key, "cyan")))
        for line in _subscription_lines(wired, subscription, now):
            print_indented(screen, Text(line), 11)
    more = len(catalog.subscriptions) - MAX_SUBSCRIPTIONS
    if more > 0:
        screen.print(f"           and {plural(more, 'subscription')} more")
    for watch in catalog.watches if watches else ():
        query = wired.queries[watch.key]
        screen.print()
        screen.print(Text(watch.key, "bold cyan"))
        print_indented(screen, Text(query.canonical))
        print_indented(screen, Text(query.paraphrase, "dim"))
    screen.print()


def _subscription_lines(
    wired: CompiledConfiguration, subscription: Subscription, now: datetime
) -> list[str]:
    from supplierwatch.wiring import watches_of

    what = "every watch"
    if "*" not in subscription.watches:
        what = ", ".join(watches_of(subscription, wired.catalog.watches))
    when = subscription.cadence.text or subscription.cadence.kind
    due = _compute_next_due(subscription, now)
    if due is not None:
        when += f" ({subscription.timezone}), next {clock(due)} here"
    return [", ".join(subscription.to), what, when]


def _compute_next_due(subscription: Subscription, now: datetime) -> datetime | None:
    from alerts.schedule.cadence import next_due

    return next_due(subscription.cadence, subscription.timezone, subscription.quiet_hours, now)


def accepted_json(
    wired: CompiledConfiguration, warnings: Sequence[Problem], now: datetime
) -> dict[str, Any]:
    """Return the document of `check --json` for a valid configuration."""
    from supplierwatch.wiring import watches_of

    catalog = wired.catalog
    return {
        "valid": True,
        "folder": str(catalog.folder),
        "problems": [],
        "warnings": [problem_json(warning) for warning in warnings],
        "counts": {
            "sources": len(catalog.sources),
            "suppliers": len(catalog.suppliers),
            "watches": len(catalog.watches),
            "subscriptions": len(catalog.subscriptions),
        },
        "watches": [
            {
                "key": watch.key,
                "query": wired.queries[watch.key].canonical,
                "paraphrase": wired.queries[watch.key].paraphrase,
            }
            for watch in catalog.watches
        ],
        "subscriptions": [
            {
                "key": subscription.key,
                "to": list(subscription.to),
                "watches": list(watches_of(subscription, catalog.watches)),
                "cadence": subscription.cadence.text or subscription.cadence.kind,
                "timezone": subscription.timezone,
                "next_at": iso(_compute_next_due(subscription, now)),
            }
            for subscription in catalog.subscriptions
        ],
    }


def refused_json(folder: Path, problems: Sequence[Problem]) -> dict[str, Any]:
    """Return the document of `check --json` for an invalid configuration."""
    return {
        "valid": False,
        "folder": str(folder),
        "problems": [problem_json(problem) for problem in problems],
        "warnings": [],
        "counts": {},
        "watches": [],
        "subscriptions": [],
    }
