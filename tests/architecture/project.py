"""The project's files, as the tests of the code read them."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

from tests import ROOT

PACKAGES = ("config", "storage", "crawler", "alerts", "supplierwatch")
_PASSED_OVER = {".git", ".venv", "data", "demo-output", "dist", "__pycache__"}


@cache
def project_files() -> tuple[Path, ...]:
    """Every file that belongs to the project: what git keeps, or what lies there without git."""
    listed = subprocess.run(  # git, with nothing from outside
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode == 0 and listed.stdout:
        names = listed.stdout.decode().split("\0")
        return tuple(sorted(path for name in names if name and (path := ROOT / name).is_file()))
    return tuple(
        sorted(
            path
            for path in ROOT.rglob("*")
            if path.is_file() and not _PASSED_OVER & set(path.relative_to(ROOT).parts)
        )
    )


def python_files(*folders: str) -> list[Path]:
    """The Python files below `folders`."""
    return [
        path
        for path in project_files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in folders
    ]


@cache
def syntax_of(path: Path) -> ast.Module:
    """The syntax tree of a file: each is parsed once in a process."""
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    """A file's path within the project, to name a test case."""
    return str(path.relative_to(ROOT))


def read(name: str) -> str:
    """The text of a file of the project."""
    return (ROOT / name).read_text(encoding="utf-8")
