"""Locks a data folder for one service; the kernel releases it when the process ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

from storage.errors import AlreadyRunning


class ServiceLock:
    """Context manager that holds a lock on `<data>/service.lock`.

    Raises:
        AlreadyRunning: on entering, where another process holds it.
    """

    def __init__(self, data: Path) -> None:
        self._path = data / "service.lock"
        self._descriptor: int | None = None

    def __enter__(self) -> ServiceLock:
        """Acquire the lock and write the process id into the file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(descriptor, 100).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise AlreadyRunning(
                f"another supplierwatch (process {holder}) uses {self._path.parent}: "
                "stop it first, or give this one a data folder of its own"
            ) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor
        return self

    def is_in_place(self) -> bool:
        """Return whether the held file is still the one at its path."""
        if self._descriptor is None:
            return False
        held = os.fstat(self._descriptor)
        try:
            present = self._path.stat()
        except FileNotFoundError:
            return False
        return (held.st_dev, held.st_ino) == (present.st_dev, present.st_ino)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Release the lock."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
