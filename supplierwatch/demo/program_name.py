"""How a person starts this program from the folder that they are in."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path

NAME = "supplierwatch"


def name_program() -> str:
    """Return what to type for this program, as a shell reads it.

    The name alone where a shell finds this very program by it; else the path of the command beside
    the interpreter that runs this; else that interpreter with `-m`.
    """
    beside = Path(sys.executable).with_name(NAME)
    found = shutil.which(NAME)
    if found is not None and (not beside.exists() or Path(found).samefile(beside)):
        return NAME
    if os.access(beside, os.X_OK):
        return shlex.quote(_shorten(beside))
    return f"{shlex.quote(_shorten(Path(sys.executable)))} -m {NAME}"


def _shorten(path: Path) -> str:
    """Return a path relative to the current folder where it lies below it."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
