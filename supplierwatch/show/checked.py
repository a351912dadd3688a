"""What `check` found: problems, warnings, and the configuration in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from supplierwatch.show.console import plural, print_indented
from supplierwatch.show.problems import print_problem, problem_json

if TYPE_CHECKING:
    from config.errors import Problem
    from config.model import Settings
    from supplierwatch.wiring import Wired


def print_warnings(screen: Console, warnings: Sequence[Problem]) -> None:
    """Warnings, told from problems by their colour and their heading."""
    if warnings:
        screen.print(Text(plural(len(warnings), "warning"), "bold yellow"))
        for warning in warnings:
            print_problem(screen, warning, style="yellow")
        screen.print()


def print_summary(screen: Console, wired: Wired, *, watches: bool) -> None:
    """What the configuration amounts to; with `watches`, each one as it was understood."""
    catalog = wired.catalog
    enabled = sum(1 for source in catalog.sources if source.enabled)
    off = len(catalog.sources) - enabled
    rows = [
        ("folder", str(catalog.folder)),
        ("sources", plural(enabled, "source") + (f", {off} switched off" if off else "")),
        ("suppliers", plural(len(catalog.suppliers), "supplier")),
        ("watches", plural(len(catalog.watches), "watch", "watches")),
        ("told", _told(wired)),
        ("mail", mail_words(catalog.settings)),
    ]
    for name, said in rows:
        screen.print(Text.assemble((f"{name:<10}", "bold"), said))
    if not watches:
        return
    for watch in catalog.watches:
        query = wired.queries[watch.key]
        screen.print()
        screen.print(Text(watch.key, "bold cyan"))
        print_indented(screen, Text(query.canonical))
        print_indented(screen, Text(query.paraphrase, "dim"))


def _told(wired: Wired) -> str:
    subscriptions = wired.catalog.subscriptions
    people = {address for subscription in subscriptions for address in subscription.to}
    said = (
        f"{plural(len(people), 'person', 'people')} by {plural(len(subscriptions), 'subscription')}"
    )
    return said if people else "nobody: subscriptions.toml names no one"


def mail_words(settings: Settings) -> str:
    """Where messages go."""
    server = settings.mail.smtp
    if server is None:
        return f"no mail server: messages become files in {settings.service.data / 'mail'}"
    return f"{server.host}:{server.port} ({server.security})"


def accepted_json(wired: Wired) -> dict[str, Any]:
    """`check --json` of a valid configuration."""
    catalog = wired.catalog
    return {
        "valid": True,
        "folder": str(catalog.folder),
        "problems": [],
        "warnings": [problem_json(warning) for warning in wired.warnings],
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
    }


def refused_json(folder: Path, problems: Sequence[Problem]) -> dict[str, Any]:
    """`check --json` of an invalid configuration."""
    return {
        "valid": False,
        "folder": str(folder),
        "problems": [problem_json(problem) for problem in problems],
        "warnings": [],
        "counts": {},
        "watches": [],
    }
