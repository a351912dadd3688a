"""The tokens of a user for the API: list, make, revoke."""

from __future__ import annotations

import logging

from storage.model import Role, Scope
from supplierwatch.desk.accounts.token_requests import (
    MAX_DAYS,
    MAX_LABEL,
    TokenRefused,
    group_of_token,
    make_token,
    revoke_token,
)
from supplierwatch.desk.page import Page, PageRequest, PageResponse, as_sentence, read_number
from supplierwatch.formatting.translation import mark_text

log = logging.getLogger(__name__)

DAYS = 365


def tokens(request: PageRequest) -> PageResponse:
    """List the tokens of the signed-in user."""
    return _list(request)


def make(request: PageRequest) -> PageResponse:
    """Make a token, and show it; it is shown once."""
    days = read_number(request.values.get("days", ""), digits=5) or 0
    scopes = [scope for scope in Scope if request.values.get(f"scope-{scope}")]
    label = request.values.get("label", "")
    try:
        with request.source.store.transaction() as unit:
            made = make_token(
                unit,
                request.actor,
                request.user,
                label,
                scopes,
                days=days,
                now=request.now,
                group=group_of_token(request.user, request.source.scope),
            )
    except TokenRefused as error:
        return _list(request, error=as_sentence(error), label=label)
    log.info("desk.token-made user=%s scopes=%s", request.user.name, ",".join(scopes))
    return _list(request, made=made)


def revoke(request: PageRequest) -> PageResponse:
    """End a token of the signed-in user."""
    number = read_number(request.values.get("token", ""))
    if number is not None:
        with request.source.store.transaction() as unit:
            if revoke_token(unit, request.actor, request.user, number, request.now):
                log.info("desk.token-revoked user=%s token=%s", request.user.name, number)
    return PageResponse(redirect="/tokens")


def _list(
    request: PageRequest, *, made: str = "", error: str = "", label: str = ""
) -> PageResponse:
    with request.source.store.reading() as unit:
        known = unit.tokens.of_user(request.user.user_id)
    return PageResponse(
        template="account/tokens.html",
        status=400 if error else 200,
        values={
            "tokens": known,
            "now": request.now,
            "made": made,
            "error": error,
            "label": label,
            "max_label": MAX_LABEL,
            "days": DAYS,
            "most_days": MAX_DAYS,
            "operates": request.user.role.includes(Role.OPERATOR),
        },
    )


PAGES = (
    Page(
        path="/tokens",
        handler=tokens,
        role=Role.READER,
        nav=mark_text("Tokens"),
        order=8,
        in_menu=True,
    ),
    Page(path="/tokens", handler=make, role=Role.READER, method="POST"),
    Page(path="/tokens/revoke", handler=revoke, role=Role.READER, method="POST"),
)
