"""Stops the service after its database file was lost, and refuses to start without it.

Otherwise a service manager would restart it at once on an empty database, and everything would
look healthy.
"""

from __future__ import annotations

from pathlib import Path

from storage.engine.backup import verify
from storage.errors import BackupFailed, DatabaseLost

MARKER = "DATABASE-LOST.txt"


def mark_lost(data: Path, database: Path | None, what: str) -> DatabaseLost:
    """Write a marker file that blocks the next start; returns the error to end with.

    Args:
        data: the data folder.
        database: the file that was lost.
        what: what happened to it, as a predicate.
    """
    fix = (
        f"Put {database} back, or restore a backup (`supplierwatch restore FILE`). "
        f"To start with an empty database, remove {data / MARKER}."
    )
    text = f"the database file {database} {what} under the running service"
    data.mkdir(parents=True, exist_ok=True)
    (data / MARKER).write_text(f"{text}.\n{fix}\n", encoding="utf-8")
    return DatabaseLost(f"{text}; the service has ended. {fix}")


def refuse_lost(data: Path, database: Path | None) -> None:
    """Refuse to start after a loss unless the database is back; then remove the marker file.

    Raises:
        DatabaseLost: the file has not been restored.
    """
    marker = data / MARKER
    if not marker.exists():
        return
    why = "there is no database file"
    if database is not None and database.exists():
        try:
            # a connection opened after the loss may have created an empty file
            verify(database)
        except BackupFailed as error:
            why = str(error)
        else:
            marker.unlink(missing_ok=True)
            return
    note = " ".join(marker.read_text(encoding="utf-8").split())
    raise DatabaseLost(f"{why}; {marker} says: {note}")
