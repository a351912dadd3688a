"""Changes of users, for the command line, the desk and the API; each is in the audit trail."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from config.values.checks import check_key
from config.values.invalid_value import InvalidValue
from storage.model import Actor, Change, Role, User
from storage.rules.groups import order_groups
from storage.store import Unit
from supplierwatch.desk.accounts.user_names import MAX_NAME, is_name
from supplierwatch.formatting.translation import gettext as _

MAX_EMAIL = 254  # characters (RFC 5321, 4.5.3.1.3)


class UserRefused(ValueError):
    """Raised for a change of a user that cannot be made; says why. `field` is what is wrong."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


def add_user(
    unit: Unit, actor: Actor, name: str, role: Role, now: datetime, *, email: str | None = None
) -> User:
    """Add a user without a password.

    Raises:
        UserRefused: the name or the address cannot be used, or the name is taken.
    """
    if not is_name(name):
        raise UserRefused(_("a name has 1 to %(n)s printable characters", n=MAX_NAME), "name")
    made = unit.users.add(name, role, now, email=read_email(email))
    if made is None:
        raise UserRefused(_("there is a user %(name)s already", name=name), "name")
    unit.audit.record(actor, Change(action="user.added", subject=name, after=str(role)), now)
    return made


def change_role(unit: Unit, actor: Actor, user: User, role: Role, now: datetime) -> None:
    """Change what a user may do.

    Raises:
        UserRefused: nobody would be left to look after the users.
    """
    if role == user.role:
        return
    if role is not Role.OPERATOR:
        _refuse_last_operator(unit, user, "role")
    unit.users.set_role(user.user_id, role)
    change = Change(action="user.role", subject=user.name, before=str(user.role), after=str(role))
    unit.audit.record(actor, change, now)


def change_groups(
    unit: Unit, actor: Actor, user: User, groups: Collection[str], now: datetime
) -> None:
    """Make a user a member of exactly these groups; without any, of the default group.

    Raises:
        UserRefused: a group is no key.
    """
    wanted = order_groups({_read_group(each) for each in groups})
    before = order_groups(user.groups)
    if wanted == before:
        return
    unit.groups.set_groups(user.user_id, wanted)
    change = Change(
        action="user.groups",
        subject=user.name,
        before=", ".join(before),
        after=", ".join(wanted),
    )
    unit.audit.record(actor, change, now)


def _read_group(text: str) -> str:
    try:
        return check_key(text.strip())
    except InvalidValue as error:
        raise UserRefused(
            _("%(name)r is no group: %(cause)s", name=text[:80], cause=error), "groups"
        ) from error


def change_email(unit: Unit, actor: Actor, user: User, email: str | None, now: datetime) -> None:
    """Change the mail address of a user.

    Raises:
        UserRefused: it is no address.
    """
    wanted = read_email(email)
    if wanted == user.email:
        return
    unit.users.set_email(user.user_id, wanted)
    change = Change(
        action="user.email", subject=user.name, before=user.email or "", after=wanted or ""
    )
    unit.audit.record(actor, change, now)


def make_user_link(unit: Unit, actor: Actor, user: User, now: datetime) -> str:
    """Return the token of a link that sets the password of a user; earlier links end.

    Raises:
        UserRefused: the user is disabled.
    """
    if user.disabled_at is not None:
        raise UserRefused(_("%(name)s may not sign in: admit them first", name=user.name), "user")
    token = unit.users.make_link(user.user_id, now)
    unit.audit.record(actor, Change(action="user.linked", subject=user.name), now)
    return token


def disable_user(unit: Unit, actor: Actor, user: User, now: datetime) -> None:
    """End the sessions of a user, and refuse them from now on.

    Raises:
        UserRefused: nobody would be left to look after the users.
    """
    _refuse_last_operator(unit, user, "disabled")
    unit.users.disable(user.user_id, now)
    unit.audit.record(actor, Change(action="user.disabled", subject=user.name), now)


def admit_user(unit: Unit, actor: Actor, user: User, now: datetime) -> None:
    """Let a disabled user sign in again."""
    unit.users.disable(user.user_id, None)
    unit.audit.record(actor, Change(action="user.admitted", subject=user.name), now)


def read_email(text: str | None) -> str | None:
    """Return a mail address without blanks around it; None for none.

    Raises:
        UserRefused: it is no address that mail can be sent to.
    """
    email = (text or "").strip()
    if not email:
        return None
    name, at, host = email.rpartition("@")
    plain = email.isprintable() and not any(c in email for c in " ,;<>\"'()[]:\\")
    if not (name and at and host) or "@" in name or not plain or len(email) > MAX_EMAIL:
        raise UserRefused(_("%(address)r is no mail address", address=email[:100]), "email")
    return email


def _refuse_last_operator(unit: Unit, user: User, field: str) -> None:
    if unit.users.is_last_operator(user):
        raise UserRefused(
            _(
                "%(name)s is the only operator who can sign in: add another one first",
                name=user.name,
            ),
            field,
        )
