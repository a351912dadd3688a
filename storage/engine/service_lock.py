"""One service on one data folder: a file lock that the kernel takes away from a dead process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

from storage.errors import AlreadyRunning


class ServiceLock:
    """Holds `<data>/service.lock` while the block runs.

    Raises:
        AlreadyRunning: on entering, where another process holds it.
    """

    def __init__(self, data: Path) -> None:
        self._path = data / "service.lock"
        self._descriptor: int | None = None

    def __enter__(self) -> ServiceLock:
        """Take the lock."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(descriptor, 100).decode(errors="replace").strip() or "unknown"
            os.close(descriptor)
            raise AlreadyRunning(
                f"another supplierwatch (process {holder}) works on {self._path.parent}: "
                "stop it first, or give this one a data folder of its own"
            ) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor
        return self

    def is_in_place(self) -> bool:
        """Whether the lock file that is held is the one that another process would find."""
        if self._descriptor is None:
            return False
        held = os.fstat(self._descriptor)
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return False
        return (held.st_dev, held.st_ino) == (there.st_dev, there.st_ino)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the lock back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
