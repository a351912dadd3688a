"""Describes where mail is sent."""

from __future__ import annotations

from config.model import Settings
from supplierwatch.formatting.translation import gettext as _


def mail_words(settings: Settings) -> str:
    """Describe where messages are sent."""
    server = settings.mail.smtp
    if server is None:
        return _(
            "no mail server: messages become files in %(folder)s",
            folder=settings.service.data / "mail",
        )
    return f"{server.host}:{server.port} ({server.security})"
