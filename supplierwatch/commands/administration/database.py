"""`backup`, `restore`, `prune`, and `db` with its commands: maintenance of the database."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from supplierwatch.commands.administration import copying
from supplierwatch.formatting.console import console, note, plural, print_json
from supplierwatch.shell import registering
from supplierwatch.shell.exits import Exit
from supplierwatch.shell.failures import CommandError, NothingStoredError, UsageError
from supplierwatch.shell.options import Json
from supplierwatch.shell.registering import add
from supplierwatch.shell.session import archive, session, working_store

PANEL = "Data"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    add(
        app,
        "backup",
        backup,
        panel=PANEL,
        examples=(("backup /backups/watch-$(date +%F).db", "safe while the service runs"),),
    )
    add(
        app,
        "restore",
        restore,
        panel=PANEL,
        examples=(("restore /backups/watch-2026-11-01.db", "with the service stopped"),),
    )
    add(
        app,
        "prune",
        prune,
        panel=PANEL,
        examples=(
            ("prune --dry-run", "what [retention] of settings.toml would delete"),
            ("prune", "delete it now; the service does so by itself"),
        ),
    )
    group = registering.group(app, "db", database, panel=PANEL, examples=())
    add(
        group,
        "check",
        check,
        examples=(("db check", "reads every page; safe while the service runs"),),
    )
    add(
        group,
        "upgrade",
        upgrade,
        examples=(("db upgrade", "after a new version was installed"),),
    )
    add(group, "copy", copying.copy, examples=copying.EXAMPLES)


def database() -> None:
    """Check, upgrade or copy the database."""


def backup(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where to write it.", dir_okay=False)
    ],
) -> None:
    """Copy the database into FILE, whole, while the service runs.

    The copy is of one moment and is checked before it gets its name; a file that exists is not
    overwritten. On PostgreSQL use pg_dump. The configuration is not in it: keep that folder too.
    """
    from storage.engine.backup import backup as copy

    copy(session(ctx).service_settings().database_url, file)
    console().print(f"wrote {file} ({file.stat().st_size / 1e6:,.1f} MB)", soft_wrap=True)


def prune(
    ctx: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be deleted.")
    ] = False,
    json: Json = False,
) -> None:
    """Delete texts and mentions past their retention time.

    The time is set by [retention] in settings.toml; without it everything is kept. Titles,
    addresses and hashes stay, so that a pruned article never comes back as new and no message is
    sent twice. The service prunes by itself.
    """
    from datetime import UTC, datetime

    from supplierwatch.service.service import Service

    wired = session(ctx).wired()
    retention = wired.catalog.settings.retention
    if dry_run:
        now = datetime.now(UTC)
        with archive(wired) as store, store.reading() as unit:
            pruned = unit.retention.due(
                texts=None if retention.texts is None else now - retention.texts,
                mentions=None if retention.mentions is None else now - retention.mentions,
                raw=None if retention.raw is None else now - retention.raw,
            )
    else:
        with working_store(wired) as store:
            pruned = Service(wired, store).prune()
    if json:
        print_json({"dry_run": dry_run, **asdict(pruned)})
        return
    if retention.texts is None and retention.mentions is None and retention.raw is None:
        console().print("Everything is kept: settings.toml has no [retention].")
        return
    summary = (
        f"{plural(pruned.texts, 'text')} with {plural(pruned.versions, 'earlier version')}, "
        f"{plural(pruned.mentions, 'mention')}, {plural(pruned.messages, 'message')} "
        f"and {plural(pruned.raw, 'raw answer')}"
    )
    console().print(f"{summary} {'would be deleted' if dry_run else 'deleted'}.")


def restore(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A backup.", exists=True, dir_okay=False),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking first.")] = False,
) -> None:
    """Replace the database by a backup.

    The backup is checked first, and the present database is kept beside it under another name.
    Refused with exit code 4 while the service runs.
    """
    from storage.engine.backup import restore as put_back
    from storage.engine.service_lock import ServiceLock

    settings = session(ctx).service_settings()
    settings.data.mkdir(parents=True, exist_ok=True)
    with ServiceLock(settings.data):
        if not yes:
            typer.confirm(f"Replace the present database by {file}?", abort=True, err=True)
        kept = put_back(file, settings.database_url)
    console().print(f"restored from {file}", soft_wrap=True)
    if kept is not None:
        note(f"the former database is kept as {kept}")


def upgrade(ctx: typer.Context) -> None:
    """Bring the database to this version's schema, after a backup.

    `run` does this by itself when it starts; use this command to do it earlier. A database that is
    newer than this program is refused with exit code 5 and is not touched.
    """
    wired = session(ctx).wired()
    with working_store(wired) as store, store.reading() as unit:
        items = unit.items.count()
    console().print(f"the database is up to date: {plural(items, 'item')}")


def check(ctx: typer.Context) -> None:
    """Read the whole database and say whether it is damaged.

    Pages, indexes and references of a SQLite file are checked; that takes about a minute for ten
    gigabytes. Ends with exit code 5 where something is wrong. On PostgreSQL use pg_amcheck.
    """
    from storage.engine.backup import file_of, verify
    from storage.errors import BackupFailed

    url = session(ctx).service_settings().database_url
    try:
        file = file_of(url)
    except BackupFailed as error:
        raise UsageError(
            "this command reads SQLite files", "For PostgreSQL use pg_amcheck."
        ) from error
    if not file.exists():
        raise NothingStoredError(f"there is no database at {file}")
    try:
        verify(file)
    except BackupFailed as error:
        raise CommandError(
            str(error),
            "Stop the service and restore a backup: supplierwatch restore FILE. The damaged "
            "database is kept beside it.",
            exit=Exit.DATABASE_REFUSED,
        ) from error
    console().print(f"{file} is not damaged", soft_wrap=True)
