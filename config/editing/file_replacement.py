"""Reads a configuration file that is to be edited, and replaces its content atomically."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from config.errors import ConfigNotFound, EditRefused


def read_content(path: Path) -> bytes:
    """Read a configuration file that is to be edited.

    Raises:
        ConfigNotFound: there is no such file.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ConfigNotFound(
            f"there is no {path}: `supplierwatch init {path.parent}` writes one"
        ) from None


def replace_file(path: Path, before: bytes, after: bytes) -> None:
    """Replace the content atomically.

    Raises:
        EditRefused: the file was edited in the meantime.
    """
    target = path.resolve()  # keep a symbolic link
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{path.name}.", suffix=".tmp")
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        draft.chmod(target.stat().st_mode & 0o777)
        if path.read_bytes() != before:
            raise EditRefused(f"{path} was edited at this moment: try again")
        draft.replace(target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
