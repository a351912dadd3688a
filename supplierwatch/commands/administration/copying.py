"""`db copy`: moves everything from one database to another."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from supplierwatch.formatting.console import console, note
from supplierwatch.shell.exits import Exit
from supplierwatch.shell.failures import CommandError, UsageError
from supplierwatch.shell.registering import Example
from supplierwatch.shell.session import Session, session

EXAMPLES: tuple[Example, ...] = (
    ("db copy data/supplierwatch.db @/run/secrets/database-url", "to PostgreSQL; URL in a file"),
    ("db copy env:CLUSTER_URL data/supplierwatch.db", "and back; URL in a variable"),
)


def copy(
    ctx: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FROM", help="What is read; stays as it is.")],
    target: Annotated[
        str, typer.Argument(metavar="TO", help="What is written: empty, or partly copy_report.")
    ],
) -> None:
    """Copy everything from one database to another, either way.

    Each of FROM and TO is the path of a SQLite file, a URL, @FILE with a URL in it, or env:NAME of
    a variable with a URL (so that no password is seen in lists of processes). Stop the service and
    its workers first: the copy is refused with exit code 4 while they run. A copy that was
    interrupted is continued by the same command. Both sides are compared at the end. The service
    continues with TO where the old one stopped; no message is sent twice.
    """
    from storage.copying import copy_database, open_both
    from supplierwatch.views.copy_report import CopyProgress, print_copied

    now_session = session(ctx)
    source_url = read_database_argument(source, now_session.environ)
    target_url = read_database_argument(target, now_session.environ)
    folders = _find_data_folders(now_session)
    with (
        open_both(source_url, target_url, data_folders=folders) as (reading, writing),
        CopyProgress() as progress,
    ):
        copied = copy_database(reading, writing, progress.take)
    print_copied(console(), copied)
    note("the full-text index is filled by the service; search finds everything meanwhile")


def read_database_argument(argument: str, environ: Mapping[str, str]) -> str:
    """Return the URL that an argument means.

    Raises:
        UsageError: it names a variable that is not set.
        CommandError: it names a file that cannot be read.
    """
    if argument.startswith("env:"):
        name = argument.removeprefix("env:")
        value = environ.get(name, "").strip()
        if not value:
            raise UsageError(f"the variable {name or '(no name)'} is not set", _FORMS)
        return value
    if argument.startswith("@"):
        return _read_url(Path(argument[1:]))
    if "://" in argument:
        return argument
    return f"sqlite:///{Path(argument).absolute()}"


_FORMS = "Write a path, a URL, @FILE with a URL in it, or env:NAME of a variable with a URL."


def _read_url(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise CommandError(f"{file} cannot be read: {reason}", _FORMS, exit=Exit.USAGE) from error
    if "://" not in text or "\n" in text:
        raise UsageError(f"{file} does not hold one URL", _FORMS)
    return text


def _find_data_folders(now_session: Session) -> tuple[Path, ...]:
    """Return the data folder of the configuration of this machine, where there is one."""
    from config.errors import ConfigError

    try:
        folder = now_session.service_settings().data
    except ConfigError:
        return ()
    return (folder.resolve(),) if folder.is_dir() else ()
