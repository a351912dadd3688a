"""Signing in and out, and the links that set a password."""

from __future__ import annotations

import logging

from storage.model import Actor, Change, Role, User
from storage.store import Unit
from supplierwatch.desk.accounts.passwords import (
    SHORTEST,
    FailureLimit,
    find_password_fault,
    hash_password,
    needs_rehash,
    verify_password,
)
from supplierwatch.desk.accounts.user_names import MAX_NAME, is_name
from supplierwatch.desk.page import Page, PageRequest, PageResponse
from supplierwatch.desk.pages.account.provider_sign_in import name_provider
from supplierwatch.formatting.translation import gettext as _

log = logging.getLogger(__name__)

failures = FailureLimit()


def show_sign_in(request: PageRequest) -> PageResponse:
    """Show the form; redirect a user who is signed in."""
    target = request.values.get("next", "/")
    if request.session is not None:
        return PageResponse(redirect=target)
    values = {"next": target, "error": "", "name": "", "provider": name_provider(request)}
    return PageResponse(template="account/sign-in.html", values=values)


def sign_in(request: PageRequest) -> PageResponse:
    """Check name and password. An unknown name is answered like a wrong password."""
    name = request.values.get("name", "").strip()[:MAX_NAME]
    target = request.values.get("next", "/")
    counted = name.casefold()
    values = {"next": target, "name": name, "provider": name_provider(request)}
    if failures.is_refused(counted):
        log.warning("desk.sign-in-refused name=%s from=%s", name, request.client)
        error = _("Too many attempts. Try again in 15 minutes, or ask an operator for a link.")
        return PageResponse(
            template="account/sign-in.html", status=429, values=values | {"error": error}
        )
    with request.source.store.reading() as unit:
        user = unit.users.find_by_name(name)
    known = user is not None and user.disabled_at is None
    password = request.values.get("password", "")
    right = verify_password(password, user.password_hash if known and user is not None else None)
    if not right or user is None:
        failures.count_failure(counted)
        log.warning("desk.sign-in-failed name=%s from=%s", name, request.client)
        error = _("Name and password do not belong together.")
        return PageResponse(
            template="account/sign-in.html", status=403, values=values | {"error": error}
        )
    failures.reset(counted)
    newer = hash_password(password) if needs_rehash(user.password_hash or "") else None
    with request.source.store.transaction() as unit:
        if newer is not None:
            unit.users.replace_hash(user.user_id, newer)
        token = unit.users.open_session(user.user_id, request.now)
        _record(unit, request, user.name, "session.opened", via="session")
    log.info("desk.signed-in name=%s from=%s", user.name, request.client)
    return PageResponse(redirect=target, signed_in=token)


def sign_out(request: PageRequest) -> PageResponse:
    """End this session, or all of the user."""
    if request.session is not None:
        with request.source.store.transaction() as unit:
            name = request.session.user.name
            if request.values.get("everywhere"):
                unit.users.sign_out_everywhere(request.session.user.user_id)
                _record(unit, request, name, "session.all-closed", via="session")
            elif request.token is not None:
                unit.users.sign_out(request.token)
                _record(unit, request, name, "session.closed", via="session")
    return PageResponse(redirect="/sign-in", signed_in="")


def show_link(request: PageRequest) -> PageResponse:
    """Show the form that sets a password; that does not use up the link."""
    with request.source.store.reading() as unit:
        good, user = unit.users.check_link(request.path["token"], request.now)
    return _link_page(request, good=good, user=user)


def use_link(request: PageRequest) -> PageResponse:
    """Set the password of a link's user, or make the first user, and sign in."""
    token = request.path["token"]
    with request.source.store.reading() as unit:
        good, user = unit.users.check_link(token, request.now)
    name = user.name if user is not None else request.values.get("name", "").strip()
    password = request.values.get("password", "")
    error = find_password_fault(password, name)
    if user is None and not is_name(name):
        error = _("A name has 1 to %(n)s characters, without blanks at its ends.", n=MAX_NAME)
    if not good or error is not None:
        return _link_page(request, good=good, user=user, error=error or "", name=name)
    made = hash_password(password)
    with request.source.store.transaction() as unit:
        if not unit.users.use_link(token):
            return _link_page(request, good=False, user=user)
        if user is None:
            user = unit.users.add(name, Role.OPERATOR, request.now)
            if user is None:
                return _link_page(request, good=False, user=None)
            _record(unit, request, name, "user.added", via="link", after=str(user.role))
        _record(unit, request, user.name, "user.password-set", via="link")
        unit.users.set_password(user.user_id, made)
        cookie = unit.users.open_session(user.user_id, request.now)
    log.info("desk.password-set name=%s from=%s", user.name, request.client)
    return PageResponse(redirect="/", signed_in=cookie)


def _record(
    unit: Unit, request: PageRequest, name: str, action: str, *, via: str, after: str = ""
) -> None:
    actor = Actor(name=name, via=via, client=request.client)
    unit.audit.record(actor, Change(action=action, subject=name, after=after), request.now)


def _link_page(
    request: PageRequest, *, good: bool, user: User | None, error: str = "", name: str = ""
) -> PageResponse:
    return PageResponse(
        template="account/link.html",
        status=200 if good and not error else 403 if good else 404,
        values={
            "good": good,
            "name": name if user is None else user.name,
            "first": user is None,
            "error": error,
            "path": f"/link/{request.path['token']}",
            "shortest": SHORTEST,
        },
    )


PAGES = (
    Page(path="/sign-in", handler=show_sign_in, role=None),
    Page(path="/sign-in", handler=sign_in, role=None, method="POST"),
    Page(path="/sign-out", handler=sign_out, role=None, method="POST"),
    Page(path="/link/{token}", handler=show_link, role=None),
    Page(path="/link/{token}", handler=use_link, role=None, method="POST"),
)
