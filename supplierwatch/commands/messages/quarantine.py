"""`quarantine` and `quarantine retry`: lists failed tasks and retries them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from supplierwatch.formatting.console import console, plural, print_json
from supplierwatch.shell import registering
from supplierwatch.shell.failures import NothingStoredError, UsageError
from supplierwatch.shell.options import Json
from supplierwatch.shell.session import archive, session

PANEL = "Messages"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    group = registering.group(
        app,
        "quarantine",
        quarantine,
        panel=PANEL,
        alone=True,
        examples=(
            ("quarantine", "what failed, why, and when it is tried again"),
            ("quarantine retry match 41", "match one item again"),
            ("quarantine retry --all", "try all of it again, after an update"),
        ),
    )
    registering.add(
        group,
        "retry",
        retry,
        examples=(
            ("quarantine retry match 41", "this item"),
            ("quarantine retry show", "every item that could not be shown in full"),
            ("quarantine retry --all", "everything"),
        ),
    )


def quarantine(ctx: typer.Context, json: Json = False) -> None:
    """List tasks that failed and are tried again, or were set aside.

    Work that fails or takes too long is tried again after one and five minutes, and set aside after
    the third attempt. Other work is not affected.
    """
    if ctx.invoked_subcommand is not None:
        return
    from supplierwatch.json_documents.failed_tasks import failed_task_json
    from supplierwatch.views import quarantine as view

    try:
        with archive(session(ctx).wired()) as store, store.reading() as unit:
            failed_tasks = unit.quarantine.list()
    except NothingStoredError:
        failed_tasks = ()
    if json:
        print_json({"quarantine": [failed_task_json(each) for each in failed_tasks]})
    else:
        view.print_failed_tasks(console(), failed_tasks)


def retry(
    ctx: typer.Context,
    task: Annotated[
        str | None,
        typer.Argument(metavar="[TASK]", help="Only this task, as `quarantine` names it."),
    ] = None,
    subject: Annotated[
        str | None, typer.Argument(metavar="[SUBJECT]", help="Only this subject.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything that failed.")] = False,
) -> None:
    """Try failed tasks again now, with attempts reset.

    The service does so within seconds; without a service the next `crawl` does.
    """
    from supplierwatch.health.quarantine_mail import retry_quarantined

    if everything == (task is not None):
        raise UsageError("name what to try again: a task, or --all")
    now = datetime.now(UTC)
    with archive(session(ctx).wired()) as store, store.transaction() as unit:
        chosen = retry_quarantined(unit, now, task, subject)
        remaining = sorted({f"{each.task} {each.subject}" for each in unit.quarantine.list()})
    if not chosen and not everything:
        listed = (
            f"There is: {', '.join(remaining[:10])}." if remaining else "Nothing is in quarantine."
        )
        raise UsageError(f"nothing of {task} {subject or ''} failed".replace("  ", " "), listed)
    console().print(f"{plural(len(chosen), 'subject')} to be tried again.")
