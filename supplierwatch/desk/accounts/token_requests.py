"""Makes personal tokens for the API, for the command line and the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from storage.model import Actor, ApiToken, Change, Role, Scope, User
from storage.rules.groups import GroupScope, order_groups
from storage.store import Unit
from storage.users.tokens import MAX_TOKENS
from supplierwatch.formatting.translation import format_number
from supplierwatch.formatting.translation import gettext as _

MAX_LABEL = 100  # characters
MAX_DAYS = 3_650


class TokenRefused(ValueError):
    """Raised for a token that cannot be made; says why."""


def make_token(
    unit: Unit,
    actor: Actor,
    user: User,
    label: str,
    scopes: Sequence[str],
    *,
    days: int,
    now: datetime,
    by: ApiToken | None = None,
    group: str | None = None,
) -> str:
    """Return the secret of a new token, which is stored nowhere.

    Args:
        unit: the transaction.
        actor: who makes it, for the audit trail.
        user: whose token it is.
        label: what it is for, in words.
        scopes: what it may be used for.
        days: how long it is valid.
        now: the time.
        by: the token that makes it: the new one has no further scopes, and expires no later.
        group: whose archive it reads; None for what the user sees without a choice.

    Raises:
        TokenRefused: label, scopes, days or group cannot be used, or there are too many tokens.
    """
    label = label.strip()
    if not label or len(label) > MAX_LABEL or not label.isprintable():
        raise TokenRefused(_("a label has 1 to %(n)s printable characters", n=MAX_LABEL))
    if not 1 <= days <= MAX_DAYS:
        raise TokenRefused(_("a token is valid for 1 to %(n)s days", n=format_number(MAX_DAYS)))
    if user.disabled_at is not None:
        raise TokenRefused(_("%(name)s may not sign in: admit them first", name=user.name))
    wanted, valid_for = _read_scopes(scopes, user), timedelta(days=days)
    if by is not None:
        if not wanted <= by.scopes:
            raise TokenRefused(_("a token that is made by a token has none but its scopes"))
        valid_for = min(valid_for, by.expires_at - now)
    is_theirs = user.role is Role.OPERATOR or group in order_groups(user.groups)
    if group is not None and not is_theirs:
        raise TokenRefused(
            _("%(name)s is not in the group %(group)r", name=user.name, group=group[:80])
        )
    made = unit.tokens.make(user.user_id, label, wanted, now, valid_for=valid_for, group=group)
    if made is None:
        raise TokenRefused(
            _("%(name)s has %(n)s tokens: revoke one first", name=user.name, n=MAX_TOKENS)
        )
    after = f"{label}: {', '.join(sorted(wanted))}"
    unit.audit.record(actor, Change(action="token.made", subject=user.name, after=after), now)
    return made


def group_of_token(user: User, scope: GroupScope) -> str | None:
    """Return the group of a token that a user makes now; None where they have no choice."""
    has_choice = user.role is Role.OPERATOR or len(order_groups(user.groups)) > 1
    return scope.own if has_choice and not scope.everything else None


def revoke_token(unit: Unit, actor: Actor, user: User, token_id: int, now: datetime) -> bool:
    """End a token of a user; return False where they have none of this number."""
    if not unit.tokens.revoke(user.user_id, token_id):
        return False
    change = Change(action="token.revoked", subject=user.name, before=f"token {token_id}")
    unit.audit.record(actor, change, now)
    return True


def _read_scopes(scopes: Sequence[str], user: User) -> frozenset[Scope]:
    try:
        found = frozenset(Scope(each) for each in scopes)
    except ValueError:
        names = ", ".join(Scope)
        raise TokenRefused(
            f"a scope is one of {names}, not {', '.join(map(repr, scopes))}"
        ) from None
    if not found:
        raise TokenRefused(_("a token has one scope at least"))
    if Scope.OPERATE in found and not user.role.includes(Role.OPERATOR):
        raise TokenRefused(
            _(
                "the scope operate is for operators; %(name)s is %(role)s",
                name=user.name,
                role=_(str(user.role)),
            )
        )
    return found
