"""Shell completion: offers keys from the configuration files, even from invalid ones."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import typer

from supplierwatch.shell.session import Session

# finds keys in a file that is being edited and is not valid TOML
_TABLE = re.compile(
    r'^[ \t]*+(?:\[\[[ \t]*+(\w++)[ \t]*+\]\]|key[ \t]*+=[ \t]*+["\']([\w.-]++)["\'])', re.MULTILINE
)


def source_keys(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Complete keys of sources, with their URLs as help."""
    return _complete_keys(ctx, "sources.toml", "source", "url", incomplete)


def watch_keys(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Complete keys of watches, with their queries as help."""
    return _complete_keys(ctx, "watches.toml", "watch", "query", incomplete)


def supplier_keys(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Complete keys of suppliers, with their queries as help."""
    return _complete_keys(ctx, "suppliers.toml", "supplier", "query", incomplete)


def subscription_keys(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Complete keys of subscriptions, with their cadences as help."""
    return _complete_keys(ctx, "subscriptions.toml", "subscription", "cadence", incomplete)


def _complete_keys(
    ctx: typer.Context, file: str, table: str, help_from: str, incomplete: str
) -> list[tuple[str, str]]:
    config = ctx.find_root().params.get("config")
    try:
        folder = Session(config=Path(config) if config else None).folder()
        text = (folder / file).read_text(encoding="utf-8")
    except Exception:  # completion must never print a traceback
        return []
    found = {
        str(entry["key"]): str(entry.get(help_from, ""))
        for entry in _read_entries(text, table)
        if "key" in entry
    }
    return [(key, help_text) for key, help_text in found.items() if key.startswith(incomplete)]


def _read_entries(text: str, table: str) -> list[dict[str, object]]:
    try:
        entries = tomllib.loads(text).get(table, [])
    except tomllib.TOMLDecodeError:
        current = ""
        entries = []
        for name, key in _TABLE.findall(text):
            current = name or current
            if key and current == table:
                entries.append({"key": key})
    return [entry for entry in entries if isinstance(entry, dict)]
