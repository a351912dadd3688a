"""Builds `DeskSettings` from the table [desk] and the environment."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from config.errors import Problem
from config.model import DeskSettings, OidcSettings
from config.settings.environment import read_oidc_secret
from config.tables.reading import ConfigFile
from config.tables.shape import DeskTable, SettingsTables


def read_desk(
    tables: SettingsTables, document: ConfigFile, environ: Mapping[str, str]
) -> tuple[DeskSettings, list[Problem]]:
    """Return the settings of the desk, and their problems."""
    table = tables.desk
    oidc, problems = _read_oidc(tables, document, environ)
    if (table.proxy_user_header is None) != (not table.trusted_proxies):
        given, absent = ("proxy_user_header", "trusted_proxies")
        if table.proxy_user_header is None:
            given, absent = absent, given
        problems.append(
            document.problem(
                ("desk", given),
                table.proxy_user_header or ", ".join(table.trusted_proxies),
                f"does nothing without {absent}",
                f"add {absent}, or remove this line",
            )
        )
        return DeskSettings(language=table.language, oidc=oidc), problems
    settings = DeskSettings(
        language=table.language,
        oidc=oidc,
        proxy_user_header=table.proxy_user_header,
        trusted_proxies=tuple(table.trusted_proxies),
    )
    return settings, problems


def _read_oidc(
    tables: SettingsTables, document: ConfigFile, environ: Mapping[str, str]
) -> tuple[OidcSettings | None, list[Problem]]:
    table = tables.desk
    if table.oidc_issuer is None:
        given = [key for key in _list_keys(table) if key.startswith("oidc_")]
        return None, [
            document.problem(
                ("desk", key), None, "does nothing without oidc_issuer", "add oidc_issuer"
            )
            for key in given[:1]
        ]
    path = ("desk", "oidc_issuer")
    secret, problems = read_oidc_secret(environ)
    if not _is_safe(table.oidc_issuer):
        hint = "write https://; http:// is allowed only for an address of this machine"
        problems.append(document.problem(path, table.oidc_issuer, "is not encrypted", hint))
    if table.oidc_client_id is None:
        hint = "add oidc_client_id, the client ID of this desk at the provider"
        problems.append(document.problem(path, table.oidc_issuer, "needs a client ID", hint))
    if tables.service.public_url is None:
        hint = "add public_url to [service]: the provider redirects to it"
        problems.append(document.problem(path, table.oidc_issuer, "needs a public address", hint))
    if "openid" not in table.oidc_scopes:
        hint = 'add "openid"'
        problems.append(
            document.problem(("desk", "oidc_scopes"), None, "lacks the scope openid", hint)
        )
    if problems or table.oidc_client_id is None:
        return None, problems
    roles = (
        ("reader", table.oidc_roles.reader),
        ("editor", table.oidc_roles.editor),
        ("operator", table.oidc_roles.operator),
    )
    return OidcSettings(
        issuer=table.oidc_issuer,
        client_id=table.oidc_client_id,
        secret=secret,
        label=table.oidc_label or f"Sign in by {urlsplit(table.oidc_issuer).hostname}",
        scopes=tuple(table.oidc_scopes),
        role_claim=table.oidc_role_claim,
        roles=tuple((role, tuple(named)) for role, named in roles if named),
        group_claim=table.oidc_group_claim,
        groups=tuple((group, tuple(named)) for group, named in sorted(table.oidc_groups.items())),
        new_users=table.oidc_new_users,
    ), []


def _list_keys(table: DeskTable) -> list[str]:
    return sorted(table.model_fields_set)


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme.lower() == "https":
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname == "localhost"
