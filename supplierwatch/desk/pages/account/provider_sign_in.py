"""Signing in by an OpenID Connect provider: the redirect to it, and back with a code."""

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
from supplierwatch.desk.accounts.oidc.provider import ProviderFailed, get_provider
from supplierwatch.desk.page import Page, PageRequest, PageResponse, not_found
from supplierwatch.formatting.translation import gettext as _

log = logging.getLogger(__name__)

BACK = "/sign-in/provider/back"
STATE_FOR = timedelta(minutes=20)  # longer than the cookie of an attempt is kept
MAX_CODE = 2_000  # characters


def begin(request: PageRequest) -> PageResponse:
    """Redirect to the provider; state, nonce and verifier are kept in a cookie."""
    settings = _read_settings(request)
    if settings is None:
        return not_found(_("Nobody signs in by a provider here."))
    attempt = begin_attempt(request.values.get("next", "/"))
    try:
        endpoint = get_provider(settings).discover()["authorization_endpoint"]
    except ProviderFailed as error:
        return _fail(
            request, _("The provider cannot be reached. Try again later."), str(error), 502
        )
    url = build_authorization_url(endpoint, settings, attempt, request.home + BACK)
    return PageResponse(provider=url, attempt=attempt.write())


def finish(request: PageRequest) -> PageResponse:
    """Take the provider's answer to this browser's attempt, once, and begin a session.

    It is reached by GET, as the provider leads back by a redirect; the state proves that this
    browser asked for it.
    """
    settings = _read_settings(request)
    if settings is None:
        return not_found(_("Nobody signs in by a provider here."))
    attempt = read_attempt(request.attempt)
    if attempt is None or not attempt.is_answered_by(request.values.get("state", "")):
        return _fail(request, _("This sign-in is over. Begin again."), "another state", 403)
    error = request.values.get("error", "")
    if error:
        return _fail(request, _("The provider did not sign you in."), error[:60], 403)
    code = request.values.get("code", "")
    if (
        not 0 < len(code) <= MAX_CODE
        or request.values.get("iss", settings.issuer) != settings.issuer
    ):
        return _fail(request, _("The provider's answer cannot be used."), "no code, or issuer", 403)
    with request.source.store.transaction() as unit:
        if not unit.users.has_any():
            return _fail(request, _("Nobody can sign in yet."), "no user", 403)
        if not unit.identities.use_state(attempt.state, request.now + STATE_FOR, request.now):
            return _fail(request, _("This sign-in is over. Begin again."), "used before", 403)
    return _redeem(request, settings, attempt, code)


def _redeem(
    request: PageRequest, settings: OidcSettings, attempt: SignInAttempt, code: str
) -> PageResponse:
    try:
        claims = get_provider(settings).redeem(
            code, attempt.verifier, attempt.nonce, request.home + BACK, request.now
        )
    except ProviderFailed as error:
        return _fail(request, _("The provider did not confirm who you are."), str(error), 502)
    except TokenInvalid as error:
        return _fail(
            request, _("The provider did not confirm who you are."), f"token: {error}", 403
        )
    try:
        with request.source.store.transaction() as unit:
            user = find_external_user(unit, settings, claims, request.now, request.client)
            token = unit.users.open_session(user.user_id, request.now)
            actor = Actor(name=user.name, via="oidc", client=request.client)
            unit.audit.record(
                actor, Change(action="session.opened", subject=user.name), request.now
            )
    except ExternalRefused as error:
        return _fail(request, _(str(error)), str(error), 403)
    log.info("desk.signed-in name=%s from=%s by=oidc", user.name, request.client)
    return PageResponse(redirect=attempt.target, signed_in=token, attempt="")


def _read_settings(request: PageRequest) -> OidcSettings | None:
    return request.source.wired.catalog.settings.desk.oidc


def _fail(request: PageRequest, error: str, why: str, status: int) -> PageResponse:
    plain = "".join(character if character.isprintable() else "?" for character in why)
    log.warning("desk.provider-sign-in-failed from=%s why=%s", request.client, plain[:300])
    values = {"next": "/", "name": "", "error": error, "provider": name_provider(request)}
    return PageResponse(template="account/sign-in.html", status=status, values=values, attempt="")


def name_provider(request: PageRequest) -> str:
    """Return what the link to the provider says; empty without one."""
    settings = _read_settings(request)
    return "" if settings is None else settings.label


PAGES = (
    Page(path="/sign-in/provider", handler=begin, role=None),
    Page(path=BACK, handler=finish, role=None),
)
