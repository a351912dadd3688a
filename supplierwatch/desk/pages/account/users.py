"""The users of the desk, for operators: list, add, role, address, link for a password, disable."""

from __future__ import annotations

import logging
from collections.abc import Callable

from config.model import DEFAULT_GROUP
from storage.model import Role, User
from storage.rules.groups import order_groups
from storage.store import Unit
from supplierwatch.desk.accounts.user_changes import (
    MAX_EMAIL,
    UserRefused,
    add_user,
    admit_user,
    change_email,
    change_groups,
    change_role,
    disable_user,
    make_user_link,
)
from supplierwatch.desk.accounts.user_names import MAX_NAME
from supplierwatch.desk.page import Page, PageRequest, PageResponse, as_sentence, not_found
from supplierwatch.formatting.translation import gettext as _
from supplierwatch.formatting.translation import mark_text

log = logging.getLogger(__name__)

NO_USER = mark_text("There is no user of this name.")


def users(request: PageRequest) -> PageResponse:
    """List the users, with the forms that change them."""
    return _list(request)


def add(request: PageRequest) -> PageResponse:
    """Add a user, and show the link that sets their password; it is shown once."""
    name, role = request.values.get("name", "").strip(), _role(request)
    email = request.values.get("email", "").strip()
    if role is None:
        return _list(request, error=_("Choose a role."), name=name, email=email)
    try:
        with request.source.store.transaction() as unit:
            made = add_user(unit, request.actor, name, role, request.now, email=email)
            change_groups(unit, request.actor, made, _groups(request), request.now)
            token = make_user_link(unit, request.actor, made, request.now)
    except UserRefused as error:
        return _list(request, error=as_sentence(error), name=name, email=email)
    log.info("desk.user-added name=%s role=%s by=%s", name, role, request.user.name)
    return _list(request, linked=made, token=token)


def set_role(request: PageRequest) -> PageResponse:
    """Change what a user may do; the last operator stays one."""
    role = _role(request)
    if role is None:
        return _list(request, error=_("Choose a role."))

    def change(unit: Unit, user: User) -> None:
        change_role(unit, request.actor, user, role, request.now)
        log.info(
            "desk.user-role name=%s from=%s to=%s by=%s",
            user.name,
            user.role,
            role,
            request.user.name,
        )

    return _change(request, change)


def set_email(request: PageRequest) -> PageResponse:
    """Change the mail address of a user."""
    email = request.values.get("email", "")
    return _change(
        request, lambda unit, user: change_email(unit, request.actor, user, email, request.now)
    )


def set_groups(request: PageRequest) -> PageResponse:
    """Change the groups of a user."""
    wanted = _groups(request)
    return _change(
        request, lambda unit, user: change_groups(unit, request.actor, user, wanted, request.now)
    )


def make_link(request: PageRequest) -> PageResponse:
    """Show a link that sets a new password; it is shown once, and earlier ones end."""
    try:
        with request.source.store.transaction() as unit:
            user = _find_user(unit, request)
            if user is None:
                return not_found(_(NO_USER))
            token = make_user_link(unit, request.actor, user, request.now)
    except UserRefused as error:
        return _list(request, error=as_sentence(error))
    log.info("desk.user-link name=%s by=%s", user.name, request.user.name)
    return _list(request, linked=user, token=token)


def disable(request: PageRequest) -> PageResponse:
    """End the sessions of a user and refuse them; with `undo`, admit them again."""
    undo = bool(request.values.get("undo"))
    carry_out = admit_user if undo else disable_user
    done = "admitted" if undo else "disabled"

    def change(unit: Unit, user: User) -> None:
        carry_out(unit, request.actor, user, request.now)
        log.info("desk.user-%s name=%s by=%s", done, user.name, request.user.name)

    return _change(request, change)


def _change(request: PageRequest, change: Callable[[Unit, User], None]) -> PageResponse:
    try:
        with request.source.store.transaction() as unit:
            user = _find_user(unit, request)
            if user is None:
                return not_found(_(NO_USER))
            change(unit, user)
    except UserRefused as error:
        return _list(request, error=as_sentence(error))
    return PageResponse(redirect="/users")


def _list(
    request: PageRequest,
    *,
    error: str = "",
    name: str = "",
    email: str = "",
    linked: User | None = None,
    token: str = "",
) -> PageResponse:
    with request.source.store.reading() as unit:
        known = unit.users.list()
        groups = unit.groups.list()
    return PageResponse(
        template="account/users.html",
        status=400 if error else 200,
        values={
            "users": known,
            "known_groups": (DEFAULT_GROUP, *groups) if groups else (),
            "groups_of": {each.name: order_groups(each.groups) for each in known},
            "me": request.user.name,
            "roles": tuple(Role),
            "error": error,
            "name": name,
            "email": email,
            "linked": linked,
            "link": f"{request.home}/link/{token}",
            "max_name": MAX_NAME,
            "max_email": MAX_EMAIL,
        },
    )


def _role(request: PageRequest) -> Role | None:
    try:
        return Role(request.values.get("role", ""))
    except ValueError:
        return None


def _groups(request: PageRequest) -> tuple[str, ...]:
    return tuple(each for each in request.lists.get("in_group", ()) if each)


def _find_user(unit: Unit, request: PageRequest) -> User | None:
    return unit.users.find_by_name(request.values.get("name", ""))


PAGES = (
    Page(
        path="/users",
        handler=users,
        role=Role.OPERATOR,
        nav=mark_text("Users"),
        order=8,
        in_menu=True,
    ),
    Page(path="/users", handler=add, role=Role.OPERATOR, method="POST"),
    Page(path="/users/role", handler=set_role, role=Role.OPERATOR, method="POST"),
    Page(path="/users/email", handler=set_email, role=Role.OPERATOR, method="POST"),
    Page(path="/users/groups", handler=set_groups, role=Role.OPERATOR, method="POST"),
    Page(path="/users/link", handler=make_link, role=Role.OPERATOR, method="POST"),
    Page(path="/users/disable", handler=disable, role=Role.OPERATOR, method="POST"),
)
