"""The command `supplierwatch`: global options, the list of commands, exit codes of failures.

Commands are in `supplierwatch.commands`, their output in `supplierwatch.views`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from supplierwatch.commands.administration import database, demo, service, setting_up, users
from supplierwatch.commands.archive import (
    assistants,
    backtesting,
    events,
    explaining,
    exporting,
    searching,
    suppliers,
    versions,
    watches,
)
from supplierwatch.commands.messages import mail, outgoing, quarantine, reading
from supplierwatch.commands.sources import crawling, doctor, sources
from supplierwatch.shell.failures import show_failure
from supplierwatch.shell.options import CONFIG_HELP, VERBOSE_HELP
from supplierwatch.shell.registering import CommandGroup, help_of
from supplierwatch.shell.session import Session, log_to_stderr

__all__ = ["app", "main"]


class Commands(CommandGroup):
    """The root group: accepts global options anywhere, turns exceptions into exit codes."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run with `args`, or with the arguments of the process."""
        import sys

        given = list(sys.argv[1:] if args is None else args)
        return super().main(move_globals_first(given), *rest, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; print what it raises and exit with the code for it."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            if type(error).__module__.startswith("typer.") or isinstance(error, BrokenPipeError):
                raise  # typer prints usage errors and handles exits itself
            raise typer.Exit(show_failure(error, verbose=_is_verbose(ctx))) from error


def move_globals_first(args: Sequence[str]) -> list[str]:
    """Move --config and --verbose before the command, so that they may be typed anywhere.

    Arguments after `--` stay as they are.
    """
    front: list[str] = []
    rest: list[str] = []
    given = iter(args)
    for arg in given:
        if arg == "--":
            rest += [arg, *given]
        elif arg == "--verbose" or arg.startswith("--config="):
            front.append(arg)
        elif arg == "--config":
            front += [arg, *[value for value in [next(given, None)] if value is not None]]
        else:
            rest.append(arg)
    return front + rest


def _is_verbose(ctx: Any) -> bool:
    return bool(ctx.params.get("verbose"))


def _show_version(wanted: bool) -> None:  # the signature of a typer callback
    if wanted:
        typer.echo(f"supplierwatch {version('supplierwatch')}")
        raise typer.Exit


app = typer.Typer(
    name="supplierwatch",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def supplierwatch(
    ctx: typer.Context,
    config: Annotated[
        Path | None, typer.Option("--config", metavar="DIR", help=CONFIG_HELP, file_okay=False)
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help=VERBOSE_HELP)] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    """Watch the media for suppliers, and get e-mail digests and alerts.

    First steps:
      supplierwatch init           write a starting configuration into ./config
      supplierwatch check          check it
      supplierwatch crawl          poll every source once
      supplierwatch run            keep running: poll, match, mail

    The configuration is read from ./config; --config or SUPPLIERWATCH_CONFIG names another folder.
    """
    ctx.obj = Session(config=config, verbose=verbose)
    log_to_stderr(logging.INFO if verbose else logging.ERROR)


app.callback(cls=Commands, help=help_of(supplierwatch))(supplierwatch)

for family in (
    demo,
    setting_up,
    service,
    crawling,
    mail,
    outgoing,
    quarantine,
    users,
    reading,
    searching,
    backtesting,
    explaining,
    events,
    assistants,
    versions,
    suppliers,
    sources,
    watches,
    doctor,
    exporting,
    database,
):
    family.register(app)


def main() -> None:
    """Run the command line."""
    app()
