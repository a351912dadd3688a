"""Checks and writes an edit of watches.toml, unless the file was changed since it was shown."""

from __future__ import annotations

import hashlib
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.starter import replace_file
from supplierwatch.wiring import CompiledConfiguration, load

NAME = "watches.toml"
_WRITING = threading.Lock()


@dataclass(frozen=True, slots=True)
class WatchFile:
    """The bytes of watches.toml as they were read."""

    path: Path
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the content, which a form sends back."""
        return hashlib.sha256(self.content).hexdigest()


def read_file(folder: Path) -> WatchFile:
    """Read watches.toml.

    Raises:
        OSError: it cannot be read.
    """
    path = folder / NAME
    return WatchFile(path, path.read_bytes())


def check_edit(
    folder: Path,
    content: bytes,
    environ: Mapping[str, str],
    in_force: CompiledConfiguration,
) -> CompiledConfiguration:
    """Compile the whole configuration as it would be with this content of watches.toml.

    Raises:
        ConfigInvalid: `check` would refuse it.
        OSError: a file cannot be read.
    """
    with tempfile.TemporaryDirectory() as scratch:
        draft = Path(scratch)
        for path in sorted(folder.glob("*.toml")):
            (draft / path.name).write_bytes(content if path.name == NAME else path.read_bytes())
        return load(draft, environ, previous=in_force)


def write_file(file: WatchFile, content: bytes) -> None:
    """Replace the content atomically.

    Raises:
        StarterRefused: the file was changed since it was read; nothing is written.
        OSError: the folder cannot be written.
    """
    with _WRITING:
        replace_file(file.path, file.content, content)
