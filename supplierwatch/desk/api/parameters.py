"""Parameters of the API: declared once, read from the query string and described in OpenAPI."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Protocol
from urllib.parse import parse_qsl

from supplierwatch.desk.api.problem_details import ApiProblem, bad_parameter, quote_value

MAX_FIELDS = 100  # of one query string
MAX_KEY = 64  # characters
LARGEST = 2**63 - 1  # of a row's number
_INTEGER = re.compile(r"[0-9]{1,19}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,12})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2}))?"
)
_YEARS = "^(?:197[1-9]|19[89][0-9]|[2-8][0-9]{3})-"  # in any time zone years in UTC, too


class Kind(Protocol):
    """The form of a parameter's values."""

    def read(self, name: str, text: str) -> Any:
        """Return the value of a text.

        Raises:
            ApiProblem: it has none.
        """
        ...

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the values."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A declared parameter. `several`: it may be given several times; its value is a tuple."""

    name: str
    kind: Kind
    what: str
    example: Any
    place: Literal["query", "path"] = "query"
    default: Any = None
    required: bool = False
    several: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A whole number."""

    least: int
    most: int

    def read(self, name: str, text: str) -> int:
        """Return the number."""
        if not _INTEGER.fullmatch(text) or not self.least <= int(text) <= self.most:
            raise bad_parameter(
                name, f"{quote_value(text)} is not a number from {self.least:,} to {self.most:,}"
            )
        return int(text)

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """One of some words."""

    words: tuple[str, ...]

    def read(self, name: str, text: str) -> str:
        """Return the word."""
        if text not in self.words:
            raise bad_parameter(name, f"{quote_value(text)} is none of {', '.join(self.words)}")
        return text

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"type": "string", "enum": list(self.words)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text that is not empty, of `most` characters at most."""

    most: int

    def read(self, name: str, text: str) -> str:
        """Return the text."""
        if not text.strip():
            raise bad_parameter(name, "it is empty")
        if len(text) > self.most:
            raise bad_parameter(name, f"it has more than {self.most:,} characters")
        return text

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"type": "string", "minLength": 1, "maxLength": self.most}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time with its offset (RFC 3339), or a day, which begins at midnight in UTC."""

    def read(self, name: str, text: str) -> datetime:
        """Return the time in UTC."""
        if _MOMENT.fullmatch(text) and 1971 <= int(text[:4]) < 9000:
            try:
                found = datetime.fromisoformat(text.upper())
            except ValueError:
                found = None
            if found is not None:
                return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        raise bad_parameter(
            name,
            f"{quote_value(text)} is not a time: write 2026-11-23 or 2026-11-23T07:30:00Z, "
            "and the + of an offset as %2B",
        )

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        formats = [{"format": "date-time"}, {"format": "date"}]
        return {"type": "string", "pattern": _YEARS, "anyOf": formats}


def path_number(name: str, what: str, *, example: int, least: int = 1) -> Parameter:
    """Return the parameter for the number of a row in a path."""
    return Parameter(
        name=name,
        kind=Number(least=least, most=LARGEST),
        what=what,
        example=example,
        place="path",
        required=True,
    )


def path_key(what: str, *, example: str) -> Parameter:
    """Return the parameter `key` in a path, of something in the configuration."""
    return Parameter(
        name="key",
        kind=Words(most=MAX_KEY),
        what=what,
        example=example,
        place="path",
        required=True,
    )


def limit_parameter(*, default: int, most: int) -> Parameter:
    """Return the parameter for the most rows of a page."""
    return Parameter(
        name="limit",
        kind=Number(least=1, most=most),
        what="How many at most.",
        example=default,
        default=default,
    )


def cursor_parameter(kind: Kind, example: str) -> Parameter:
    """Return the parameter for the beginning of a page."""
    return Parameter(name="cursor", kind=kind, what="`next` of the page before.", example=example)


def read_query(query: bytes, declared: Sequence[Parameter]) -> dict[str, Any]:
    """Return the values of a query string for the declared parameters, with defaults.

    Raises:
        ApiProblem: a parameter is unknown, repeated, missing or has no value of its kind.
    """
    known = {each.name: each for each in declared if each.place == "query"}
    given: dict[str, list[str]] = {}
    for name, text in _split(query):
        if name not in known:
            names = ", ".join(known) or "none"
            raise bad_parameter(name[:100], f"unknown parameter; this address has {names}")
        if "\0" in text:
            raise bad_parameter(name, "it has a NUL character")
        given.setdefault(name, []).append(text)
    values: dict[str, Any] = {}
    for name, parameter in known.items():
        texts = given.get(name, [])
        if not texts and parameter.required:
            raise bad_parameter(name, "it is missing")
        if len(texts) > 1 and not parameter.several:
            raise bad_parameter(name, "it is given more than once")
        read = tuple(parameter.kind.read(name, text) for text in texts)
        values[name] = read if parameter.several else read[0] if read else parameter.default
    return values


def read_path(path: Mapping[str, str], declared: Sequence[Parameter]) -> dict[str, Any] | None:
    """Return the values in a path; None where one has no value of its kind: nothing is there."""
    if any("\0" in text for text in path.values()):
        return None
    try:
        return {
            each.name: each.kind.read(each.name, path[each.name])
            for each in declared
            if each.place == "path"
        }
    except ApiProblem:
        return None


def _split(query: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            query.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict"
        )
    except UnicodeDecodeError:
        raise ApiProblem(400, "The query string is not in UTF-8.") from None
    except ValueError:
        raise ApiProblem(400, f"The query string has more than {MAX_FIELDS} fields.") from None
