"""A link for a new password by mail, for who has forgotten theirs.

The request looks nobody up: answer and work are the same for every name. A thread of its own
does the rest.
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
from supplierwatch.desk.page import DeskSource, Page, Shown, Visit

log = logging.getLogger(__name__)

MOST_AT_A_TIME = 2
requests = FailureLimit()  # five for each name in a quarter of an hour
_slots = threading.BoundedSemaphore(MOST_AT_A_TIME)


def show(visit: Visit) -> Shown:
    """Show the form."""
    return _show(visit, sent=False)


def send(visit: Visit) -> Shown:
    """Have a link sent to the user of a name, if there is one with a mail address."""
    name = visit.values.get("name", "").strip()[:MAX_NAME]
    counted = name.casefold()
    if not _is_offered(visit):
        return _show(visit, sent=False)
    if requests.is_refused(counted) or not _slots.acquire(blocking=False):
        log.warning("desk.link-not-sent name=%s from=%s why=too-many", name, visit.client)
        return _show(visit, sent=True)
    requests.fail(counted)
    args = (visit.source, name, visit.client, visit.home, visit.now)
    threading.Thread(target=_send_link, args=args, name="link-mail", daemon=True).start()
    return _show(visit, sent=True)


def _is_offered(visit: Visit) -> bool:
    # a link by the Host header of the request would lead wherever who sent it wants
    return visit.source.wired.catalog.settings.service.public_url is not None


def _show(visit: Visit, *, sent: bool) -> Shown:
    values = {"offered": _is_offered(visit), "sent": sent}
    return Shown(template="account/forgotten.html", values=values)


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
    Page(path="/sign-in/forgotten", answer=show, role=None),
    Page(path="/sign-in/forgotten", answer=send, role=None, method="POST"),
)
