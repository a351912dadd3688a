"""A user's own account: role, address, a new password, signing out everywhere."""

from __future__ import annotations

import logging

from storage.model import Change, Role
from supplierwatch.desk.accounts.passwords import (
    SHORTEST,
    find_password_fault,
    hash_password,
    verify_password,
)
from supplierwatch.desk.languages import list_languages, name_language
from supplierwatch.desk.page import Page, PageRequest, PageResponse
from supplierwatch.desk.pages.account.sign_in import failures
from supplierwatch.formatting.translation import gettext as _

log = logging.getLogger(__name__)


def account(request: PageRequest) -> PageResponse:
    """Show the account of the signed-in user."""
    return _show(request)


def change_password(request: PageRequest) -> PageResponse:
    """Set a new password after checking the present one; other sessions and tokens end."""
    user, counted = request.user, request.user.name.casefold()
    if failures.is_refused(counted):
        return _show(request, _("Too many attempts. Try again in 15 minutes."), 429)
    if not verify_password(request.values.get("current", ""), user.password_hash):
        failures.count_failure(counted)
        log.warning("desk.password-refused name=%s from=%s", user.name, request.client)
        return _show(request, _("The present password is not right."), 403)
    failures.reset(counted)
    password = request.values.get("password", "")
    error = find_password_fault(password, user.name)
    if error is not None:
        return _show(request, error, 400)
    made = hash_password(password)
    with request.source.store.transaction() as unit:
        unit.audit.record(
            request.actor, Change(action="user.password-set", subject=user.name), request.now
        )
        unit.users.set_password(user.user_id, made)
        cookie = unit.users.open_session(user.user_id, request.now)
    log.info("desk.password-set name=%s from=%s", user.name, request.client)
    return PageResponse(redirect="/account?changed=1", signed_in=cookie)


def set_language(request: PageRequest) -> PageResponse:
    """Set the language in which the user sees the desk; an empty one is that of the browser."""
    tag = request.values.get("language", "")
    if tag and tag not in list_languages():
        return _show(request, _("The desk has no texts in this language."), 400)
    with request.source.store.transaction() as unit:
        unit.users.set_language(request.user.user_id, tag or None)
    return PageResponse(redirect="/account")


def _show(request: PageRequest, error: str = "", status: int = 200) -> PageResponse:
    return PageResponse(
        template="account/account.html",
        status=status,
        values={
            "user": request.user,
            "error": error,
            "changed": not error and bool(request.values.get("changed")),
            "shortest": SHORTEST,
            "languages": [(tag, name_language(tag)) for tag in list_languages()],
        },
    )


PAGES = (
    Page(path="/account", handler=account, role=Role.READER),
    Page(path="/account/password", handler=change_password, role=Role.READER, method="POST"),
    Page(path="/account/language", handler=set_language, role=Role.READER, method="POST"),
)
