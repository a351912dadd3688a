"""The users of the desk, for operators: list, add, role, link for a password, disable."""

from __future__ import annotations

import logging

from storage.model import Role, User
from storage.store import Unit
from supplierwatch.desk.page import Page, Shown, Visit, missing
from supplierwatch.desk.user_names import MAX_NAME, is_name

log = logging.getLogger(__name__)

NO_USER = "There is no user of this name."
LAST_OPERATOR = "%s is the only operator who can sign in: make another one first."


def users(visit: Visit) -> Shown:
    """List the users, with the forms that change them."""
    return _list(visit)


def add(visit: Visit) -> Shown:
    """Add a user, and show the link that sets their password; it is shown once."""
    name, role = visit.values.get("name", "").strip(), _role(visit)
    if not is_name(name):
        return _list(visit, error=f"A name has 1 to {MAX_NAME} characters.", name=name)
    if role is None:
        return _list(visit, error="Choose a role.", name=name)
    with visit.source.store.transaction() as unit:
        made = unit.users.add(name, role, visit.now)
        token = "" if made is None else unit.users.make_link(made.user_id, visit.now)
    if made is None:
        return _list(visit, error=f"There is a user {name} already.", name=name)
    log.info("desk.user-added name=%s role=%s by=%s", name, role, visit.user.name)
    return _list(visit, linked=made, token=token)


def set_role(visit: Visit) -> Shown:
    """Change what a user may do; the last operator stays one."""
    role = _role(visit)
    with visit.source.store.transaction() as unit:
        user = _find_user(unit, visit)
        if user is None:
            return missing(NO_USER)
        if role is None:
            return _list(visit, error="Choose a role.")
        if role is not Role.OPERATOR and unit.users.is_last_operator(user):
            return _list(visit, error=LAST_OPERATOR % user.name)
        unit.users.set_role(user.user_id, role)
    log.info(
        "desk.user-role name=%s from=%s to=%s by=%s", user.name, user.role, role, visit.user.name
    )
    return Shown(redirect="/users")


def make_link(visit: Visit) -> Shown:
    """Show a link that sets a new password; it is shown once, and earlier ones end."""
    with visit.source.store.transaction() as unit:
        user = _find_user(unit, visit)
        if user is None:
            return missing(NO_USER)
        if user.disabled_at is not None:
            return _list(visit, error=f"{user.name} may not sign in: admit them first.")
        token = unit.users.make_link(user.user_id, visit.now)
    log.info("desk.user-link name=%s by=%s", user.name, visit.user.name)
    return _list(visit, linked=user, token=token)


def disable(visit: Visit) -> Shown:
    """End the sessions of a user and refuse them; with `undo`, admit them again."""
    undo = bool(visit.values.get("undo"))
    with visit.source.store.transaction() as unit:
        user = _find_user(unit, visit)
        if user is None:
            return missing(NO_USER)
        if not undo and unit.users.is_last_operator(user):
            return _list(visit, error=LAST_OPERATOR % user.name)
        unit.users.disable(user.user_id, None if undo else visit.now)
    done = "admitted" if undo else "disabled"
    log.info("desk.user-%s name=%s by=%s", done, user.name, visit.user.name)
    return Shown(redirect="/users")


def _list(
    visit: Visit, *, error: str = "", name: str = "", linked: User | None = None, token: str = ""
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
            "linked": linked,
            "link": f"{visit.home}/link/{token}",
            "max_name": MAX_NAME,
        },
    )


def _role(visit: Visit) -> Role | None:
    try:
        return Role(visit.values.get("role", ""))
    except ValueError:
        return None


def _find_user(unit: Unit, visit: Visit) -> User | None:
    return unit.users.named(visit.values.get("name", ""))


PAGES = (
    Page(path="/users", answer=users, role=Role.OPERATOR, nav="Users", order=7),
    Page(path="/users", answer=add, role=Role.OPERATOR, method="POST"),
    Page(path="/users/role", answer=set_role, role=Role.OPERATOR, method="POST"),
    Page(path="/users/link", answer=make_link, role=Role.OPERATOR, method="POST"),
    Page(path="/users/disable", answer=disable, role=Role.OPERATOR, method="POST"),
)
