"""Finds the groups whose tables an edit of a file touches. Pure."""

from __future__ import annotations

import tomllib
from typing import Any

from config.model import DEFAULT_GROUP


def changed_groups(before: bytes, after: bytes, table: str) -> frozenset[str]:
    """Return the groups of the tables that an edit adds, removes or changes.

    A table that moves to another group counts for both. What is no TOML has no tables.

    Args:
        before: the content of the file.
        after: its content after the edit.
        table: the name of the array of tables.
    """
    was, now = _read_tables(before, table), _read_tables(after, table)
    changed = [each for each in was if each not in now] + [each for each in now if each not in was]
    return frozenset(str(each.get("group", DEFAULT_GROUP)) for each in changed)


def _read_tables(content: bytes, table: str) -> list[dict[str, Any]]:
    try:
        listed = tomllib.loads(content.decode("utf-8-sig")).get(table, [])
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        return []
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
