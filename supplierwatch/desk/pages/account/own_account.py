"""What a user sees of their own account: role, address, a new password, signing out everywhere."""

from __future__ import annotations

import logging

from storage.model import Change, Role
from supplierwatch.desk.accounts.passwords import SHORTEST, hash_password, is_right, why_unfit
from supplierwatch.desk.page import Page, Shown, Visit
from supplierwatch.desk.pages.account.sign_in import failures

log = logging.getLogger(__name__)


def account(visit: Visit) -> Shown:
    """Show the account of the user who asks."""
    return _show(visit)


def change_password(visit: Visit) -> Shown:
    """Set a new password for whoever knows the present one; other sessions and tokens end."""
    user, counted = visit.user, visit.user.name.casefold()
    if failures.is_refused(counted):
        return _show(visit, "Too many attempts. Try again in 15 minutes.", 429)
    if not is_right(visit.values.get("current", ""), user.password_hash):
        failures.fail(counted)
        log.warning("desk.password-refused name=%s from=%s", user.name, visit.client)
        return _show(visit, "The present password is not right.", 403)
    failures.forget(counted)
    password = visit.values.get("password", "")
    error = why_unfit(password, user.name)
    if error is not None:
        return _show(visit, error, 400)
    made = hash_password(password)
    with visit.source.store.transaction() as unit:
        unit.audit.record(
            visit.actor, Change(action="user.password-set", subject=user.name), visit.now
        )
        unit.users.set_password(user.user_id, made)
        cookie = unit.users.open_session(user.user_id, visit.now)
    log.info("desk.password-set name=%s from=%s", user.name, visit.client)
    return Shown(redirect="/account?changed=1", signed_in=cookie)


def _show(visit: Visit, error: str = "", status: int = 200) -> Shown:
    return Shown(
        template="account/account.html",
        status=status,
        values={
            "user": visit.user,
            "error": error,
            "changed": not error and bool(visit.values.get("changed")),
            "shortest": SHORTEST,
        },
    )


PAGES = (
    Page(path="/account", answer=account, role=Role.READER),
    Page(path="/account/password", answer=change_password, role=Role.READER, method="POST"),
)
