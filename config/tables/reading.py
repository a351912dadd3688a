"""Reads one TOML file into validated tables with line numbers."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from config.errors import Problem
from config.model import Where
from config.tables.lines import Lines
from config.tables.parser_errors import (
    convert_syntax_error,
    convert_validation_errors,
    format_value,
)
from config.tables.shape import SettingsTables, Table
from config.values.invalid_value import nearest

T = TypeVar("T", bound=Table)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFile:
    """A TOML file. `data` is None where it could not be parsed; `problems` says why."""

    file: str
    content: bytes = b""
    data: Mapping[str, Any] | None = None
    lines: Lines = field(default_factory=lambda: Lines(""))
    problems: tuple[Problem, ...] = ()

    def where(self, *path: str | int) -> Where:
        """Return file and line of a key or table."""
        return Where(file=self.file, line=self.lines.line(*path))

    def problem(
        self, path: tuple[str | int, ...], value: object, message: str, hint: str
    ) -> Problem:
        """Make a problem of the key or table at `path`."""
        names = [part for part in path if isinstance(part, str)]
        return Problem(
            file=self.file,
            line=self.lines.line(*path),
            key=names[-1] if names else "",
            value=None if value is None else format_value(value),
            message=message,
            hint=hint,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared(Generic[T]):
    """A table that passed validation, with its path and its place in the file."""

    table: T
    path: tuple[str | int, ...]
    where: Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations(Generic[T]):
    """The tables of one file: `valid` those that passed validation, `raw` all of them."""

    document: ConfigFile
    name: str
    valid: tuple[Declared[T], ...]
    raw: tuple[Mapping[str, Any], ...]
    problems: tuple[Problem, ...]

    @property
    def is_readable(self) -> bool:
        """Whether the file was parsed: only then is a key that is not in it unknown."""
        return self.document.data is not None

    def written(self, key: str) -> list[tuple[tuple[str | int, ...], str]]:
        """Return path and text of `key` in each table, including tables that failed validation."""
        return [
            ((self.name, number, key), table[key])
            for number, table in enumerate(self.raw)
            if isinstance(table.get(key), str)
        ]


def read_document(path: Path, *, may_be_absent: bool = False) -> ConfigFile:
    """Read and parse a TOML file. I/O and syntax errors become its problems."""
    file = str(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        if may_be_absent:
            return ConfigFile(file=file, data={})
        return _report_unreadable_file(
            file, "there is no such file", "`supplierwatch init` writes one"
        )
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return _report_unreadable_file(
            file, f"cannot be read: {reason}", "let the user that runs supplierwatch read it"
        )
    try:
        text = content.decode("utf-8-sig")  # Notepad writes a byte order mark
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _report_unreadable_file(
            file, "this is not UTF-8 text", "save it as UTF-8 in the editor", line=line
        )
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return ConfigFile(
            file=file, content=content, problems=(convert_syntax_error(file, text, error),)
        )
    return ConfigFile(file=file, content=content, data=data, lines=Lines(text))


def read_tables(path: Path, name: str, model: type[T], *, required: bool) -> Declarations[T]:
    """Read a file of [[name]] tables and validate each by `model`.

    Args:
        path: the file.
        name: of the array of tables.
        model: of one table.
        required: an absent or empty file is a problem.
    """
    document = read_document(path, may_be_absent=not required)
    problems = list(document.problems)
    valid: list[Declared[T]] = []
    data = document.data or {}
    problems += [
        _report_stray_key(document, key, value, name) for key, value in data.items() if key != name
    ]
    tables = data.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        problems.append(
            document.problem(
                (name,), None, f"{name} is a single table", f"write [[{name}]], with two brackets"
            )
        )
        return Declarations(
            document=ConfigFile(file=document.file, content=document.content),
            name=name,
            valid=(),
            raw=(),
            problems=tuple(problems),
        )
    if required and document.data is not None and not document.content.strip():
        problems.append(
            document.problem(
                (),
                None,
                "the file is empty",
                f"declare a [[{name}]]; if you want none, write a comment in the file",
            )
        )
    for number, raw in enumerate(tables):
        base = (name, number)
        try:
            table = model.model_validate(raw)
        except ValidationError as error:
            problems += convert_validation_errors(document.file, document.lines, base, error, model)
        else:
            valid.append(Declared(table=table, path=base, where=document.where(*base)))
    return Declarations(
        document=document,
        name=name,
        valid=tuple(valid),
        raw=tuple(tables),
        problems=tuple(problems),
    )


def read_settings(path: Path) -> tuple[SettingsTables, ConfigFile, tuple[Problem, ...]]:
    """Read settings.toml; all settings are defaults where it has problems.

    Returns:
        the tables, the file, and its problems.
    """
    document = read_document(path)
    if document.data is None:
        return SettingsTables(), document, document.problems
    try:
        return SettingsTables.model_validate(document.data), document, ()
    except ValidationError as error:
        problems = convert_validation_errors(
            document.file, document.lines, (), error, SettingsTables
        )
        return SettingsTables(), document, tuple(problems)


def _report_stray_key(document: ConfigFile, key: str, value: object, name: str) -> Problem:
    if isinstance(value, dict | list):
        meant = f"did you mean [[{name}]]? " if nearest(key, [name, f"{name}s"]) else ""
        return document.problem(
            (key,),
            None,
            f"there is no table {key} in this file",
            f"{meant}Only [[{name}]] tables are allowed here",
        )
    return document.problem(
        (key,), value, "is outside a table", f"move it below the [[{name}]] it belongs to"
    )


def _report_unreadable_file(file: str, message: str, hint: str, *, line: int = 0) -> ConfigFile:
    problem = Problem(file=file, line=line, key="", value=None, message=message, hint=hint)
    return ConfigFile(file=file, problems=(problem,))
