"""Signing in and out, and the links that set a password."""

from __future__ import annotations

import logging

from storage.model import Actor, Change, Role, User
from storage.store import Unit
from supplierwatch.desk.accounts.passwords import (
    SHORTEST,
    FailureLimit,
    hash_password,
    is_right,
    needs_rehash,
    why_unfit,
)
from supplierwatch.desk.accounts.user_names import MAX_NAME, is_name
from supplierwatch.desk.page import Page, Shown, Visit
from supplierwatch.desk.pages.account.provider_sign_in import name_provider

log = logging.getLogger(__name__)

failures = FailureLimit()


def show_sign_in(visit: Visit) -> Shown:
    """Show the form; whoever is signed in goes on."""
    target = visit.values.get("next", "/")
    if visit.session is not None:
        return Shown(redirect=target)
    values = {"next": target, "error": "", "name": "", "provider": name_provider(visit)}
    return Shown(template="account/sign-in.html", values=values)


def sign_in(visit: Visit) -> Shown:
    """Check name and password. An unknown name is answered like a wrong password."""
    name = visit.values.get("name", "").strip()[:MAX_NAME]
    target = visit.values.get("next", "/")
    counted = name.casefold()
    values = {"next": target, "name": name, "provider": name_provider(visit)}
    if failures.is_refused(counted):
        log.warning("desk.sign-in-refused name=%s from=%s", name, visit.client)
        error = "Too many attempts. Try again in 15 minutes, or ask an operator for a link."
        return Shown(template="account/sign-in.html", status=429, values=values | {"error": error})
    with visit.source.store.reading() as unit:
        user = unit.users.find_by_name(name)
    known = user is not None and user.disabled_at is None
    password = visit.values.get("password", "")
    right = is_right(password, user.password_hash if known and user is not None else None)
    if not right or user is None:
        failures.fail(counted)
        log.warning("desk.sign-in-failed name=%s from=%s", name, visit.client)
        error = "Name and password do not belong together."
        return Shown(template="account/sign-in.html", status=403, values=values | {"error": error})
    failures.forget(counted)
    newer = hash_password(password) if needs_rehash(user.password_hash or "") else None
    with visit.source.store.transaction() as unit:
        if newer is not None:
            unit.users.replace_hash(user.user_id, newer)
        token = unit.users.open_session(user.user_id, visit.now)
        _record(unit, visit, user.name, "session.opened", via="session")
    log.info("desk.signed-in name=%s from=%s", user.name, visit.client)
    return Shown(redirect=target, signed_in=token)


def sign_out(visit: Visit) -> Shown:
    """End this session, or all of the user."""
    if visit.session is not None:
        with visit.source.store.transaction() as unit:
            name = visit.session.user.name
            if visit.values.get("everywhere"):
                unit.users.sign_out_everywhere(visit.session.user.user_id)
                _record(unit, visit, name, "session.all-closed", via="session")
            elif visit.token is not None:
                unit.users.sign_out(visit.token)
                _record(unit, visit, name, "session.closed", via="session")
    return Shown(redirect="/sign-in", signed_in="")


def show_link(visit: Visit) -> Shown:
    """Show the form that sets a password; looking at it uses nothing up."""
    with visit.source.store.reading() as unit:
        good, user = unit.users.check_link(visit.path["token"], visit.now)
    return _link_page(visit, good=good, user=user)


def use_link(visit: Visit) -> Shown:
    """Set the password of a link's user, or make the first user, and sign in."""
    token = visit.path["token"]
    with visit.source.store.reading() as unit:
        good, user = unit.users.check_link(token, visit.now)
    name = user.name if user is not None else visit.values.get("name", "").strip()
    password = visit.values.get("password", "")
    error = why_unfit(password, name)
    if user is None and not is_name(name):
        error = f"A name has 1 to {MAX_NAME} characters, without blanks at its ends."
    if not good or error is not None:
        return _link_page(visit, good=good, user=user, error=error or "", name=name)
    made = hash_password(password)
    with visit.source.store.transaction() as unit:
        if not unit.users.use_link(token):
            return _link_page(visit, good=False, user=user)
        if user is None:
            user = unit.users.add(name, Role.OPERATOR, visit.now)
            if user is None:
                return _link_page(visit, good=False, user=None)
            _record(unit, visit, name, "user.added", via="link", after=str(user.role))
        _record(unit, visit, user.name, "user.password-set", via="link")
        unit.users.set_password(user.user_id, made)
        cookie = unit.users.open_session(user.user_id, visit.now)
    log.info("desk.password-set name=%s from=%s", user.name, visit.client)
    return Shown(redirect="/", signed_in=cookie)


def _record(unit: Unit, visit: Visit, name: str, action: str, *, via: str, after: str = "") -> None:
    actor = Actor(name=name, via=via, client=visit.client)
    unit.audit.record(actor, Change(action=action, subject=name, after=after), visit.now)


def _link_page(
    visit: Visit, *, good: bool, user: User | None, error: str = "", name: str = ""
) -> Shown:
    return Shown(
        template="account/link.html",
        status=200 if good and not error else 403 if good else 404,
        values={
            "good": good,
            "name": name if user is None else user.name,
            "first": user is None,
            "error": error,
            "path": f"/link/{visit.path['token']}",
            "shortest": SHORTEST,
        },
    )


PAGES = (
    Page(path="/sign-in", answer=show_sign_in, role=None),
    Page(path="/sign-in", answer=sign_in, role=None, method="POST"),
    Page(path="/sign-out", answer=sign_out, role=None, method="POST"),
    Page(path="/link/{token}", answer=show_link, role=None),
    Page(path="/link/{token}", answer=use_link, role=None, method="POST"),
)
