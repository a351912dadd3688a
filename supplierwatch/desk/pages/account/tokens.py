"""The tokens of a user for the API: list, make, revoke."""

from __future__ import annotations

import logging

from storage.model import Role, Scope
from supplierwatch.desk.accounts.token_requests import (
    MAX_LABEL,
    MOST_DAYS,
    TokenRefused,
    make_token,
    revoke_token,
)
from supplierwatch.desk.page import Page, Shown, Visit, read_number

log = logging.getLogger(__name__)

DAYS = 365


def tokens(visit: Visit) -> Shown:
    """List the tokens of the user who asks."""
    return _list(visit)


def make(visit: Visit) -> Shown:
    """Make a token, and show it; it is shown once."""
    days = read_number(visit.values.get("days", ""), digits=5) or 0
    scopes = [scope for scope in Scope if visit.values.get(f"scope-{scope}")]
    label = visit.values.get("label", "")
    try:
        with visit.source.store.transaction() as unit:
            made = make_token(
                unit, visit.actor, visit.user, label, scopes, days=days, now=visit.now
            )
    except TokenRefused as error:
        return _list(visit, error=f"{str(error)[:1].upper()}{str(error)[1:]}.", label=label)
    log.info("desk.token-made user=%s scopes=%s", visit.user.name, ",".join(scopes))
    return _list(visit, made=made)


def revoke(visit: Visit) -> Shown:
    """End a token of the user who asks."""
    number = read_number(visit.values.get("token", ""))
    if number is not None:
        with visit.source.store.transaction() as unit:
            if revoke_token(unit, visit.actor, visit.user, number, visit.now):
                log.info("desk.token-revoked user=%s token=%s", visit.user.name, number)
    return Shown(redirect="/tokens")


def _list(visit: Visit, *, made: str = "", error: str = "", label: str = "") -> Shown:
    with visit.source.store.reading() as unit:
        known = unit.tokens.of_user(visit.user.user_id)
    return Shown(
        template="account/tokens.html",
        status=400 if error else 200,
        values={
            "tokens": known,
            "now": visit.now,
            "made": made,
            "error": error,
            "label": label,
            "max_label": MAX_LABEL,
            "days": DAYS,
            "most_days": MOST_DAYS,
            "operates": visit.user.role.includes(Role.OPERATOR),
        },
    )


PAGES = (
    Page(path="/tokens", answer=tokens, role=Role.READER, nav="Tokens", order=8, in_menu=True),
    Page(path="/tokens", answer=make, role=Role.READER, method="POST"),
    Page(path="/tokens/revoke", answer=revoke, role=Role.READER, method="POST"),
)
