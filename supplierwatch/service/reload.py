"""Watches the configuration files, and applies or refuses each edit."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from alerts.dispatch.cut import operator_message
from config.errors import ConfigError
from config.model import ServiceSettings
from supplierwatch.service.service import Service
from supplierwatch.wiring import CompiledConfiguration

log = logging.getLogger(__name__)

CONFIG_NOTICE = "config-refused"
RESTART_NOTICE = "restart-needed"
LINES_LOGGED = 30  # of one refused edit; the mail to the operator has all of them
START_ONLY = (
    "data",
    "database_url",
    "listen",
)  # settings under [service] that take effect at start only

Signature = tuple[tuple[str, int, int, int], ...]


def read_signature(folder: Path) -> Signature:
    """Return name, inode, ctime (ns) and size of each TOML file in `folder`.

    The ctime also changes with permissions, and when a copy restores an old mtime.
    """
    seen = []
    for path in sorted(folder.glob("*.toml")):
        try:
            stat = path.stat()
        except FileNotFoundError:  # renamed by an editor since the listing
            continue
        seen.append((path.name, stat.st_ino, stat.st_ctime_ns, stat.st_size))
    return tuple(seen)


def keep_running_settings(
    wired: CompiledConfiguration, running: ServiceSettings
) -> tuple[CompiledConfiguration, tuple[str, ...]]:
    """Keep the running values of settings that take effect at start only.

    Returns:
        `wired` with those settings as in `running`, and the names of those that differ.
    """
    edited = wired.catalog.settings.service
    differs = tuple(name for name in START_ONLY if getattr(edited, name) != getattr(running, name))
    service = replace(edited, **{name: getattr(running, name) for name in differs})
    settings = replace(wired.catalog.settings, service=service)
    return replace(wired, catalog=replace(wired.catalog, settings=settings)), differs


class ConfigWatch:
    """Detects edits of the files: a change that stays the same over two calls of `poll`.

    An editor may write a file in several steps, so that one call may find it half written, which
    may even be valid.
    """

    def __init__(self, service: Service, environ: Mapping[str, str]) -> None:
        self._service = service
        self._environ = environ
        self._running = service.catalog.settings.service
        # None: an edit may have been made since the files were read at start, so read them again
        self._settled: Signature | None = None
        self._last: Signature | None = None

    def poll(self) -> bool:
        """Check the files once; returns whether another configuration is in force now.

        A temporary failure (a locked database, for example) is tried again at the next call.
        """
        before, now = self._last, read_signature(self._service.catalog.folder)
        self._last = now
        if now == self._settled or now != before:
            return False
        changed = False
        try:
            changed = self._apply_edit()
        except ConfigError as error:
            self._refuse(error)
        self._settled = now
        return changed

    def _apply_edit(self) -> bool:
        service = self._service
        read = service.read_again(self._environ)
        effective, differs = keep_running_settings(read, self._running)
        with service.store.transaction() as unit:
            was_refused = any(one.key == CONFIG_NOTICE for one in unit.notices.open())
            unit.notices.clear(CONFIG_NOTICE, service.clock())
            if differs:
                unit.notices.raise_(RESTART_NOTICE, _restart_text(differs), service.clock())
            else:
                unit.notices.clear(RESTART_NOTICE, service.clock())
        if differs:
            log.warning("config.needs-restart settings=%s", ",".join(differs))
        changed = service.put_in_force(effective)
        if was_refused:
            log.info("config.accepted folder=%s after an edit was refused", read.catalog.folder)
        return changed

    def _refuse(self, error: ConfigError) -> None:
        """Report a refused edit and its problems in the log, in health and to the operator."""
        service, text, now = self._service, str(error), self._service.clock()
        for line in filter(str.strip, text.splitlines()[:LINES_LOGGED]):
            log.error("config.refused %s", line)
        with service.store.reading() as unit:
            reported = [
                notice.text for notice in unit.notices.open() if notice.key == CONFIG_NOTICE
            ]
        if reported == [text]:
            return  # saved again with the same problems: already reported
        operator_message(
            service.store,
            service.in_force.context,
            key=f"{CONFIG_NOTICE}:{now:%Y%m%dT%H%M%S.%f}",
            subject="An edit of the configuration was refused",
            lines=(
                "The last good configuration stays in force until these are fixed:",
                "",
                *text.splitlines(),
            ),
            now=now,
        )
        with service.store.transaction() as unit:
            unit.notices.raise_(CONFIG_NOTICE, text, now)


def _restart_text(names: tuple[str, ...]) -> str:
    listed = ", ".join(names)
    return f"{listed} under [service] in settings.toml take effect at the next start of the service"
