"""Reads secrets and overrides from environment variables, or from files that they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.errors import ENVIRONMENT, Problem

USERNAME = "SUPPLIERWATCH_SMTP_USERNAME"
PASSWORD = "SUPPLIERWATCH_SMTP_PASSWORD"  # noqa: S105  # the name of it
OIDC_SECRET = "SUPPLIERWATCH_OIDC_SECRET"  # noqa: S105  # the name of it
DATABASE_URL = "SUPPLIERWATCH_DATABASE_URL"
DATA = "SUPPLIERWATCH_DATA"
_DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Values from environment variables; None where a variable is not set."""

    smtp_username: str | None = None
    smtp_password: str | None = None
    database_url: str | None = None
    data: Path | None = None


def read_environment(environ: Mapping[str, str]) -> tuple[Environment, list[Problem]]:
    """Return the values and their problems; no problem repeats a secret."""
    problems: list[Problem] = []
    username = environ.get(USERNAME) or None
    password = _read_secret(environ, PASSWORD, problems)
    if (username is None) != (password is None) and not problems:
        given, absent = (USERNAME, PASSWORD) if username else (PASSWORD, USERNAME)
        problems.append(
            problem(given, f"is set, but {absent} is not", f"set {absent} as well, or neither")
        )
    url = _read_secret(environ, DATABASE_URL, problems)
    if url is not None:
        problems += _check_database_url(url)
    data = environ.get(DATA, "").strip()
    return (
        Environment(
            smtp_username=username,
            smtp_password=password,
            database_url=url,
            data=Path(data) if data else None,
        ),
        problems,
    )


def channel_variable(key: str) -> str:
    """Return the name of the variable that holds the secret of a channel."""
    return f"SUPPLIERWATCH_CHANNEL_{key.upper().replace('-', '_')}_SECRET"


def channel_secret(environ: Mapping[str, str], key: str) -> tuple[str | None, list[Problem]]:
    """Return the secret of a channel (None where not set) and its problems."""
    problems: list[Problem] = []
    return _read_secret(environ, channel_variable(key), problems), problems


def read_oidc_secret(environ: Mapping[str, str]) -> tuple[str | None, list[Problem]]:
    """Return the client's secret at the OpenID provider (None where not set) and its problems."""
    problems: list[Problem] = []
    return _read_secret(environ, OIDC_SECRET, problems), problems


def problem(key: str, message: str, hint: str, *, value: str | None = None) -> Problem:
    """Make a problem of the variable `key`."""
    return Problem(file=ENVIRONMENT, line=0, key=key, value=value, message=message, hint=hint)


def _read_secret(environ: Mapping[str, str], name: str, problems: list[Problem]) -> str | None:
    """Return the value of `name`, or the only line of the file that `name`_FILE names."""
    direct, named = environ.get(name) or None, environ.get(f"{name}_FILE") or None
    if named is None:
        return direct
    variable = f"{name}_FILE"
    if direct is not None:
        problems.append(problem(variable, f"is set, and so is {name}", "unset one of them"))
        return None
    try:
        text = Path(named).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        problems.append(
            problem(
                variable,
                f"names a file that cannot be read: {reason}",
                "correct the path, or let the user that runs supplierwatch read it",
                value=named,
            )
        )
        return None
    if not text or "\n" in text:
        found = "several lines" if text else "nothing"
        problems.append(
            problem(
                variable,
                f"names a file with {found} in it",
                "put the value there, on one line",
                value=named,
            )
        )
        return None
    return text


def _check_database_url(url: str) -> list[Problem]:
    scheme, colon, rest = url.partition("://")
    if not colon or scheme.partition("+")[0] not in _DATABASES:
        hint = "write sqlite:////absolute/path.db or postgresql://user:password@host/name"
        if scheme == "postgres":
            hint = "begin it with postgresql:// instead of postgres://"
        return [problem(DATABASE_URL, "is not a database that supplierwatch can use", hint)]
    if scheme.startswith("sqlite") and rest in ("", "/", "/:memory:"):
        return [
            problem(
                DATABASE_URL,
                "is an in-memory database, which other processes cannot open",
                "name a file: sqlite:////absolute/path.db",
            )
        ]
    return []
