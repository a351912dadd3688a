"""Maps an identity at an OpenID Connect provider to a user of the desk, a role and groups."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.model import OidcSettings
from storage.model import Actor, Change, Role, User
from storage.store import Unit
from supplierwatch.desk.accounts.user_changes import (
    UserRefused,
    add_user,
    change_groups,
    change_role,
    read_email,
)
from supplierwatch.desk.accounts.user_names import is_name
from supplierwatch.formatting.translation import mark_text

log = logging.getLogger(__name__)

MAX_VALUES = 10_000  # of a claim


class ExternalRefused(Exception):
    """Raised for an identity that may not sign in; the message is shown to its holder."""


def find_external_user(
    unit: Unit, settings: OidcSettings, claims: Mapping[str, Any], now: datetime, client: str
) -> User:
    """Return the user of the claims of a verified ID token; at first sign-in link or make them.

    The user is known by issuer and subject. At first sign-in it is the one whom an operator added
    with the mail address that the provider has verified, else, where allowed, a new one. A name
    alone never identifies a user. Where the configuration maps roles or groups, their claims set
    them at each sign-in; an operator, who sees all groups, needs none.

    Raises:
        ExternalRefused: nobody added them, they have no role or no group, or they are disabled.
    """
    subject = str(claims["sub"])
    role = read_role(settings, claims)
    if settings.roles and role is None:
        raise ExternalRefused(mark_text("Your account there has no role here."))
    user = unit.identities.find(settings.issuer, subject)
    if user is None:
        user = _find_or_make(unit, settings, claims, role or Role.READER, now, client)
        unit.identities.link(settings.issuer, subject, user.user_id, now)
        actor = Actor(name=user.name, via="oidc", client=client)
        change = Change(action="user.identity-linked", subject=user.name, after=subject)
        unit.audit.record(actor, change, now)
    if user.disabled_at is not None:
        raise ExternalRefused(mark_text("You may not sign in."))
    actor = Actor(name=user.name, via="oidc", client=client)
    if role is not None and role != user.role:
        try:
            change_role(unit, actor, user, role, now)
        except UserRefused as error:
            log.warning("desk.role-kept name=%s why=%s", user.name, error)
            role = user.role
    if settings.groups:
        groups = read_groups(settings, claims)
        if groups:
            change_groups(unit, actor, unit.users.with_groups(user), groups, now)
        elif (role or user.role) is not Role.OPERATOR:
            raise ExternalRefused(mark_text("Your account there has no group here."))
    return user


def read_role(settings: OidcSettings, claims: Mapping[str, Any]) -> Role | None:
    """Return the highest role that the claims give; None for none."""
    held = _read_values(claims, settings.role_claim)
    given = [Role(role) for role, named in settings.roles if held.intersection(named)]
    return max(given, key=list(Role).index, default=None)


def read_groups(settings: OidcSettings, claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the groups that the claims give."""
    held = _read_values(claims, settings.group_claim)
    return tuple(group for group, named in settings.groups if held.intersection(named))


def _read_values(claims: Mapping[str, Any], name: str) -> set[str]:
    """Return the texts of a claim, which is a text or a list of texts."""
    value = claims.get(name)
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list):
        return set()
    return {each for each in listed[:MAX_VALUES] if isinstance(each, str)}


def _find_or_make(
    unit: Unit,
    settings: OidcSettings,
    claims: Mapping[str, Any],
    role: Role,
    now: datetime,
    client: str,
) -> User:
    email = _read_verified_email(claims)
    known = None if email is None else unit.identities.find_unlinked(settings.issuer, email)
    if known is not None:
        return known
    if not settings.new_users:
        raise ExternalRefused(mark_text("Nobody has added you here. Ask an operator."))
    named = (claims.get("preferred_username"), email, claims["sub"])
    names = [text.strip() for text in named if isinstance(text, str)]
    name = next((each for each in names if is_name(each)), None)
    if name is None:
        raise ExternalRefused(mark_text("Your account there has no name that can be used here."))
    try:
        return add_user(
            unit, Actor(name=name, via="oidc", client=client), name, role, now, email=email
        )
    except UserRefused as error:
        raise ExternalRefused(mark_text("Your name is taken here. Ask an operator.")) from error


def _read_verified_email(claims: Mapping[str, Any]) -> str | None:
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        return None
    try:
        return read_email(email)
    except UserRefused:
        return None
