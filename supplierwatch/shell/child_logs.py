"""Keeps what crawling processes log off the screen, where a person watches a bar instead."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from supplierwatch.formatting.console import clean, note

LINES_SHOWN = 8


@dataclass(slots=True)
class Children:
    """`screen` is where a bar may be drawn, None where logs go there; `tail` what they said last.

    `tail` is there once the block has ended.
    """

    screen: TextIO | None = None
    tail: list[str] = field(default_factory=list)

    def show_tail(self) -> None:
        """Print the last lines that were kept off the screen."""
        for line in self.tail:
            note(f"  {clean(line)}")


@contextmanager
def children_quiet(*, unless: bool) -> Iterator[Children]:
    """Send the standard error of this process's children into a file while the block runs.

    What this process itself logs is shown still. A child inherits descriptor 2, so that is what
    has to change; `unless` leaves everything as it is.
    """
    children = Children()
    if unless:
        yield children
        return
    sys.stderr.flush()
    with tempfile.TemporaryFile() as log, os.fdopen(os.dup(2), "w", encoding="utf-8") as screen:
        children.screen = screen
        os.dup2(log.fileno(), 2)
        try:
            with _logging_to(screen):
                yield children
        finally:
            sys.stderr.flush()
            os.dup2(screen.fileno(), 2)
            log.seek(0)
            said = log.read().decode("utf-8", "replace").splitlines()
            children.tail = said[-LINES_SHOWN:]


@contextmanager
def _logging_to(screen: TextIO) -> Iterator[None]:
    ours = [
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stderr
    ]
    for handler in ours:
        handler.setStream(screen)
    try:
        yield
    finally:
        for handler in ours:
            handler.setStream(sys.stderr)
