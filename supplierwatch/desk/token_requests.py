"""Makes personal tokens for the API, for the command line and the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from storage.model import Role, Scope, User
from storage.store import Unit
from storage.users.tokens import MOST_TOKENS

MAX_LABEL = 100  # characters
MOST_DAYS = 3_650


class TokenRefused(ValueError):
    """Raised for a token that cannot be made; says why."""


def make_token(
    unit: Unit, user: User, label: str, scopes: Sequence[str], *, days: int, now: datetime
) -> str:
    """Return the secret of a new token, which is stored nowhere.

    Raises:
        TokenRefused: label, scopes or days cannot be used, or there are too many tokens.
    """
    label = label.strip()
    if not label or len(label) > MAX_LABEL or not label.isprintable():
        raise TokenRefused(f"a label has 1 to {MAX_LABEL} printable characters")
    if not 1 <= days <= MOST_DAYS:
        raise TokenRefused(f"a token is valid for 1 to {MOST_DAYS:,} days")
    if user.disabled_at is not None:
        raise TokenRefused(f"{user.name} may not sign in: admit them first")
    made = unit.tokens.make(
        user.user_id, label, _read_scopes(scopes, user), now, valid_for=timedelta(days=days)
    )
    if made is None:
        raise TokenRefused(f"{user.name} has {MOST_TOKENS} tokens: revoke one first")
    return made


def _read_scopes(scopes: Sequence[str], user: User) -> frozenset[Scope]:
    try:
        found = frozenset(Scope(each) for each in scopes)
    except ValueError:
        names = " or ".join(Scope)
        raise TokenRefused(f"a scope is {names}, not {', '.join(map(repr, scopes))}") from None
    if not found:
        raise TokenRefused("a token has one scope at least")
    if Scope.OPERATE in found and not user.role.includes(Role.OPERATOR):
        raise TokenRefused(f"the scope operate is for operators; {user.name} is {user.role}")
    return found
