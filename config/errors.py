"""What can be wrong with a configuration, all of it said at once.

ConfigError
├── ConfigInvalid    the files say something that cannot be
├── ConfigNotFound   there is no such folder
├── NotOpml          what was to be imported is no list of feeds
└── StarterRefused   a file would be overwritten, or an addition would be wrong
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from config.model import Catalog

__all__ = ["ConfigError", "ConfigInvalid", "ConfigNotFound", "NotOpml", "Problem", "StarterRefused"]

ENVIRONMENT = "environment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, where it stands, and how to mend it.

    `line` counts from 1; it is 0 where there is no line, as in the environment or for a missing
    file. `value` is what was written, None where nothing was or where it must not be shown.
    """

    file: str
    line: int
    key: str
    value: str | None
    message: str
    mend: str

    @property
    def place(self) -> str:
        """File and line, as editors and terminals take them."""
        return f"{self.file}:{self.line}" if self.line else self.file

    def __str__(self) -> str:
        said = f"{self.key} = {self.value}" if self.value is not None else self.key
        head = f"{self.place}: {said}".rstrip(": ")
        return f"{head}\n    {self.message}\n    mend: {self.mend}"


class ConfigError(Exception):
    """A configuration cannot be used or written."""


class ConfigInvalid(ConfigError):
    """The files of a configuration are wrong; `problems` is all that is.

    `rest` is what is right beside it, so that whoever looks further (at queries, say) can tell
    those problems in the same breath; None where too little is known.
    """

    def __init__(self, problems: Iterable[Problem], *, rest: Catalog | None = None) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line)))
        self.rest = rest
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def extend(self, problems: Iterable[Problem]) -> ConfigInvalid:
        """The same with more problems, in the order of files and lines."""
        return ConfigInvalid((*self.problems, *problems), rest=self.rest)


class ConfigNotFound(ConfigError):
    """There is no configuration folder."""


class StarterRefused(ConfigError):
    """Nothing was written, since something there would have been lost or broken."""


class NotOpml(ConfigError):
    """What was to be imported is no list of feeds."""
