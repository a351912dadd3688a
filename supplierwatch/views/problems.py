"""Prints problems of configuration files and queries, with the location and the fix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from supplierwatch.formatting.console import clean, print_indented

if TYPE_CHECKING:
    from alerts.query import Query, QueryError
    from config.errors import Problem

MAX_VALUE = 200


def print_problem(screen: Console, problem: Problem, *, style: str = "red") -> None:
    """Print a problem: location, key and value, what is wrong, how to fix it."""
    head = Text(problem.place, f"bold {style}")
    setting = f"  {problem.key}" if problem.key else ""
    if problem.value is not None and str(problem.value):
        setting += f" = {clean(str(problem.value), MAX_VALUE)}"
    head.append(setting, "cyan")
    screen.print(head, soft_wrap=True)
    words, _, caret = problem.message.partition("\n")
    print_indented(screen, Text(words), 4)
    print_caret(screen, caret, 4)
    if problem.hint:
        print_indented(screen, Text.assemble(("fix: ", "green"), problem.hint), 4)


def print_query_error(screen: Console, error: QueryError) -> None:
    """Print what is wrong with a query, where, and how to fix it."""
    print_caret(screen, error.caret, 2)
    print_indented(screen, Text(f"{error.message} (column {error.column})"))
    if error.hint:
        print_indented(screen, Text.assemble(("fix: ", "green"), error.hint))


def print_query_warnings(screen: Console, query: Query) -> None:
    """Print the warnings of a query."""
    for warning in query.warnings:
        text = ". ".join(part for part in (warning.message.rstrip("."), warning.hint) if part)
        screen.print(Text.assemble(("warning: ", "bold yellow"), text))


def print_caret(screen: Console, caret: str, by: int) -> None:
    """Print a query and its caret line, cut to the width of the screen, never wrapped."""
    lines = [line.removeprefix("  ") for line in caret.splitlines()]
    width = max(20, screen.width - by)
    begin = 0
    if any(len(line) > width for line in lines):
        begin = max(0, lines[-1].find("^") - width * 2 // 3)
    for line in lines:
        screen.print(Text(" " * by + line[begin : begin + width]), soft_wrap=True)


def problem_json(problem: Problem) -> dict[str, Any]:
    """Return a problem or warning as JSON-ready values."""
    return {
        "file": str(problem.file),
        "line": problem.line,
        "key": problem.key,
        "value": problem.value if problem.value is None else str(problem.value),
        "message": problem.message,
        "hint": problem.hint,
        "mend": problem.hint,  # the former name of `hint`, kept for scripts
    }
