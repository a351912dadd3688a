"""Builds `ChannelSettings` from the [[channel]] tables and the environment."""

from __future__ import annotations

from collections.abc import Mapping

from config.errors import Problem
from config.model import ChannelSettings
from config.settings.environment import channel_secret
from config.tables.reading import ConfigFile
from config.tables.shape import SettingsTables

MAIL = "email"  # reserved: the key of the built-in mail channel


def read_channels(
    tables: SettingsTables, document: ConfigFile, environ: Mapping[str, str]
) -> tuple[tuple[ChannelSettings, ...], list[Problem]]:
    """Return the channels with their secrets, and their problems."""
    problems: list[Problem] = []
    made: dict[str, ChannelSettings] = {}
    for number, table in enumerate(tables.channel):
        path = ("channel", number, "key")
        if table.key == MAIL:
            problems.append(
                document.problem(path, table.key, "is reserved for e-mail", "choose another key")
            )
        if table.key in made:
            problems.append(
                document.problem(
                    path,
                    table.key,
                    f"is declared twice (first on line {made[table.key].where.line})",
                    "give one of the two another key, or remove it",
                )
            )
            continue
        secret, wrong = channel_secret(environ, table.key)
        problems += wrong
        made[table.key] = ChannelSettings(
            key=table.key,
            kind=table.kind,
            url=table.url.rstrip("/") if table.url else None,
            to=table.to,
            secret=secret,
            where=document.where("channel", number),
        )
    return tuple(made.values()), problems
