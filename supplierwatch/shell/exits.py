"""Exit codes of the command line. Scripts rely on them: docs/commands.md lists the same."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """How a command ended."""

    OK = 0
    FAILED = 1  # the command was tried and did not succeed
    USAGE = 2  # the command line itself is wrong: an option, a query, a key that does not exist
    CONFIG_INVALID = 3
    ALREADY_RUNNING = 4
    DATABASE_REFUSED = 5  # newer than this program, older, unreachable or damaged
    NOTHING_FOUND = 6  # a valid query without results, like 1 of grep
    INTERRUPTED = 130  # Ctrl-C
