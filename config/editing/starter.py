"""Writes the starting configuration files. Never overwrites content."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from config.errors import EditRefused
from config.locate import FILES


def write_starter(folder: Path) -> list[Path]:
    """Write the shipped files into `folder`, created if absent; return their paths.

    Raises:
        EditRefused: one of the files exists; nothing is written.
    """
    targets = [folder / name for name in FILES]
    existing = [path.name for path in targets if path.exists() or path.is_symlink()]
    if existing:
        raise EditRefused(
            f"{folder} already contains {', '.join(existing)}: name another folder, "
            "or move these files away"
        )
    folder.mkdir(parents=True, exist_ok=True)
    shipped = resources.files("config")
    for path in targets:
        # "x" fails if another process has written the file since the check above
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write((shipped / path.name).read_text(encoding="utf-8"))
    return targets
