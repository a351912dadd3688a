"""Consoles: results go to standard output, everything else to standard error.

Nothing is read as markup: titles, queries and errors are untrusted text.
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

from alerts.text import sanitize

PIPED_WIDTH = 100  # columns, of output that is not a terminal where COLUMNS is not set


def console(*, stderr: bool = False) -> Console:
    """Return a console on the current standard output or standard error."""
    stream = sys.stderr if stderr else sys.stdout
    width = None
    if not stream.isatty() and not os.environ.get("COLUMNS", "").isdigit():
        width = PIPED_WIDTH
    return Console(stderr=stderr, width=width, markup=False, emoji=False, highlight=False)


def clean(text: str, limit: int | None = None) -> str:
    """Make untrusted text one line without control characters, which could move the cursor."""
    return sanitize.line(text, limit)


def print_json(value: Any) -> None:
    """Print one JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_indented(screen: Console, text: Text, by: int = 2) -> None:
    """Print `text` wrapped and indented by `by` columns, without trailing blanks."""
    for line in text.wrap(screen, max(20, screen.width - by)):
        line.rstrip()
        screen.print(Text(" " * by) + line, soft_wrap=True)


@contextmanager
def waiting(message: str, screen: TextIO | None) -> Iterator[None]:
    """Show a spinner while the block runs, if `screen` is a terminal."""
    if screen is None or not screen.isatty():
        yield
        return
    shown = Console(file=screen, markup=False, emoji=False, highlight=False)
    with shown.status(Text(message, overflow="ellipsis", no_wrap=True)):
        yield


def note(message: str) -> None:
    """Print a dim line on standard error."""
    console(stderr=True).print(Text(message, style="dim"))


def plural(number: int, one: str, many: str | None = None) -> str:
    """Return `3 items` or `1 item`, with the number grouped by thousands."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
