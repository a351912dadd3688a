"""Writes the starting configuration files, and appends watches. Never overwrites content."""

from __future__ import annotations

import contextlib
import os
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path

from config.editing.toml_writing import append_tables, quote
from config.errors import ConfigInvalid, ConfigNotFound, Problem, StarterRefused
from config.locate import FILES
from config.tables.reading import read_tables
from config.tables.references import watch_problems
from config.tables.shape import WatchTable


def write_starter(folder: Path) -> list[Path]:
    """Write the shipped files into `folder`, which is made if absent; return their paths.

    Raises:
        StarterRefused: one of the files exists; nothing is written.
    """
    targets = [folder / name for name in FILES]
    there = [path.name for path in targets if path.exists() or path.is_symlink()]
    if there:
        raise StarterRefused(
            f"{folder} holds {', '.join(there)} already: name another folder, "
            "or move away what is there"
        )
    folder.mkdir(parents=True, exist_ok=True)
    shipped = resources.files("config")
    for path in targets:
        # "x" fails where another process has written the file since the check above
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write((shipped / path.name).read_text(encoding="utf-8"))
    return targets


def append_watch(
    folder: Path, key: str, *, query: str | None = None, keywords: Sequence[str] = ()
) -> Path:
    """Append a watch to watches.toml, leaving the rest unchanged; return the path.

    Give either `query` or `keywords`. The query is not parsed here.

    Raises:
        ConfigNotFound: there is no watches.toml.
        ConfigInvalid: the file is invalid, or would be with the watch; it is not changed.
        StarterRefused: the file has a form to which no table can be appended.
    """
    path = folder / "watches.toml"
    if any("\ud800" <= char <= "\udfff" for char in "".join((key, query or "", *keywords))):
        raise StarterRefused("the watch holds bytes that are not UTF-8: type it again")
    before = read_content(path)
    _check_file(path)
    text = append_tables(before.decode("utf-8"), _watch_table(key, query, keywords))
    after = text.encode("utf-8")
    _check_draft(path, before, after)
    replace_file(path, before, after)
    return path


def toml_text(value: str) -> str:
    """Format a TOML string, in single quotes where possible: queries contain double quotes."""
    if "'" not in value and value.isprintable():
        return f"'{value}'"
    return quote(value)


def _watch_table(key: str, query: str | None, keywords: Sequence[str]) -> str:
    lines = [f"key = {quote(key)}"]
    if query is not None:
        lines.append(f"query = {toml_text(query)}")
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
        raise StarterRefused(
            f"nothing can be added at the end of {path}: write its watches as [[watch]] tables"
        ) from error
    if new[:-1] != old or len(new) != len(old) + 1:
        raise StarterRefused(
            f"{path} would not keep its other watches unchanged: add the watch by hand"
        )
    with tempfile.TemporaryDirectory() as scratch:
        draft = Path(scratch) / path.name
        draft.write_bytes(after)
        try:
            _check_file(draft)
        except ConfigInvalid as error:
            raise ConfigInvalid(_set_path(error, str(draft), str(path))) from None


def _set_path(error: ConfigInvalid, draft: str, path: str) -> list[Problem]:
    return [replace(each, file=path) if each.file == draft else each for each in error.problems]


def read_content(path: Path) -> bytes:
    """Read a configuration file that is to be edited.

    Raises:
        ConfigNotFound: there is no such file.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ConfigNotFound(
            f"there is no {path}: `supplierwatch init {path.parent}` writes one"
        ) from None


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Replace the content atomically, unless the file was edited in the meantime."""
    target = path.resolve()  # keep a symbolic link
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{path.name}.", suffix=".tmp")
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(target.stat().st_mode & 0o777)
        if path.read_bytes() != before:
            raise StarterRefused(f"{path} was edited at this moment: try again")
        draft.replace(target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
