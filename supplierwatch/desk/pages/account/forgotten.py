"""Mails a link for a new password to a user who has forgotten theirs.

The request itself looks up no user: answer and work are the same for every name. A thread of its
own does the rest.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime

from alerts.dispatch.direct_mail import send_directly
from alerts.messages.mime import Envelope
from alerts.messages.render import render_note
from storage.model import Actor
from storage.store import Store
from supplierwatch.desk.accounts.passwords import FailureLimit
from supplierwatch.desk.accounts.user_changes import make_user_link
from supplierwatch.desk.accounts.user_names import MAX_NAME
from supplierwatch.desk.page import DeskSource, Page, PageRequest, PageResponse

log = logging.getLogger(__name__)

MAX_AT_A_TIME = 2
requests = FailureLimit()  # five for each name in a quarter of an hour
_slots = threading.BoundedSemaphore(MAX_AT_A_TIME)


def show(request: PageRequest) -> PageResponse:
    """Show the form."""
    return _show(request, sent=False)


def send(request: PageRequest) -> PageResponse:
    """Have a link sent to the user of a name, if there is one with a mail address."""
    name = request.values.get("name", "").strip()[:MAX_NAME]
    counted = name.casefold()
    if not _is_offered(request):
        return _show(request, sent=False)
    if requests.is_refused(counted) or not _slots.acquire(blocking=False):
        log.warning("desk.link-not-sent name=%s from=%s why=too-many", name, request.client)
        return _show(request, sent=True)
    requests.count_failure(counted)
    args = (request.source, name, request.client, request.home, request.now)
    threading.Thread(target=_send_link, args=args, name="link-mail", daemon=True).start()
    return _show(request, sent=True)


def _is_offered(request: PageRequest) -> bool:
    # a link by the Host header of the request could lead to the site of an attacker
    return request.source.wired.catalog.settings.service.public_url is not None


def _show(request: PageRequest, *, sent: bool) -> PageResponse:
    values = {"offered": _is_offered(request), "sent": sent}
    return PageResponse(template="account/forgotten.html", values=values)


def _send_link(source: DeskSource, name: str, client: str, home: str, now: datetime) -> None:
    try:
        made = _make_link(source.store, name, client, now)
        if made is None:
            log.info("desk.link-not-sent name=%s from=%s why=no-address", name, client)
            return
        email, token = made
        rendered = render_note(
            "A new password for media watch",
            (
                f"Somebody, perhaps you, has asked for a new password for the user {name}.",
                "",
                "The link works once, within a day:",
                f"  Open {home}/link/{token}",
                "",
                "If it was not you, do nothing: your password stays as it is.",
            ),
        )
        key = f"link:{name}:{now.isoformat()}"
        envelope = Envelope(kind="link", delivery_key=key, recipient=email)
        receipt = send_directly(source.wired.catalog.settings, rendered, envelope, now)
        log.info("desk.link-sent name=%s from=%s outcome=%s", name, client, receipt.outcome)
    except Exception:
        log.exception("desk.link-not-sent name=%s from=%s", name, client)
    finally:
        _slots.release()


def _make_link(store: Store, name: str, client: str, now: datetime) -> tuple[str, str] | None:
    """Return address and token; None for somebody unknown, disabled or without an address."""
    with store.transaction() as unit:
        user = unit.users.find_by_name(name)
        if user is None or user.disabled_at is not None or user.email is None:
            return None
        actor = Actor(name=name, via="mail", client=client)
        return user.email, make_user_link(unit, actor, user, now)


PAGES = (
    Page(path="/sign-in/forgotten", handler=show, role=None),
    Page(path="/sign-in/forgotten", handler=send, role=None, method="POST"),
)
