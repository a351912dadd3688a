"""Problems of configuration files and of queries, with the place and the mend."""

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
    """One problem: its place, key and value, what is wrong, how to mend it."""
    head = Text(problem.place, f"bold {style}")
    said = f"  {problem.key}" if problem.key else ""
    if problem.value is not None and str(problem.value):
        said += f" = {clean(str(problem.value), MAX_VALUE)}"
    head.append(said, "cyan")
    screen.print(head, soft_wrap=True)
    words, _, caret = problem.message.partition("\n")
    print_indented(screen, Text(words), 4)
    print_caret(screen, caret, 4)
    if problem.mend:
        print_indented(screen, Text.assemble(("mend: ", "green"), problem.mend), 4)


def print_query_error(screen: Console, error: QueryError) -> None:
    """What is wrong with a query, where, and how it would be right."""
    print_caret(screen, error.caret, 2)
    print_indented(screen, Text(f"{error.message} (column {error.column})"))
    if error.mend:
        print_indented(screen, Text.assemble(("mend: ", "green"), error.mend))


def print_query_warnings(screen: Console, query: Query) -> None:
    """What may not be meant as it is written."""
    for warning in query.warnings:
        said = ". ".join(part for part in (warning.message.rstrip("."), warning.mend) if part)
        screen.print(Text.assemble(("warning: ", "bold yellow"), said))


def print_caret(screen: Console, caret: str, by: int) -> None:
    """A query and the line that points into it: cut where they are too wide, never wrapped."""
    lines = [line.removeprefix("  ") for line in caret.splitlines()]
    width = max(20, screen.width - by)
    begin = 0
    if any(len(line) > width for line in lines):
        begin = max(0, lines[-1].find("^") - width * 2 // 3)
    for line in lines:
        screen.print(Text(" " * by + line[begin : begin + width]), soft_wrap=True)


def problem_json(problem: Problem) -> dict[str, Any]:
    """One problem or warning, for scripts."""
    return {
        "file": str(problem.file),
        "line": problem.line,
        "key": problem.key,
        "value": problem.value if problem.value is None else str(problem.value),
        "message": problem.message,
        "mend": problem.mend,
    }
