"""Notices that configuration files have changed and puts the change in force, or refuses it."""

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
LINES_LOGGED = 30  # of the problems of one edit; the operator is written all of them
AT_START = ("data", "database_url", "listen")  # under [service]: what the process has opened

Signature = tuple[tuple[str, int, int, int], ...]


def signature(folder: Path) -> Signature:
    """Name, file number, time of change (ns) and size of each TOML file in `folder`.

    The time is that of any change (ctime): a file that was given the right permissions, or put
    back with its old time by a copy, has changed too.
    """
    seen = []
    for path in sorted(folder.glob("*.toml")):
        try:
            stat = path.stat()
        except FileNotFoundError:  # between the listing and the look: an editor renames files
            continue
        seen.append((path.name, stat.st_ino, stat.st_ctime_ns, stat.st_size))
    return tuple(seen)


def as_running(
    wired: CompiledConfiguration, running: ServiceSettings
) -> tuple[CompiledConfiguration, tuple[str, ...]]:
    """`wired` with what only a start can change left as it runs, and the names of what differs."""
    edited = wired.catalog.settings.service
    differs = tuple(name for name in AT_START if getattr(edited, name) != getattr(running, name))
    kept = replace(edited, **{name: getattr(running, name) for name in differs})
    settings = replace(wired.catalog.settings, service=kept)
    return replace(wired, catalog=replace(wired.catalog, settings=settings)), differs


class ConfigWatch:
    """Looks at the files at each `poll`; what two looks in a row find the same is an edit.

    An editor may write a file in several steps, so that one look finds it half written, which may
    be broken and may be valid too.
    """

    def __init__(self, service: Service, environ: Mapping[str, str]) -> None:
        self._service = service
        self._environ = environ
        self._running = service.catalog.settings.service
        # an edit may have come since the files were read for the start: they are read once more
        self._settled: Signature | None = None
        self._last: Signature | None = None

    def poll(self) -> bool:
        """Look once; returns whether another configuration is in force now.

        What fails for a passing reason (a locked database, say) is tried again at the next look.
        """
        before, now = self._last, signature(self._service.catalog.folder)
        self._last = now
        if now == self._settled or now != before:
            return False
        changed = False
        try:
            changed = self._take()
        except ConfigError as error:
            self._refuse(error)
        self._settled = now
        return changed

    def _take(self) -> bool:
        service = self._service
        read = service.read_again(self._environ)
        kept, differs = as_running(read, self._running)
        with service.store.transaction() as unit:
            unit.notices.clear(CONFIG_NOTICE, service.clock())
            if differs:
                unit.notices.raise_(RESTART_NOTICE, _restart_text(differs), service.clock())
            else:
                unit.notices.clear(RESTART_NOTICE, service.clock())
        if differs:
            log.warning("config.needs-restart settings=%s", ",".join(differs))
        return service.put_in_force(kept)

    def _refuse(self, error: ConfigError) -> None:
        """Say to the log, to health and to the operator that an edit is not in force, and why."""
        service, text, now = self._service, str(error), self._service.clock()
        for line in filter(str.strip, text.splitlines()[:LINES_LOGGED]):
            log.error("config.refused %s", line)
        with service.store.reading() as unit:
            said = [notice.text for notice in unit.notices.open() if notice.key == CONFIG_NOTICE]
        if said == [text]:
            return  # saved once more as it was: the operator knows
        operator_message(
            service.store,
            service.in_force.context,
            key=f"{CONFIG_NOTICE}:{now:%Y%m%dT%H%M%S.%f}",
            subject="An edit of the configuration was refused",
            lines=(
                "The last good configuration stays in force until these are mended:",
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
