"""Converts errors of tomllib and pydantic to `Problem`: location, value, message, fix. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from config.errors import Problem
from config.tables.lines import Lines
from config.values.invalid_value import InvalidValue, nearest

_SECRET = re.compile(r"pass(?:word|wd|phrase)?$|secret|token|api_?key|credential", re.IGNORECASE)
_LOGIN = {"username", "user", "login", "smtp_username", "smtp_user"}
_DATABASE = {"database", "database_url", "db", "db_url"}
_MAX_SHOWN = 200
_CURLY = re.compile("[\u2018-\u201f\u2032\u2033\u00ab\u00bb]")
# pydantic's type of error -> (message, fix)
_WORDS = {
    "string_type": ("is not text", 'write it between quotes: "..."'),
    "bool_type": ("is neither true nor false", "write true or false, without quotes"),
    "int_type": ("is not a whole number", "write digits, without quotes"),
    "list_type": ("is not a list", 'write it in brackets: ["..."]'),
    "model_type": ("is not a table", "write it as a table of its own, in brackets"),
}


def convert_syntax_error(file: str, text: str, error: tomllib.TOMLDecodeError) -> Problem:
    """Convert a syntax error of tomllib, with its line number and the most likely fix."""
    report = str(error)
    found = re.search(r"\(at (?:line (\d+), column (\d+)|end of document)\)", report)
    lines = text.splitlines()
    line = int(found[1]) if found and found[1] else max(len(lines), 1)
    column = f" (column {found[2]})" if found and found[2] else " (at the end of the file)"
    written = lines[line - 1] if line <= len(lines) else ""
    if curly := _find_curly_quote(written):
        return Problem(
            file=file,
            line=line,
            key="",
            value=None,
            message=f"this is not TOML: {curly} is a curly quote "
            f"(column {written.index(curly) + 1})",
            hint=f"write straight quotes: {_straighten(written.strip())[:_MAX_SHOWN]}",
        )
    message = report[: found.start()].rstrip() if found else report
    return Problem(
        file=file,
        line=line,
        key="",
        value=None,
        message=f"this is not TOML: {message[:1].lower()}{message[1:]}{column}",
        hint=_suggest_fix(message, written),
    )


def _find_curly_quote(line: str) -> str | None:
    """Return the first curly quote of a line that stands outside straight quotes."""
    opened, quote, escaped, outside = 0, "", False, []
    for at, char in enumerate(line):
        if escaped:
            escaped = False
        elif quote:
            escaped = char == "\\" and quote == '"'
            quote = "" if char == quote else quote
        elif char in "\"'":
            opened, quote = at, char
        else:
            outside.append(char)
    # after a straight quote that is not closed, the rest of the line is no string
    found = _CURLY.search("".join(outside) + (line[opened:] if quote else ""))
    return found[0] if found else None


def _straighten(line: str) -> str:
    return _CURLY.sub('"', line)


def _suggest_fix(message: str, line: str) -> str:
    if "after a statement" in message and line.count('"') > 2:
        return "put text that contains double quotes between single quotes: query = '...'"
    if "overwrite" in message or "twice" in message or "already" in message:
        return "the same key or table occurs twice; repeated tables have two brackets: [[watch]]"
    if "Invalid value" in message:
        return 'put text between quotes: key = "value"'
    if "'='" in message or "Invalid statement" in message:
        return 'each line is key = "value", a [table], or begins with # as a comment'
    if "escape" in message or "backslash" in message.lower():
        return "\\ is an escape character between double quotes; between single quotes it is not"
    return "close every quote and bracket on this line or the one before"


def convert_validation_errors(
    file: str,
    lines: Lines,
    base: tuple[str | int, ...],
    error: ValidationError,
    model: type[BaseModel],
) -> list[Problem]:
    """Convert each validation error of the table at path `base` to a problem."""
    return [_convert_validation_error(file, lines, base, each, model) for each in error.errors()]


def _convert_validation_error(
    file: str,
    lines: Lines,
    base: tuple[str | int, ...],
    error: Mapping[str, Any],
    model: type[BaseModel],
) -> Problem:
    path = tuple(error["loc"])
    names = [part for part in path if isinstance(part, str)]
    key = names[-1] if names else ""
    value: str | None = format_value(error["input"])
    kind = error["type"]
    if kind == "missing":
        table = ".".join(str(part) for part in base if isinstance(part, str))
        message, hint, value = f"{key} is missing", f"add it to this [{table}] table", None
    elif kind == "extra_forbidden":
        message, hint, secret = _explain_unknown_key(key, _find_known_keys(model, path[:-1]))
        value = None if secret else value
    elif kind == "value_error" and isinstance(error["ctx"]["error"], InvalidValue):
        invalid = error["ctx"]["error"]
        message, hint = invalid.message, invalid.hint
        value = None if invalid.secret else value
    elif kind == "literal_error":
        message, hint = "is not one of the allowed words", error["ctx"]["expected"]
        hint = "write " + hint.replace("'", "")
    elif kind in ("greater_than_equal", "less_than_equal"):
        message, hint = "is out of bounds", "write " + error["msg"].removeprefix("Input should be ")
    else:
        message, hint = _WORDS.get(kind, (error["msg"], "see docs/configuration.md"))
    return Problem(
        file=file,
        line=lines.line(*base, *path),
        key=key,
        value=value,
        message=message,
        hint=hint,
    )


def _explain_unknown_key(key: str, known: list[str]) -> tuple[str, str, bool]:
    """Return message, fix, and whether the value is a secret that must not be shown."""
    if _SECRET.search(key):
        return (
            "secrets do not belong in files",
            "set SUPPLIERWATCH_SMTP_PASSWORD in the environment, or "
            "SUPPLIERWATCH_SMTP_PASSWORD_FILE to the file that holds it",
            True,
        )
    if key in _LOGIN:
        return "is set elsewhere", "set SUPPLIERWATCH_SMTP_USERNAME in the environment", True
    if key in _DATABASE:
        return (
            "is set elsewhere, since it may hold a password",
            "set SUPPLIERWATCH_DATABASE_URL or SUPPLIERWATCH_DATABASE_URL_FILE in the environment",
            True,
        )
    meant = nearest(key, known)
    hint = f"did you mean {meant}? " if meant else ""
    return "there is no such key", f"{hint}Allowed keys: {', '.join(known)}", False


def _find_known_keys(model: type[BaseModel], path: tuple[Any, ...]) -> list[str]:
    """List the keys allowed in the table at `path` within `model`."""
    for part in path:
        for name, field in model.model_fields.items():
            if part == name and isinstance(field.default, BaseModel):
                model = type(field.default)
    return [str(field.validation_alias or name) for name, field in model.model_fields.items()]


def format_value(value: object) -> str:
    """Format a value roughly as TOML, cut to `_MAX_SHOWN` characters."""
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, list):
        text = "[" + ", ".join(format_value(item) for item in value) + "]"
    elif isinstance(value, dict):
        text = (
            "{" + ", ".join(f"{name} = {format_value(item)}" for name, item in value.items()) + "}"
        )
    elif isinstance(value, str):
        text = f'"{value}"'
    else:
        text = str(value)
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…"
