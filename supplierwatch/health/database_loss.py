"""A database file that went away under the running service: it ends, and does not begin anew.

Without this a service manager would start it again at once, on an empty database, and everything
would look well.
"""

from __future__ import annotations

from pathlib import Path

from storage.engine.backup import verify
from storage.errors import BackupFailed, DatabaseLost

MARK = "DATABASE-LOST.txt"


def mark_lost(data: Path, database: Path | None, what: str) -> DatabaseLost:
    """Leave a file that keeps the next start from beginning anew; the error to end with."""
    mend = (
        f"Put {database} back, or restore a backup (`supplierwatch restore FILE`). "
        f"To begin anew with nothing stored, remove {data / MARK}."
    )
    text = f"the database file {database} {what} under the running service"
    data.mkdir(parents=True, exist_ok=True)
    (data / MARK).write_text(f"{text}.\n{mend}\n", encoding="utf-8")
    return DatabaseLost(f"{text}; the service has ended. {mend}")


def refuse_lost(data: Path, database: Path | None) -> None:
    """Let a service start whose database is there, and no other after one was lost.

    Raises:
        DatabaseLost: the file has not been put back.
    """
    mark = data / MARK
    if not mark.exists():
        return
    why = "there is no database file"
    if database is not None and database.exists():
        try:
            # an empty one may have been made by a connection that was opened after the loss
            verify(database)
        except BackupFailed as error:
            why = str(error)
        else:
            mark.unlink(missing_ok=True)
            return
    said = " ".join(mark.read_text(encoding="utf-8").split())
    raise DatabaseLost(f"{why}; {mark} says: {said}")
