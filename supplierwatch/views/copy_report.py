"""Output of `db copy`: a progress bar for each table, then the totals."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from storage.copying import CopiedTable
from supplierwatch.formatting.console import console, plural
from supplierwatch.views.progress_bar import ProgressBar


class CopyProgress(ProgressBar):
    """A progress bar over the rows of a table; hidden where standard error is not a terminal."""

    def __init__(self) -> None:
        screen = console(stderr=True)
        super().__init__(screen, "", total=None, hidden=not screen.is_terminal)

    def take(self, table: str, done: int, total: int) -> None:
        """Show how many rows of a table the target has."""
        self._bar.update(self._task, description=table, completed=done, total=total)


def print_copied(screen: Console, tables: Sequence[CopiedTable]) -> None:
    """Print how many rows were copied, and that both sides hold the same."""
    copied, rows = sum(each.copied for each in tables), sum(each.rows for each in tables)
    before = "" if copied == rows else f"; {plural(rows - copied, 'row')} were there before"
    screen.print(f"copied {plural(copied, 'row')} of {plural(len(tables), 'table')}{before}")
    screen.print(
        f"both sides hold the same {plural(rows, 'row')}, by count and SHA-256 of each table"
    )
