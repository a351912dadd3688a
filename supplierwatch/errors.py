"""What can go wrong in the service itself.

SupplierwatchError
└── ListenRefused   the address of the HTTP service cannot be had
"""

from __future__ import annotations

__all__ = ["ListenRefused", "SupplierwatchError"]


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
