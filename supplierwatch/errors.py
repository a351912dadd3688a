"""Exceptions of the service.

SupplierwatchError
├── ListenRefused   the HTTP service cannot bind its address
├── NotShared       a worker was given a database that processes cannot share
└── OutputTaken     the demo's output folder holds files that no demo wrote
"""

from __future__ import annotations

__all__ = ["ListenRefused", "NotShared", "OutputTaken", "SupplierwatchError"]


class SupplierwatchError(Exception):
    """Base of all exceptions of the service."""


class ListenRefused(SupplierwatchError):
    """The HTTP service cannot listen on the address in the settings."""

    def __init__(self, listen: str, cause: OSError) -> None:
        super().__init__(
            f"cannot listen on {listen}: {cause.strerror or cause}. "
            'Name a free address as listen = "127.0.0.1:PORT" under [service] in settings.toml, '
            'or listen = "" for no page.'
        )


class NotShared(SupplierwatchError):
    """A worker was given a database that processes cannot share."""


class OutputTaken(SupplierwatchError):
    """The output folder of the demo holds files that no demo wrote."""

    def __init__(self, there: object) -> None:
        super().__init__(
            f"{there} exists and no demo wrote it: nothing was changed. "
            "Name another folder with --output."
        )
