"""Output of `quarantine`: failed tasks, with attempts, next attempt and cause."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from storage.telling.quarantine import FailedTask
from supplierwatch.formatting.console import clean, plural, print_indented
from supplierwatch.formatting.times import clock
from supplierwatch.health.quarantine_mail import describe_task


def print_failed_tasks(screen: Console, failed_tasks: Sequence[FailedTask]) -> None:
    """Print two or three lines for each: task and subject, state, cause."""
    for failed_task in failed_tasks:
        aside = failed_task.quarantined_at is not None
        screen.print(
            Text.assemble(
                (f"{failed_task.task} ", "bold cyan"),
                (clean(failed_task.subject), "bold"),
                "  ",
                (standing_words(failed_task), "bold red" if aside else "yellow"),
            ),
            soft_wrap=True,
        )
        print_indented(screen, Text(clean(describe_task(failed_task))))
        if failed_task.cause:
            print_indented(screen, Text(clean(failed_task.cause), "red"))
    if not failed_tasks:
        screen.print("Nothing is in quarantine.")
        return
    aside_now = sum(each.quarantined_at is not None for each in failed_tasks)
    screen.print(Text(f"In all: {len(failed_tasks):,}, of which {aside_now:,} set aside.", "bold"))
    if aside_now:
        screen.print(Text("`supplierwatch quarantine retry TASK SUBJECT` tries one again.", "dim"))


def standing_words(failed_task: FailedTask) -> str:
    """Describe the number of attempts, since when, and the time of the next."""
    tries = plural(failed_task.attempts, "attempt")
    if failed_task.quarantined_at is not None:
        return f"set aside {clock(failed_task.quarantined_at)} after {tries}"
    return f"{tries} since {clock(failed_task.first_at)}, next {clock(failed_task.retry_at)}"
