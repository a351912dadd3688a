"""Builds `Settings` from settings.toml and the environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from config.errors import Problem
from config.model import (
    CrawlSettings,
    MailSettings,
    RetentionSettings,
    ServiceSettings,
    Settings,
    SmtpServer,
)
from config.settings.channels import read_channels
from config.settings.desk import read_desk
from config.settings.environment import PASSWORD, USERNAME, Environment, problem, read_environment
from config.tables.reading import ConfigFile, read_settings
from config.tables.shape import DEFAULT_SENDER, SettingsTables
from config.values.checks import CHANNEL
from config.values.invalid_value import nearest

IMPLICIT_TLS_PORT = 465  # RFC 8314


def load_settings(
    path: Path, environ: Mapping[str, str]
) -> tuple[Settings, ConfigFile, tuple[Problem, ...]]:
    """Read settings.toml and apply the environment.

    A relative data folder in the file is taken from the parent of the configuration folder, so
    that it does not depend on the working directory; one from the environment is taken from the
    working directory.

    Returns:
        the settings (defaults where they have problems), the file, and all problems.
    """
    tables, document, problems = read_settings(path)
    overrides, environment_problems = read_environment(environ)
    smtp, smtp_problems = _read_smtp(tables, document, overrides)
    data = resolve_data(path, overrides, tables)
    if data.exists() and not data.is_dir():
        environment_problems.append(_report_file_as_folder(data, document, overrides))
    public_url = tables.service.public_url
    channels, channel_problems = read_channels(tables, document, environ)
    desk, desk_problems = read_desk(tables, document, environ)
    channel_problems += desk_problems
    also = tables.operator.also or []
    channel_problems += _find_unknown_channels(also, tables, document)
    settings = Settings(
        mail=MailSettings(sender=tables.mail.sender, reply_to=tables.mail.reply_to, smtp=smtp),
        operator_to=tables.operator.to,
        service=ServiceSettings(
            data=data,
            database_url=database_url_of(data, overrides),
            public_url=public_url.rstrip("/") if public_url else None,
            listen=tables.service.listen,
            feeds=tables.service.feeds,
        ),
        crawl=CrawlSettings(
            allowed_hosts=tuple(tables.crawl.allowed_hosts),
            user_agent=tables.crawl.user_agent or default_user_agent(public_url),
            concurrent_batches=tables.crawl.concurrent_batches,
            batch_deadline=tables.crawl.batch_deadline,
            memory_limit_mb=tables.crawl.memory_limit_mb,
            download_delay=tables.crawl.download_delay,
            keep_raw=tables.crawl.keep_raw,
            websub=tables.crawl.websub,
            max_age=tables.crawl.max_age,
        ),
        retention=RetentionSettings(
            texts=tables.retention.texts,
            mentions=tables.retention.mentions,
            raw=tables.retention.raw,
        ),
        channels=channels,
        operator_also=tuple(also),
        desk=desk,
    )
    found = (*problems, *environment_problems, *smtp_problems, *channel_problems)
    return settings, document, found


def resolve_data(path: Path, overrides: Environment, tables: SettingsTables) -> Path:
    """Return the data folder as an absolute path. `path`: of settings.toml."""
    named = overrides.data or path.absolute().parent.parent / tables.service.data
    return named.expanduser().absolute()


def database_url_of(data: Path, overrides: Environment) -> str:
    """Return the SQLAlchemy URL of the database: that of the environment, or a file in `data`."""
    return overrides.database_url or f"sqlite:///{data / 'supplierwatch.db'}"


def _find_unknown_channels(
    also: Sequence[str], tables: SettingsTables, document: ConfigFile
) -> list[Problem]:
    # by the tables, not the built channels: one without its secret is declared too
    known = sorted(channel.key for channel in tables.channel)
    problems = []
    for number, recipient in enumerate(also):
        key = recipient.removeprefix(CHANNEL)
        if key == recipient or key in known:
            continue
        meant = nearest(key, known)
        hint = f"did you mean {CHANNEL}{meant}? " if meant else ""
        hint += f"Channels: {', '.join(known) or 'none'}"
        path = ("operator", "also", number)
        problems.append(document.problem(path, recipient, "names no [[channel]]", hint))
    return problems


def default_user_agent(public_url: str | None) -> str:
    """Build the User-Agent header, with the public URL as contact where there is one."""
    about = f"; +{public_url}" if public_url else ""
    return f"supplierwatch/{version('supplierwatch')} (self-hosted media monitor{about})"


def _read_smtp(
    tables: SettingsTables, document: ConfigFile, overrides: Environment
) -> tuple[SmtpServer | None, list[Problem]]:
    mail = tables.mail
    if mail.smtp is None:
        if mail.security is None:
            return None, []
        return None, [
            document.problem(
                ("mail", "security"),
                mail.security,
                "is set, but no mail server is named",
                'add smtp = "host:port", or remove this line',
            )
        ]
    host, port = mail.smtp
    security = mail.security or ("tls" if port == IMPLICIT_TLS_PORT else "starttls")
    problems = []
    if security == "none" and overrides.smtp_username is not None:
        problems.append(
            document.problem(
                ("mail", "security"),
                "none",
                f"would send the password of {USERNAME} over the network in clear",
                f'write "starttls" or "tls", or unset {USERNAME} and {PASSWORD}',
            )
        )
    if mail.sender == DEFAULT_SENDER:
        problems.append(
            document.problem(
                ("mail", "smtp"),
                f"{host}:{port}",
                "a mail server is named, but no sender",
                'add from = "Media watch <watch@your-domain>" to [mail]',
            )
        )
    server = SmtpServer(
        host=host,
        port=port,
        security=security,
        username=overrides.smtp_username,
        password=overrides.smtp_password,
    )
    return server, problems


def _report_file_as_folder(data: Path, document: ConfigFile, overrides: Environment) -> Problem:
    message, hint = "is a file, not a folder", "name a folder; it is made when it is needed"
    if overrides.data is not None:
        return problem("SUPPLIERWATCH_DATA", message, hint, value=str(data))
    return document.problem(("service", "data"), str(data), message, hint)
