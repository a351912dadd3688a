"""The users of the desk, for operators: list, add, role, address, link for a password, disable."""

from __future__ import annotations

import logging
from collections.abc import Callable

from storage.model import Role, User
from storage.store import Unit
from supplierwatch.desk.accounts.user_changes import (
    MAX_EMAIL,
    UserRefused,
    add_user,
    admit_user,
    change_email,
    change_role,
    disable_user,
    make_user_link,
)
from supplierwatch.desk.accounts.user_names import MAX_NAME
from supplierwatch.desk.page import Page, Shown, Visit, missing

log = logging.getLogger(__name__)

NO_USER = "There is no user of this name."


def users(visit: Visit) -> Shown:
    """List the users, with the forms that change them."""
    return _list(visit)


def add(visit: Visit) -> Shown:
    """Add a user, and show the link that sets their password; it is shown once."""
    name, role = visit.values.get("name", "").strip(), _role(visit)
    email = visit.values.get("email", "").strip()
    if role is None:
        return _list(visit, error="Choose a role.", name=name, email=email)
    try:
        with visit.source.store.transaction() as unit:
            made = add_user(unit, visit.actor, name, role, visit.now, email=email)
            token = make_user_link(unit, visit.actor, made, visit.now)
    except UserRefused as error:
        return _list(visit, error=_sentence(error), name=name, email=email)
    log.info("desk.user-added name=%s role=%s by=%s", name, role, visit.user.name)
    return _list(visit, linked=made, token=token)


def set_role(visit: Visit) -> Shown:
    """Change what a user may do; the last operator stays one."""
    role = _role(visit)
    if role is None:
        return _list(visit, error="Choose a role.")

    def change(unit: Unit, user: User) -> None:
        change_role(unit, visit.actor, user, role, visit.now)
        log.info(
            "desk.user-role name=%s from=%s to=%s by=%s",
            user.name,
            user.role,
            role,
            visit.user.name,
        )

    return _change(visit, change)


def set_email(visit: Visit) -> Shown:
    """Change the mail address of a user."""
    email = visit.values.get("email", "")
    return _change(
        visit, lambda unit, user: change_email(unit, visit.actor, user, email, visit.now)
    )


def make_link(visit: Visit) -> Shown:
    """Show a link that sets a new password; it is shown once, and earlier ones end."""
    try:
        with visit.source.store.transaction() as unit:
            user = _find_user(unit, visit)
            if user is None:
                return missing(NO_USER)
            token = make_user_link(unit, visit.actor, user, visit.now)
    except UserRefused as error:
        return _list(visit, error=_sentence(error))
    log.info("desk.user-link name=%s by=%s", user.name, visit.user.name)
    return _list(visit, linked=user, token=token)


def disable(visit: Visit) -> Shown:
    """End the sessions of a user and refuse them; with `undo`, admit them again."""
    undo = bool(visit.values.get("undo"))
    carry_out = admit_user if undo else disable_user
    done = "admitted" if undo else "disabled"

    def change(unit: Unit, user: User) -> None:
        carry_out(unit, visit.actor, user, visit.now)
        log.info("desk.user-%s name=%s by=%s", done, user.name, visit.user.name)

    return _change(visit, change)


def _change(visit: Visit, change: Callable[[Unit, User], None]) -> Shown:
    try:
        with visit.source.store.transaction() as unit:
            user = _find_user(unit, visit)
            if user is None:
                return missing(NO_USER)
            change(unit, user)
    except UserRefused as error:
        return _list(visit, error=_sentence(error))
    return Shown(redirect="/users")


def _sentence(error: UserRefused) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."


def _list(
    visit: Visit,
    *,
    error: str = "",
    name: str = "",
    email: str = "",
    linked: User | None = None,
    token: str = "",
) -> Shown:
    with visit.source.store.reading() as unit:
        known = unit.users.list()
    return Shown(
        template="account/users.html",
        status=400 if error else 200,
        values={
            "users": known,
            "me": visit.user.name,
            "roles": tuple(Role),
            "error": error,
            "name": name,
            "email": email,
            "linked": linked,
            "link": f"{visit.home}/link/{token}",
            "max_name": MAX_NAME,
            "max_email": MAX_EMAIL,
        },
    )


def _role(visit: Visit) -> Role | None:
    try:
        return Role(visit.values.get("role", ""))
    except ValueError:
        return None


def _find_user(unit: Unit, visit: Visit) -> User | None:
    return unit.users.find_by_name(visit.values.get("name", ""))


PAGES = (
    Page(path="/users", answer=users, role=Role.OPERATOR, nav="Users", order=8, in_menu=True),
    Page(path="/users", answer=add, role=Role.OPERATOR, method="POST"),
    Page(path="/users/role", answer=set_role, role=Role.OPERATOR, method="POST"),
    Page(path="/users/email", answer=set_email, role=Role.OPERATOR, method="POST"),
    Page(path="/users/link", answer=make_link, role=Role.OPERATOR, method="POST"),
    Page(path="/users/disable", answer=disable, role=Role.OPERATOR, method="POST"),
)
