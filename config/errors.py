"""Errors of the configuration. All problems of its files are reported at once.

ConfigError
├── ConfigInvalid    the files have problems
├── ConfigNotFound   there is no such folder or file
├── EditRefused      a file would be overwritten, or made invalid
└── NotOpml          the document to import is not OPML
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from config.model import Catalog

__all__ = ["ConfigError", "ConfigInvalid", "ConfigNotFound", "EditRefused", "NotOpml", "Problem"]

ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One problem of the configuration: its location, the message and the fix (`hint`).

    `line` counts from 1; it is 0 where there is no line: for the environment, or a missing file.
    `value` is the value as written; None where there is none, or where it is a secret.
    """

    file: str
    line: int
    key: str
    value: str | None
    message: str
    hint: str

    @property
    def place(self) -> str:
        """FILE:LINE, the form that editors and terminals open."""
        return f"{self.file}:{self.line}" if self.line else self.file

    def __str__(self) -> str:
        setting = f"{self.key} = {self.value}" if self.value is not None else self.key
        head = f"{self.place}: {setting}".rstrip(": ")
        return f"{head}\n    {self.message}\n    fix: {self.hint}"


class ConfigError(Exception):
    """Base of all configuration errors."""


class ConfigInvalid(ConfigError):
    """The configuration files have problems; `problems` holds all of them, by file and line.

    `rest` is a catalog of the valid declarations, so that a later check (of queries, for example)
    can report its problems together with these; None where too little could be read. `valid` is
    that catalog even then, for commands that only read stored data.
    """

    def __init__(
        self,
        problems: Iterable[Problem],
        *,
        rest: Catalog | None = None,
        valid: Catalog | None = None,
    ) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line)))
        self.rest = rest
        self.valid = valid
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def extend(self, problems: Iterable[Problem]) -> ConfigInvalid:
        """Return a copy with more problems, sorted by file and line."""
        return ConfigInvalid((*self.problems, *problems), rest=self.rest, valid=self.valid)


class ConfigNotFound(ConfigError):
    """The configuration folder, or a file to be edited, does not exist."""


class EditRefused(ConfigError):
    """Nothing was written: a file would have been overwritten or made invalid."""


class NotOpml(ConfigError):
    """The document to import is not OPML."""
