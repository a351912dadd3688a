"""Session of a command: global options, configuration, access to the database."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from config.logs import set_up

if TYPE_CHECKING:
    from config.model import ServiceSettings
    from storage.store import Store
    from supplierwatch.wiring import CompiledConfiguration


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The global options of one invocation, and the environment."""

    config: Path | None = None
    verbose: bool = False
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    def folder(self) -> Path:
        """Return the configuration folder: --config, SUPPLIERWATCH_CONFIG, or ./config."""
        if self.config is not None:
            return self.config
        from config.locate import find_folder

        return find_folder(self.environ)

    def wired(self) -> CompiledConfiguration:
        """Load and compile the configuration.

        Raises:
            ConfigInvalid: with every problem.
        """
        from supplierwatch.wiring import load

        return load(self.folder(), self.environ)

    def service_settings(self) -> ServiceSettings:
        """Read where the data is, whatever else is wrong with the configuration.

        Raises:
            ConfigInvalid: the settings do not say it.
        """
        from config.settings.service_settings import load_service_settings

        return load_service_settings(self.folder(), self.environ)

    def valid_part(self) -> CompiledConfiguration:
        """Load what is valid of the configuration; count on standard error what is not.

        Raises:
            ConfigInvalid: the settings do not say where the data is.
        """
        from supplierwatch.formatting.console import note, plural
        from supplierwatch.wiring import load_valid

        wired, problems = load_valid(self.folder(), self.environ)
        if problems:
            count = plural(len(problems), "problem")
            note(f"the configuration has {count}, which `supplierwatch check` lists: left out here")
        return wired


def session(ctx: typer.Context) -> Session:
    """Return the session of a command's context."""
    found = ctx.find_object(Session)
    return found if found is not None else Session()


@contextmanager
def archive(wired: CompiledConfiguration) -> Iterator[Store]:
    """Open the existing database; it is neither created nor migrated.

    Raises:
        NothingStoredError: there is no database yet.
        StorageError: it is of another version, unreachable or damaged.
    """
    from storage.store import open_store

    _refuse_missing(wired.catalog.settings.service.database_url)
    store = open_store(wired.catalog.settings.service.database_url, migrate=False)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def working_store(wired: CompiledConfiguration) -> Iterator[Store]:
    """Lock and open the database for a command that does the work of the service.

    The database is created and migrated as by `run`.

    Raises:
        AlreadyRunning: the service or another such command is running.
        StorageError: it is newer than this program, unreachable or damaged.
    """
    from storage.engine.service_lock import ServiceLock
    from storage.store import open_store

    data = wired.catalog.settings.service.data
    data.mkdir(parents=True, exist_ok=True)
    with ServiceLock(data):
        store = open_store(wired.catalog.settings.service.database_url, backup_dir=data / "backups")
        try:
            yield store
        finally:
            store.close()


def log_to_stderr(level: int) -> None:
    """Log to standard error, as events with fields."""
    set_up(level)
    # their set-up lines, and alembic's one for each migration, are of no use to an operator
    for library in ("uvicorn", "alembic", "sqlalchemy", "asyncio", "httpx", "httpcore"):
        logging.getLogger(library).setLevel(max(level, logging.WARNING))
    # it logs each tick, and warns of each one that a busy machine skips, which is harmless
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def _refuse_missing(url: str) -> None:
    from supplierwatch.shell.failures import NothingStoredError

    scheme, _, path = url.partition(":///")
    if scheme.startswith("sqlite") and path and not Path(path.partition("?")[0]).exists():
        raise NothingStoredError(
            f"nothing is stored yet: there is no {path}",
            "Run `supplierwatch crawl` to poll once, or `supplierwatch run` to keep polling.",
        )
