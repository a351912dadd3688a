"""What can go wrong in the service itself.

SupplierwatchError
├── ListenRefused   the address of the HTTP service cannot be had
└── OutputTaken     the demo's folder holds what no demo wrote
"""

from __future__ import annotations

__all__ = ["ListenRefused", "OutputTaken", "SupplierwatchError"]


class SupplierwatchError(Exception):
    """Anything that the service refuses to go on with."""


class ListenRefused(SupplierwatchError):
    """The HTTP service cannot listen where the settings say."""

    def __init__(self, listen: str, cause: OSError) -> None:
        super().__init__(
            f"cannot listen on {listen}: {cause.strerror or cause}. "
            'Name a free address as listen = "127.0.0.1:PORT" under [service] in settings.toml, '
            'or listen = "" for no page.'
        )


class OutputTaken(SupplierwatchError):
    """The folder that a demo was to write to holds somebody's own files."""

    def __init__(self, there: object) -> None:
        super().__init__(
            f"{there} is there and no demo wrote it: nothing was touched. "
            "Name another folder with --output."
        )
