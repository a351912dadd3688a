"""Signing in by an OpenID Connect provider: there, and back with a code."""

from __future__ import annotations

import logging
from datetime import timedelta

from config.model import OidcSettings
from storage.model import Actor, Change
from supplierwatch.desk.accounts.external_users import ExternalRefused, find_external_user
from supplierwatch.desk.accounts.oidc.attempt import (
    SignInAttempt,
    begin_attempt,
    build_authorization_url,
    read_attempt,
)
from supplierwatch.desk.accounts.oidc.id_token import TokenInvalid
from supplierwatch.desk.accounts.oidc.provider import ProviderFailed, provider_of
from supplierwatch.desk.page import Page, Shown, Visit, missing

log = logging.getLogger(__name__)

BACK = "/sign-in/provider/back"
STATE_FOR = timedelta(minutes=20)  # longer than the cookie of an attempt is kept
MAX_CODE = 2_000  # characters


def begin(visit: Visit) -> Shown:
    """Lead to the provider; what has to come back is kept in a cookie."""
    settings = _read_settings(visit)
    if settings is None:
        return missing("Nobody signs in by a provider here.")
    attempt = begin_attempt(visit.values.get("next", "/"))
    try:
        endpoint = provider_of(settings).discover()["authorization_endpoint"]
    except ProviderFailed as error:
        return _fail(visit, "The provider cannot be reached. Try again later.", str(error), 502)
    url = build_authorization_url(endpoint, settings, attempt, visit.home + BACK)
    return Shown(provider=url, attempt=attempt.write())


def finish(visit: Visit) -> Shown:
    """Take the provider's answer to this browser's attempt, once, and begin a session.

    It is reached by GET, as the provider leads back by a redirect; the state proves that this
    browser asked for it.
    """
    settings = _read_settings(visit)
    if settings is None:
        return missing("Nobody signs in by a provider here.")
    attempt = read_attempt(visit.attempt)
    if attempt is None or not attempt.is_answered_by(visit.values.get("state", "")):
        return _fail(visit, "This sign-in is over. Begin again.", "another state", 403)
    error = visit.values.get("error", "")
    if error:
        return _fail(visit, "The provider did not sign you in.", error[:60], 403)
    code = visit.values.get("code", "")
    if not 0 < len(code) <= MAX_CODE or visit.values.get("iss", settings.issuer) != settings.issuer:
        return _fail(visit, "The provider's answer cannot be used.", "no code, or issuer", 403)
    with visit.source.store.transaction() as unit:
        if not unit.users.has_any():
            return _fail(visit, "Nobody can sign in yet.", "no user", 403)
        if not unit.identities.use_state(attempt.state, visit.now + STATE_FOR, visit.now):
            return _fail(visit, "This sign-in is over. Begin again.", "used before", 403)
    return _redeem(visit, settings, attempt, code)


def _redeem(visit: Visit, settings: OidcSettings, attempt: SignInAttempt, code: str) -> Shown:
    try:
        claims = provider_of(settings).redeem(
            code, attempt.verifier, attempt.nonce, visit.home + BACK, visit.now
        )
    except ProviderFailed as error:
        return _fail(visit, "The provider did not confirm who you are.", str(error), 502)
    except TokenInvalid as error:
        return _fail(visit, "The provider did not confirm who you are.", f"token: {error}", 403)
    try:
        with visit.source.store.transaction() as unit:
            user = find_external_user(unit, settings, claims, visit.now, visit.client)
            token = unit.users.open_session(user.user_id, visit.now)
            actor = Actor(name=user.name, via="oidc", client=visit.client)
            unit.audit.record(actor, Change(action="session.opened", subject=user.name), visit.now)
    except ExternalRefused as error:
        return _fail(visit, str(error), str(error), 403)
    log.info("desk.signed-in name=%s from=%s by=oidc", user.name, visit.client)
    return Shown(redirect=attempt.target, signed_in=token, attempt="")


def _read_settings(visit: Visit) -> OidcSettings | None:
    return visit.source.wired.catalog.settings.desk.oidc


def _fail(visit: Visit, error: str, why: str, status: int) -> Shown:
    plain = "".join(character if character.isprintable() else "?" for character in why)
    log.warning("desk.provider-sign-in-failed from=%s why=%s", visit.client, plain[:300])
    values = {"next": "/", "name": "", "error": error, "provider": name_provider(visit)}
    return Shown(template="account/sign-in.html", status=status, values=values, attempt="")


def name_provider(visit: Visit) -> str:
    """Return what the link to the provider says; empty without one."""
    settings = _read_settings(visit)
    return "" if settings is None else settings.label


PAGES = (
    Page(path="/sign-in/provider", answer=begin, role=None),
    Page(path=BACK, answer=finish, role=None),
)
