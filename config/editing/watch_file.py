"""Appends a watch to watches.toml; the rest of the file stays as it is."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from config.editing.file_replacement import read_content, replace_file
from config.editing.toml_writing import append_tables, quote
from config.errors import ConfigInvalid, EditRefused, Problem
from config.tables.reading import read_tables
from config.tables.references import watch_problems
from config.tables.shape import WatchTable


def append_watch(
    folder: Path, key: str, *, query: str | None = None, keywords: Sequence[str] = ()
) -> Path:
    """Append a watch to watches.toml, leaving the rest unchanged; return the path.

    Give either `query` or `keywords`. The query is not parsed here.

    Raises:
        ConfigNotFound: there is no watches.toml.
        ConfigInvalid: the file is invalid, or would be with the watch; it is not changed.
        EditRefused: the file has a form to which no table can be appended.
    """
    path = folder / "watches.toml"
    if any("\ud800" <= char <= "\udfff" for char in "".join((key, query or "", *keywords))):
        raise EditRefused("the watch contains bytes that are not UTF-8: type it again")
    before = read_content(path)
    _check_file(path)
    text = append_tables(before.decode("utf-8"), _format_watch_table(key, query, keywords))
    after = text.encode("utf-8")
    _check_draft(path, before, after)
    replace_file(path, before, after)
    return path


def _format_string(value: str) -> str:
    """Format a TOML string, in single quotes where possible: queries contain double quotes."""
    if "'" not in value and value.isprintable():
        return f"'{value}'"
    return quote(value)


def _format_watch_table(key: str, query: str | None, keywords: Sequence[str]) -> str:
    lines = [f"key = {quote(key)}"]
    if query is not None:
        lines.append(f"query = {_format_string(query)}")
    if keywords or query is None:
        listed = ", ".join(quote(word) for word in keywords)
        lines.append(f"keywords = [{listed}]")
    return "\n".join(["[[watch]]", *lines])


def _check_file(path: Path) -> None:
    watches = read_tables(path, "watch", WatchTable, required=False)
    problems = (*watches.problems, *watch_problems(watches))
    if problems:
        raise ConfigInvalid(problems)


def _check_draft(path: Path, before: bytes, after: bytes) -> None:
    """Check the new content in a temporary file, before it replaces the old."""
    try:
        old = tomllib.loads(before.decode("utf-8-sig")).get("watch", [])
        new = tomllib.loads(after.decode("utf-8-sig"))["watch"]
    except tomllib.TOMLDecodeError as error:
        raise EditRefused(
            f"nothing can be added at the end of {path}: write its watches as [[watch]] tables"
        ) from error
    if new[:-1] != old or len(new) != len(old) + 1:
        raise EditRefused(f"appending would change other watches of {path}: add the watch by hand")
    with tempfile.TemporaryDirectory() as scratch:
        draft = Path(scratch) / path.name
        draft.write_bytes(after)
        try:
            _check_file(draft)
        except ConfigInvalid as error:
            raise ConfigInvalid(_restore_path(error, str(draft), str(path))) from None


def _restore_path(error: ConfigInvalid, draft: str, path: str) -> list[Problem]:
    return [replace(each, file=path) if each.file == draft else each for each in error.problems]
