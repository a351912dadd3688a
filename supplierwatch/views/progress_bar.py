"""A progress bar for a `with` block."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class ProgressBar:
    """A progress bar with its task, shown while the block runs.

    Args:
        screen: where to draw.
        task: what is done.
        total: the number of steps; None for one that is not known yet.
        hidden: draw nothing.
        status: whether the field `status` of the task is shown behind the bar.
    """

    def __init__(
        self, screen: Console, task: str, *, total: int | None, hidden: bool, status: bool = False
    ) -> None:
        columns = [
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            *([TextColumn("{task.fields[status]}", style="dim")] if status else []),
        ]
        self._bar = Progress(*columns, console=screen, transient=True, disable=hidden)
        self._task = self._bar.add_task(task, total=total, status="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._bar.stop()
