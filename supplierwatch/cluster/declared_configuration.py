"""Passes the configuration from the process that has its files to workers that have none."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from alerts.channels import open_channels
from alerts.dispatch.cut import TellingContext
from config.errors import ENVIRONMENT, ConfigInvalid
from storage.jobs import StoredConfiguration
from storage.store import Store
from supplierwatch import wiring
from supplierwatch.service.active_configuration import ActiveConfiguration
from supplierwatch.service.audience import build_aside_audience, build_audience, build_old_items
from supplierwatch.wiring import CompiledConfiguration

FILES = ("settings.toml", "suppliers.toml", "sources.toml", "watches.toml", "subscriptions.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredConfiguration:
    """A configuration from the database. `version` is its number there."""

    version: int
    active: ActiveConfiguration


def publish(store: Store, wired: CompiledConfiguration) -> int:
    """Store the files of a configuration for workers; return their version.

    Secrets are not in the files: workers that deliver have them in their own environment.
    """
    folder = wired.catalog.folder
    files = {
        name: (folder / name).read_text(encoding="utf-8")
        for name in FILES
        if (folder / name).exists()
    }
    with store.transaction() as unit:
        now = unit.jobs.now()
        return unit.configurations.declare(wired.catalog.fingerprint, files, now)


def read_declared(
    store: Store,
    environ: Mapping[str, str],
    *,
    known: DeclaredConfiguration | None = None,
    folder: Path | None = None,
    delivers: bool = True,
) -> DeclaredConfiguration | None:
    """Return the newest declared configuration that can be decoded; None where there is none yet.

    Args:
        store: the shared database.
        environ: environment variables of this worker, with secrets and where its data is.
        known: what this worker has; returned where it is the newest.
        folder: where this process has configuration files of its own.
        delivers: whether this worker sends messages; otherwise it needs no secrets.

    Raises:
        ConfigInvalid: a secret is missing.
    """
    with store.reading() as unit:
        version = unit.configurations.version()
        if version is None or (known is not None and known.version == version):
            return known
        stored = unit.configurations.newest()
    if stored is None or (known is not None and stored.version <= known.version):
        return known  # a newer one cannot be decoded
    previous = None if known is None else known.active.wired
    wired = _compile(stored, store, environ, previous, delivers=delivers)
    if folder is not None:
        wired = replace(wired, catalog=replace(wired.catalog, folder=folder))
    return DeclaredConfiguration(version=stored.version, active=read_active(store, wired))


def read_active(store: Store, wired: CompiledConfiguration) -> ActiveConfiguration:
    """Prepare a configuration for use by what the database knows of it, declaring nothing."""
    catalog = wired.catalog
    with store.reading() as unit:
        versions = unit.watches.current()
        subscribers = unit.subscribers.all()
        groups = unit.groups.declared()
    return ActiveConfiguration(
        wired=wired,
        versions=versions,
        audience=build_audience(catalog, subscribers),
        old_items=build_old_items(catalog, subscribers),
        aside_audience=build_aside_audience(catalog, subscribers),
        context=TellingContext.of(catalog, wired.queries),
        channels=open_channels(catalog.settings),
        groups=groups,
    )


def _compile(
    stored: StoredConfiguration,
    store: Store,
    environ: Mapping[str, str],
    previous: CompiledConfiguration | None,
    *,
    delivers: bool,
) -> CompiledConfiguration:
    with tempfile.TemporaryDirectory(prefix="supplierwatch-") as folder:
        for name, text in stored.files.items():
            if name in FILES:
                (Path(folder) / name).write_text(text, encoding="utf-8")
        own = {**environ, "SUPPLIERWATCH_DATABASE_URL": store.url}
        own.pop("SUPPLIERWATCH_DATABASE_URL_FILE", None)
        try:
            return wiring.load(Path(folder), own, previous=previous)
        except ConfigInvalid as error:
            if delivers or any(each.file != ENVIRONMENT for each in error.problems):
                raise
            return wiring.load_valid(Path(folder), own)[0]
