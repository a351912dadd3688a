"""Notices that configuration files have changed and puts the change in force, or refuses it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from config.errors import ConfigError
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
    """Looks at the files at each `poll`; what two looks in a row find the same is an edit.

    An editor may write a file in several steps, so that one look finds it half written, which may
    be broken and may be valid too.
    """

    def __init__(self, service: Service, environ: Mapping[str, str]) -> None:
        self._service = service
        self._environ = environ
        self._settled = self._last = signature(service.catalog.folder)

    def poll(self) -> bool:
        """Look once; returns whether another configuration is in force now."""
        before, now = self._last, signature(self._service.catalog.folder)
        self._last = now
        if now == self._settled or now != before:
            return False
        self._settled = now
        try:
            return self._service.reload(self._environ)
        except ConfigError as error:
            self._service.refuse(error)
            return False
