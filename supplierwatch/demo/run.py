"""Runs the real service against the bundled newsroom, and prints the results with reasons."""

from __future__ import annotations

import shlex
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from alerts.text.missing_text import why_thin
from storage.model import StoredItem, TextState
from storage.store import Store, open_store
from supplierwatch.demo.answers import check
from supplierwatch.demo.configuration import DAILY, write_configuration
from supplierwatch.demo.output import clear_output
from supplierwatch.demo.program_name import name_program
from supplierwatch.demo.server import Newsroom, newsroom
from supplierwatch.formatting.hits import sentence_of, title_of
from supplierwatch.service.service import Service
from supplierwatch.wiring import load


def run_demo(screen: Console, *, output: Path) -> int:
    """Run the demo; returns 0 if all results agree with the answer key, else 1.

    Args:
        screen: where to print.
        output: a folder of its own for configuration, database and mails.

    Raises:
        OutputTaken: the folder holds a configuration or data that no demo wrote.
    """
    started = time.monotonic()
    clear_output(output)
    with newsroom() as room:
        write_configuration(output / "config", output / "data", room)
        wired = load(output / "config", {})
        settings = wired.catalog.settings.service
        store = open_store(settings.database_url, backup_dir=settings.data / "backups")
        try:
            service = Service(wired, store, owner="demo")
            _run_polls(screen, service, room)
            _print_results(screen, service, store, output)
            right = _print_verdicts(screen, store, room)
        finally:
            store.close()
    screen.print(f"\nDone in {time.monotonic() - started:.0f} s. See for yourself:")
    screen.print(f"  mails          {output / 'data' / 'mail'}")
    screen.print(f"  configuration  {output / 'config'}")
    program, config = name_program(), shlex.quote(str(output / "config"))
    _print_command(screen, "search", f'{program} --config {config} search "corvantis"')
    _print_command(screen, "in a browser", f"{program} demo --serve")
    screen.print("                 (with six weeks of generated history)")
    return 0 if right else 1


def _print_command(screen: Console, label: str, command: str) -> None:
    """Print a command on one line, so that it can be copied."""
    screen.print(Text(f"  {label:<14} {command}"), soft_wrap=True)


def _run_polls(screen: Console, service: Service, room: Newsroom) -> None:
    screen.rule(Text("First poll: existing articles", "bold"))
    screen.print(f"{len(room.sites)} outlets of a bundled newsroom are served at 127.0.0.x.")
    with screen.status("reading feeds and pages"):
        service.run_once(even_if_not_due=True)
    _print_counts(screen, service.store)
    screen.print("None of these is alerted: they are the baseline. Each reader got one welcome.")
    screen.rule(Text("Second poll: new articles", "bold"))
    room.second_wave()
    with screen.status("reading what is new"):
        service.run_once(even_if_not_due=True)
    _print_counts(screen, service.store)
    screen.rule(Text("Third poll: an article is corrected", "bold"))
    room.corrections()
    with screen.status("polling again"):
        service.run_once(even_if_not_due=True)
    _print_counts(screen, service.store)
    with service.store.reading() as unit:
        morning = [s.subscriber_id for s in unit.subscribers.all() if s.subscription_key == DAILY]
    service.tell(force=morning)
    service.deliver()


def _print_counts(screen: Console, store: Store) -> None:
    with store.reading() as unit:
        items = unit.items.newest(limit=1000)
        states = [state for state in unit.sources.all() if state.active]
    full = sum(item.text_state is TextState.FULL for item in items)
    edited = sum(item.revision > 1 for item in items)
    failing = ", ".join(f"{state.key} ({state.last_error})" for state in states if state.failures)
    parts = [f"{len(items)} items, {full} with their full text"]
    parts += [f"{edited} edited"] if edited else []
    parts += [f"failing: {failing}"] if failing else []
    screen.print("; ".join(parts))


def _print_results(screen: Console, service: Service, store: Store, output: Path) -> None:
    names = service.in_force.wired.source_names
    screen.rule(Text("What matched, and why", "bold"))
    with store.reading() as unit:
        for watch in service.catalog.watches:
            found = unit.mentions.newest([watch.key], limit=50)
            screen.print(Text.assemble("\n", (watch.label, "bold cyan"), f"  {watch.query}"))
            if not found:
                screen.print("  nothing", style="dim")
            for mention, item in found:
                when = "was there already" if mention.baseline else "new"
                line = Text("  ") + title_of(item, mention.match.spans)
                screen.print(line + Text(f"  {names[item.source_key]}, {when}", "dim"))
                sentence = sentence_of(item, mention.match.spans)
                if sentence is not None and not mention.baseline:
                    screen.print(Text(f"    {sentence[0]}: ", "dim") + sentence[1])
        items = unit.items.newest(limit=1000)
        messages = unit.outbox.list(limit=1000)
    _print_thin(screen, items, names)
    screen.rule(Text("Messages", "bold"))
    table = Table("kind", "to", "subject", "state", box=None, header_style="dim")
    for message in sorted(messages, key=lambda m: m.row_id):
        note = message.notification
        table.add_row(note.kind, note.recipient, note.subject, message.state)
    screen.print(table)


def _print_thin(screen: Console, items: tuple[StoredItem, ...], names: dict[str, str]) -> None:
    screen.rule(Text("Stored with headline and teaser only, and why", "bold"))
    for item in items:
        if item.text_state is not TextState.FULL:
            why = why_thin(item.thin_reason) if item.thin_reason else "not read yet"
            line = f"  {item.title} ({names[item.source_key]}): {why}"
            screen.print(Text(line))


def _print_verdicts(screen: Console, store: Store, room: Newsroom) -> bool:
    screen.rule(Text("Compared with the answer key", "bold"))
    verdicts = check(store, room)
    for verdict in verdicts:
        sign = Text("  yes  ", "green") if verdict.holds else Text("  NO   ", "bold red")
        detail = f" ({verdict.detail})" if verdict.detail else ""
        screen.print(sign + Text(verdict.text + detail))
    return all(verdict.holds for verdict in verdicts)
