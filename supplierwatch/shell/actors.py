"""Finds who runs a command, for the audit trail."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from storage.model import Actor


def command_actor() -> Actor:
    """Return the account of this machine that runs the command."""
    from storage.model import Actor

    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container may have no account for the number that runs it
        name = "unknown"
    return Actor(name=name, via="command")
