"""How a failure ends a command: what is printed, and the exit code.

CommandError            a command cannot go on; carries its exit code
├── UsageError        what was asked for does not exist or cannot be read
└── NothingStoredError       the archive has not been begun
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from difflib import get_close_matches

from rich.text import Text

from supplierwatch.formatting.console import clean, console, print_indented
from supplierwatch.shell.exits import Exit


class CommandError(Exception):
    """Ends a command: `message` names the thing, `mend` says what to do."""

    exit = Exit.FAILED

    def __init__(self, message: str, mend: str = "", *, exit: Exit | None = None) -> None:  # noqa: A002
        super().__init__(message)
        self.message = message
        self.mend = mend
        self.exit = exit or type(self).exit


class UsageError(CommandError):
    """The command line asks for something that does not exist or cannot be read."""

    exit = Exit.USAGE


class NothingStoredError(CommandError):
    """There is no database yet."""

    exit = Exit.NOTHING_FOUND


def unknown_key(what: str, key: str, known: Sequence[str], listing: str) -> UsageError:
    """The error for a key that is not declared, with the nearest one that is."""
    near = get_close_matches(key, known, n=1)
    mend = f"Did you mean {near[0]!r}? " if near else ""
    return UsageError(f"there is no {what} {key!r}", f"{mend}`{listing}` lists them.")


def exit_of(error: Exception) -> Exit | None:
    """The exit code of an error that we expect; None for a fault of ours."""
    if isinstance(error, CommandError):
        return error.exit
    # only what has been imported can have been raised: these cost nothing here
    from alerts.errors import AlertsError
    from alerts.query import QueryError
    from config.errors import ConfigError, StarterRefused
    from crawler.errors import CrawlerError
    from storage.errors import AlreadyRunning, BackupFailed, StorageError
    from supplierwatch.errors import SupplierwatchError

    codes: tuple[tuple[type[Exception], Exit], ...] = (
        (StarterRefused, Exit.FAILED),
        (ConfigError, Exit.CONFIG_INVALID),
        (QueryError, Exit.USAGE),
        (AlreadyRunning, Exit.ALREADY_RUNNING),
        (BackupFailed, Exit.FAILED),
        (StorageError, Exit.DATABASE_REFUSED),
        (AlertsError, Exit.FAILED),
        (CrawlerError, Exit.FAILED),
        (SupplierwatchError, Exit.FAILED),
        (OSError, Exit.FAILED),
    )
    return next((code for kind, code in codes if isinstance(error, kind)), None)


def show_failure(error: Exception, *, verbose: bool) -> Exit:
    """Print what went wrong on standard error; returns the exit code."""
    code = exit_of(error)
    if verbose:
        traceback.print_exception(error)
    screen = console(stderr=True)
    if code is None:
        said = f"{type(error).__name__}: {clean(str(error), 500)}"
        screen.print(Text.assemble(("error: ", "bold red"), f"this should not happen: {said}"))
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
        screen.print(head + Text(_invalid(len(error.problems))))
        for problem in error.problems:
            print_problem(screen, problem)
    elif isinstance(error, QueryError):
        screen.print(head + Text("the query cannot be read"))
        print_query_error(screen, error)
    else:
        message = error.message if isinstance(error, CommandError) else _said(error)
        mend = error.mend if isinstance(error, CommandError) else ""
        screen.print(head + Text(message), soft_wrap=True)
        if mend:
            print_indented(screen, Text(mend))


def _invalid(number: int) -> str:
    return f"the configuration has {number} problem{'s' if number != 1 else ''}"


def _said(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return "\n  ".join(clean(part) for part in str(error).splitlines() if part.strip())
