"""Notices that configuration files have changed and puts the change in force, or refuses it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from config.errors import ConfigInvalid
from supplierwatch.jobs import Service

log = logging.getLogger(__name__)

Signature = tuple[tuple[str, int, int], ...]


def signature(folder: Path) -> Signature:
    """Name, modification time (ns) and size of each TOML file in `folder`."""
    seen = []
    for path in sorted(folder.glob("*.toml")):
        try:
            stat = path.stat()
        except FileNotFoundError:  # between the listing and the look: an editor renames files
            continue
        seen.append((path.name, stat.st_mtime_ns, stat.st_size))
    return tuple(seen)


class ConfigWatch:
    """Looks at the files at each `poll`; a broken edit is refused at the second look.

    An editor may write a file in several steps, so that one look finds it half written: only what
    is still broken at the next look, unchanged, is an edit to complain of.
    """

    def __init__(self, service: Service, environ: Mapping[str, str]) -> None:
        self._service = service
        self._environ = environ
        self._in_force = signature(service.catalog.folder)
        self._suspect: Signature | None = None
        self._refused: Signature | None = None

    def poll(self) -> bool:
        """Look once; returns whether another configuration is in force now."""
        now = signature(self._service.catalog.folder)
        if now in (self._in_force, self._refused):
            return False
        try:
            changed = self._service.reload(self._environ)
        except ConfigInvalid as error:
            if now == self._suspect:
                self._refused = now
                self._service.refuse(error)
            self._suspect = now
            return False
        self._in_force = now
        self._suspect = self._refused = None
        return changed
