"""Output of `quarantine`: failed tasks, with attempts, next attempt and cause."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from storage.telling.quarantine import Trouble
from supplierwatch.formatting.console import clean, plural, print_indented
from supplierwatch.formatting.times import clock
from supplierwatch.health.quarantine_mail import words_of


def print_troubles(screen: Console, troubles: Sequence[Trouble]) -> None:
    """Print two or three lines for each: task and subject, state, cause."""
    for trouble in troubles:
        aside = trouble.quarantined_at is not None
        screen.print(
            Text.assemble(
                (f"{trouble.task} ", "bold cyan"),
                (clean(trouble.subject), "bold"),
                "  ",
                (standing_words(trouble), "bold red" if aside else "yellow"),
            ),
            soft_wrap=True,
        )
        print_indented(screen, Text(clean(words_of(trouble))))
        if trouble.cause:
            print_indented(screen, Text(clean(trouble.cause), "red"))
    if not troubles:
        screen.print("Nothing is in quarantine.")
        return
    aside_now = sum(each.quarantined_at is not None for each in troubles)
    screen.print(Text(f"In all: {len(troubles):,}, of which {aside_now:,} set aside.", "bold"))
    if aside_now:
        screen.print(Text("`supplierwatch quarantine retry TASK SUBJECT` tries one again.", "dim"))


def standing_words(trouble: Trouble) -> str:
    """Describe the number of attempts, since when, and the time of the next."""
    tries = plural(trouble.attempts, "attempt")
    if trouble.quarantined_at is not None:
        return f"set aside {clock(trouble.quarantined_at)} after {tries}"
    return f"{tries} since {clock(trouble.first_at)}, next {clock(trouble.retry_at)}"
