"""Checks names of users, for the command line and the desk."""

from __future__ import annotations

MAX_NAME = 60  # characters


def is_name(name: str) -> bool:
    """Return whether a user may have this name."""
    return 0 < len(name) <= MAX_NAME and name == name.strip() and name.isprintable()
