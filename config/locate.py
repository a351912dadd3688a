"""Finds the configuration folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from config.errors import ConfigNotFound

FOLDER_VARIABLE = "SUPPLIERWATCH_CONFIG"
FILES = ("settings.toml", "sources.toml", "suppliers.toml", "watches.toml", "subscriptions.toml")


def find_folder(environ: Mapping[str, str]) -> Path:
    """Return the folder named by SUPPLIERWATCH_CONFIG, else `config` in the working directory.

    Raises:
        ConfigNotFound: there is no such folder.
    """
    named = environ.get(FOLDER_VARIABLE, "").strip()
    folder = Path(named) if named else Path("config")
    if folder.is_dir():
        return folder
    if named:
        raise ConfigNotFound(
            f"{FOLDER_VARIABLE} names {named}, which is not a folder: "
            f"correct it, or make the folder by `supplierwatch init {named}`"
        )
    raise ConfigNotFound(
        f"there is no folder config in {Path.cwd()}: make one by `supplierwatch init`, "
        f"or name another with --config or {FOLDER_VARIABLE}"
    )


def require_folder(folder: Path) -> None:
    """Check that a folder of configuration files exists.

    Raises:
        ConfigNotFound: it does not.
    """
    if not folder.is_dir():
        raise ConfigNotFound(
            f"there is no folder {folder}: make it by `supplierwatch init {folder}`"
        )
