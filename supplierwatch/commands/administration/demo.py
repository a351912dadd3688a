"""`demo`: runs the service on a bundled newsroom."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from supplierwatch.formatting.console import console
from supplierwatch.shell.registering import add

PANEL = "Start"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    add(
        app,
        "demo",
        demo,
        panel=PANEL,
        examples=(
            ("demo", "everything goes to ./demo-output"),
            ("demo --serve", "open the desk in a browser, until Ctrl-C"),
            ("demo --output /tmp/demo", "to another folder"),
        ),
    )


def demo(
    output: Annotated[
        Path,
        typer.Option(
            help="Folder for configuration, database and mails; an earlier demo in it is removed."
        ),
    ] = Path("demo-output"),
    serve: Annotated[
        bool,
        typer.Option(
            "--serve",
            help="Open the desk on an archive with six weeks of generated history, until Ctrl-C.",
        ),
    ] = False,
) -> None:
    """Run the service on a bundled newsroom, in under two minutes.

    Eight fictional outlets are served on this machine. The service polls them three times as it
    would poll real ones, and writes to two readers. The results are checked against an answer key:
    exit code 0 means that all of it is right. No account, no server, no network is needed.

    With --serve, the desk is opened on a free port of this machine, over an archive with six weeks
    of history that is generated in a few seconds. The link to it is printed, and works once. Its
    files are in the folder `desk` of the output.
    """
    if serve:
        import logging

        from supplierwatch.demo.serve import serve_demo
        from supplierwatch.shell.session import log_to_stderr

        log_to_stderr(logging.ERROR)
        serve_demo(console(), output=output.resolve() / "desk")
        return
    from supplierwatch.demo.run import run_demo

    code = run_demo(console(), output=output.resolve())
    if code:
        raise typer.Exit(code)
