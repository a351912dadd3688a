"""Turns exceptions into printed errors and exit codes.

CommandError            ends a command; carries its exit code
├── UsageError          an argument names something that does not exist or is invalid
└── NothingStoredError  there is no database yet
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from difflib import get_close_matches

from rich.text import Text

from supplierwatch.formatting.console import clean, console, print_indented
from supplierwatch.shell.exits import Exit


class CommandError(Exception):
    """Ends a command: `message` says what is wrong, `hint` says what to do."""

    exit = Exit.FAILED

    def __init__(self, message: str, hint: str = "", *, exit: Exit | None = None) -> None:  # noqa: A002
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit = exit or type(self).exit


class UsageError(CommandError):
    """An argument names something that does not exist or is invalid."""

    exit = Exit.USAGE


class NothingStoredError(CommandError):
    """There is no database yet."""

    exit = Exit.NOTHING_FOUND


def unknown_key_error(what: str, key: str, known: Sequence[str], listing: str) -> UsageError:
    """Build the error for an unknown key, suggesting the closest known one.

    Args:
        what: the kind of key: "source", "watch".
        key: as typed.
        known: the declared keys.
        listing: the command that lists them.
    """
    near = get_close_matches(key, known, n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    return UsageError(f"there is no {what} {key!r}", f"{hint}`{listing}` lists them.")


def exit_of(error: Exception) -> Exit | None:
    """Return the exit code of an expected error; None for a bug."""
    if isinstance(error, CommandError):
        return error.exit
    # imported late to keep start-up fast; a raised error has its module loaded already
    from alerts.errors import AlertsError
    from alerts.query import QueryError
    from config.errors import ConfigError, EditRefused
    from crawler.errors import CrawlerError
    from storage.errors import AlreadyRunning, BackupFailed, CopyFailed, StorageError
    from supplierwatch.errors import SupplierwatchError

    codes: tuple[tuple[type[Exception], Exit], ...] = (
        (EditRefused, Exit.FAILED),
        (ConfigError, Exit.CONFIG_INVALID),
        (QueryError, Exit.USAGE),
        (AlreadyRunning, Exit.ALREADY_RUNNING),
        (BackupFailed, Exit.FAILED),
        (CopyFailed, Exit.FAILED),
        (StorageError, Exit.DATABASE_REFUSED),
        (AlertsError, Exit.FAILED),
        (CrawlerError, Exit.FAILED),
        (SupplierwatchError, Exit.FAILED),
        (OSError, Exit.FAILED),
    )
    return next((code for kind, code in codes if isinstance(error, kind)), None)


def show_failure(error: Exception, *, verbose: bool) -> Exit:
    """Print an error on standard error; returns the exit code.

    Args:
        verbose: also print the traceback.
    """
    code = exit_of(error)
    if verbose:
        traceback.print_exception(error)
    screen = console(stderr=True)
    if code is None:
        text = f"{type(error).__name__}: {clean(str(error), 500)}"
        screen.print(Text.assemble(("error: ", "bold red"), f"this should not happen: {text}"))
        if not verbose:
            screen.print("  Run it again with --verbose, and report what it prints.")
        return Exit.FAILED
    _show_expected(error)
    return code


def _show_expected(error: Exception) -> None:
    from alerts.query import QueryError
    from config.errors import ConfigInvalid
    from supplierwatch.views.problems import print_problem, print_query_error

    screen = console(stderr=True)
    head = Text("error: ", "bold red")
    if isinstance(error, ConfigInvalid):
        screen.print(head + Text(_count_problems(len(error.problems))))
        for problem in error.problems:
            print_problem(screen, problem)
    elif isinstance(error, QueryError):
        screen.print(head + Text("the query cannot be read"))
        print_query_error(screen, error)
    else:
        message = error.message if isinstance(error, CommandError) else _describe_error(error)
        hint = error.hint if isinstance(error, CommandError) else ""
        screen.print(head + Text(message), soft_wrap=True)
        if hint:
            print_indented(screen, Text(hint))


def _count_problems(number: int) -> str:
    return f"the configuration has {number} problem{'s' if number != 1 else ''}"


def _describe_error(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return "\n  ".join(clean(part) for part in str(error).splitlines() if part.strip())
