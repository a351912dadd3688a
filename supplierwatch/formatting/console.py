"""The two consoles: answers go to standard output, everything else to standard error.

Nothing is read as markup: titles, queries and errors come from strangers.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from rich.console import Console
from rich.text import Text

from alerts.text import sanitize as harmless

PIPED_WIDTH = 100  # of what goes to a file or another program, where COLUMNS does not say


def console(*, stderr: bool = False) -> Console:
    """A console for standard output or standard error as they are now."""
    stream = sys.stderr if stderr else sys.stdout
    width = None
    if not stream.isatty() and not os.environ.get("COLUMNS", "").isdigit():
        width = PIPED_WIDTH
    return Console(stderr=stderr, width=width, markup=False, emoji=False, highlight=False)


def clean(text: str, limit: int | None = None) -> str:
    """A stranger's words as one line without control characters, which could move the cursor."""
    return harmless.line(text, limit)


def print_json(value: Any) -> None:
    """Print one JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_indented(screen: Console, text: Text, by: int = 2) -> None:
    """Print `text` wrapped, each line `by` columns in, and no blanks at the ends of lines."""
    for line in text.wrap(screen, max(20, screen.width - by)):
        line.rstrip()
        screen.print(Text(" " * by) + line, soft_wrap=True)


@contextmanager
def waiting(said: str, screen: TextIO | None) -> Iterator[None]:
    """Turn a spinner while the block runs, where a person watches `screen`."""
    if screen is None or not screen.isatty():
        yield
        return
    shown = Console(file=screen, markup=False, emoji=False, highlight=False)
    with shown.status(Text(said, overflow="ellipsis", no_wrap=True)):
        yield


def note(message: str) -> None:
    """Say something beside the answer, on standard error."""
    console(stderr=True).print(Text(message, style="dim"))


def plural(number: int, one: str, many: str | None = None) -> str:
    """`3 items`, `1 item`, with the number grouped by thousands."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
