"""What TAB offers: keys out of the configuration files, read as they are, broken ones too."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import typer

from supplierwatch.shell.session import Session

# a file that is being edited is often not TOML: its keys are still worth offering
_TABLE = re.compile(
    r'^[ \t]*+(?:\[\[[ \t]*+(\w++)[ \t]*+\]\]|key[ \t]*+=[ \t]*+["\']([\w.-]++)["\'])', re.MULTILINE
)


def source_keys(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Keys of sources, with their addresses as help."""
    return _keys(ctx, "sources.toml", "source", "url", incomplete)


def watch_keys(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Keys of watches, with their queries as help."""
    return _keys(ctx, "watches.toml", "watch", "query", incomplete)


def supplier_keys(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Keys of suppliers."""
    return _keys(ctx, "suppliers.toml", "supplier", "query", incomplete)


def subscription_keys(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Keys of subscriptions, with their cadence as help."""
    return _keys(ctx, "subscriptions.toml", "subscription", "cadence", incomplete)


def _keys(
    ctx: typer.Context, file: str, table: str, help_from: str, incomplete: str
) -> list[tuple[str, str]]:
    config = ctx.find_root().params.get("config")
    try:
        folder = Session(config=Path(config) if config else None).folder()
        text = (folder / file).read_text(encoding="utf-8")
    except Exception:  # a shell that completes must not show a traceback, whatever it is
        return []
    found = {
        str(entry["key"]): str(entry.get(help_from, ""))
        for entry in _entries(text, table)
        if "key" in entry
    }
    return [(key, said) for key, said in found.items() if key.startswith(incomplete)]


def _entries(text: str, table: str) -> list[dict[str, object]]:
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
