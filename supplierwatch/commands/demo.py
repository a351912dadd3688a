"""`demo`: the whole job on a bundled newsroom."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from supplierwatch.formatting.console import console
from supplierwatch.shell.registering import add

PANEL = "Start"


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    add(
        app,
        "demo",
        demo,
        panel=PANEL,
        examples=(
            ("demo", "everything goes to ./demo-output"),
            ("demo --output /tmp/demo", "to another folder"),
        ),
    )


def demo(
    output: Annotated[
        Path,
        typer.Option(
            help="Folder for configuration, database and mails; a demo's own files there go first."
        ),
    ] = Path("demo-output"),
) -> None:
    """Show the whole job on a bundled newsroom, in under two minutes.

    Eight fictional outlets go on the air on this machine alone. The service polls them three times
    as it would poll real ones, tells two readers, and everything is held against an answer key:
    exit code 0 says that all of it came out right. No account, no server, no network is needed.
    """
    from supplierwatch.demo.run import run_demo

    code = run_demo(console(), output=output.resolve())
    if code:
        raise typer.Exit(code)
