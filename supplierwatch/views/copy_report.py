"""Output of `db copy`: a progress bar for each table, then the totals."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from storage.copying import CopiedTable
from supplierwatch.formatting.console import console, plural


class CopyProgress:
    """A progress bar over the rows of a table; hidden where standard error is not a terminal."""

    def __init__(self) -> None:
        screen = console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=screen,
            transient=True,
            disable=not screen.is_terminal,
        )
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> CopyProgress:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._bar.stop()

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
