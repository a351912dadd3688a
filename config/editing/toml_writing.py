"""Writes text of TOML files: strings, and tables at the end of a file. Pure."""

from __future__ import annotations

import json


def quote(text: str) -> str:
    """Format a string of one line in double quotes."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def append_tables(file: str, tables: str) -> str:
    """Append tables to the text of a TOML file; comments and line endings are kept."""
    newline = "\r\n" if "\r\n" in file else "\n"
    written = file.removeprefix("\ufeff")
    head = file if not written or file.endswith("\n") else file + newline
    blank_line = newline if written.strip() else ""
    return head + blank_line + tables.removesuffix("\n").replace("\n", newline) + newline
