"""Registers functions as commands: the docstring is the help, examples are the epilog."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import typer
from rich.markup import escape
from typer.core import TyperCommand, TyperGroup

Parameters = TypeVar("Parameters", bound=Iterable[Any])
Example = tuple[str, str]  # arguments of `supplierwatch`, and what they do


def add(
    app: typer.Typer,
    name: str,
    function: Callable[..., None],
    *,
    panel: str | None = None,
    examples: tuple[Example, ...],
) -> None:
    """Add `function` to `app` as the command `name`."""
    app.command(
        name,
        cls=Command,
        help=help_of(function),
        rich_help_panel=panel,
        epilog=epilog_of(examples),
    )(function)


def group(
    app: typer.Typer,
    name: str,
    function: Callable[..., None],
    *,
    panel: str,
    examples: tuple[Example, ...],
    alone: bool = False,
) -> typer.Typer:
    """Add a group of commands to `app`.

    Args:
        app: the application.
        name: of the group.
        function: the callback of the group; its docstring is the help.
        panel: heading in the help of `app`.
        examples: shown below the help.
        alone: run `function` also when no subcommand is named.
    """
    made = typer.Typer(rich_markup_mode="rich")
    made.callback(
        cls=CommandGroup,
        help=help_of(function),
        invoke_without_command=alone,
        no_args_is_help=not alone,
        epilog=epilog_of(examples),
    )(function)
    app.add_typer(made, name=name, rich_help_panel=panel)
    return made


class Command(TyperCommand):
    """A command whose help shows no type for flags."""

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters, --help included."""
        return without_types(super().get_params(ctx))


class CommandGroup(TyperGroup):
    """A group whose help shows no type for flags."""

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters, --help included."""
        return without_types(super().get_params(ctx))


def without_types(parameters: Parameters) -> Parameters:
    """Remove the metavar `<bool>` from flags."""
    for parameter in parameters:
        if getattr(parameter, "is_flag", False):
            parameter.metavar = ""
    return parameters


def help_of(function: Callable[..., object]) -> str:
    """Return the docstring as rich markup, paragraphs joined; indented lines stay as they are."""
    doc = escape(inspect.getdoc(function) or "")
    paragraphs = re.split(r"\n\s*\n", doc)
    return "\n\n".join(
        part if re.search(r"(?m)^ ", part) else " ".join(part.split()) for part in paragraphs
    )


def epilog_of(examples: tuple[Example, ...]) -> str:
    """Return examples as rich markup."""
    lines = [
        f"[bold]{escape('supplierwatch ' + command)}[/bold]\n    [dim]{escape(purpose)}[/dim]"
        for command, purpose in examples
    ]
    return "\n".join(["[yellow]Examples[/yellow]", *lines]) if lines else ""
