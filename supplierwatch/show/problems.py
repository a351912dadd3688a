"""Problems of configuration files and of queries, with the place and the mend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from supplierwatch.show.console import clean

if TYPE_CHECKING:
    from config.errors import Problem

    from alerts.query import QueryError


def problems_text(problem: Problem, *, style: str = "red") -> Text:
    """One problem: place, key and value, what is wrong (a caret line keeps its columns), mend."""
    text = Text()
    text.append(f"{problem.file}:{problem.line}", f"bold {style}")
    said = f"  {problem.key}" if problem.key else ""
    if problem.value is not None and str(problem.value):
        said += f" = {clean(str(problem.value), 200)}"
    text.append(said, "cyan")
    for part in problem.message.splitlines():
        text.append(f"\n    {part}")
    if problem.mend:
        text.append("\n    mend: ", "green")
        text.append(problem.mend)
    return text


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


def query_error_text(error: QueryError) -> Text:
    """What is wrong with a query, where, and how it would be right."""
    text = Text()
    text.append(f"{error.caret}\n")
    text.append(f"{error.message} (column {error.column})")
    if error.mend:
        text.append("\nmend: ", "green")
        text.append(error.mend)
    return text
