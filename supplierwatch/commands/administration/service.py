"""`run`: runs the service in the foreground."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import typer

from supplierwatch.formatting.console import note, plural
from supplierwatch.shell.registering import add
from supplierwatch.shell.session import log_to_stderr, session

if TYPE_CHECKING:
    from supplierwatch.service.service import Service

PANEL = "Run"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    add(
        app,
        "run",
        run,
        panel=PANEL,
        examples=(
            ("run", "with ./config, data in ./data"),
            ("--config /etc/supplierwatch run", "as in a systemd unit"),
        ),
    )


def run(ctx: typer.Context) -> None:
    """Run the service until it is stopped: poll, match, mail.

    It logs to standard error, re-reads the configuration when a file changes, and ends within 15
    seconds of Ctrl-C or SIGTERM. Whatever was due while it was stopped is done when it starts
    again. One service runs on one data folder: a second one ends with exit code 4.
    """
    from supplierwatch.service.run import run_service

    now_session = session(ctx)
    log_to_stderr(logging.DEBUG if now_session.verbose else logging.INFO)
    run_service(now_session.folder(), now_session.environ, started=_print_started)


def _print_started(service: Service, link: str | None) -> None:
    from supplierwatch.views.checked import mail_words

    catalog = service.catalog
    sources = sum(1 for source in catalog.sources if source.enabled)
    listen = catalog.settings.service.listen
    note(
        f"supplierwatch is running: {plural(sources, 'source')}, "
        f"{plural(len(catalog.watches), 'watch', 'watches')}; {mail_words(catalog.settings)}"
    )
    if listen:
        note(f"health: http://{listen}/health")
        if link is None:
            note(f"desk:   http://{listen}/")
        else:
            note(f"desk:   {link} makes its first user, once, from this machine")
    note("Ctrl-C ends it.")
