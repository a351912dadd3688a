"""The subscriptions: recipients, watches, times, and mutes of the readers."""

from __future__ import annotations

from urllib.parse import quote

from alerts.dispatch.cut import previews
from alerts.errors import UnknownSubscriptionError
from config.model import Subscription
from config.values.checks import is_channel
from storage.model import Role
from storage.rules.groups import scope_of_group
from supplierwatch.desk.background_jobs.jobs import BUSY, new_job
from supplierwatch.desk.background_jobs.sending import start_sending
from supplierwatch.desk.editing.file_edits import note_edit
from supplierwatch.desk.framed_message import frame_rendered, frame_text
from supplierwatch.desk.listing_pages import cut_page
from supplierwatch.desk.page import Page, PageRequest, PageResponse, not_found, read_number
from supplierwatch.desk.subscription_outlook import look_ahead, next_times
from supplierwatch.formatting.translation import gettext as _
from supplierwatch.formatting.translation import mark_text
from supplierwatch.wiring import watches_of

PAGE = 50
MAX_READERS = 500
HISTORY = 20  # changes that are shown
MAX_PREVIEWS = 6  # of readers who would get something else
NONE = mark_text("There is no subscription of this name in the configuration.")


def subscriptions(request: PageRequest) -> PageResponse:
    """List the subscriptions with their next times."""
    wired, now = request.source.wired, request.now
    page = cut_page(request, wired.catalog.subscriptions, size=PAGE)
    with request.source.store.reading() as unit:
        ended = {(s.subscription_key, s.recipient) for s in unit.subscribers.ended()}
        waiting = unit.tellings.count_pending()
        counts: dict[str, int] = {}
        for each in unit.subscribers.all():
            found = waiting.get(each.subscriber_id, 0)
            counts[each.subscription_key] = max(counts.get(each.subscription_key, 0), found)
    rows = [
        {
            "subscription": each,
            "watches": watches_of(each, wired.catalog.watches),
            "next": next(iter(next_times(each, now)), None),
            "waiting": counts.get(each.key, 0),
            "ended": sum((each.key, to) in ended for to in each.to),
        }
        for each in page.rows
    ]
    return PageResponse(
        template="subscriptions/subscriptions.html", values={"page": page, "rows": rows}
    )


def subscription(request: PageRequest) -> PageResponse:
    """Show one subscription with its readers."""
    return _show(request)


def preview(request: PageRequest) -> PageResponse:
    """Show what the subscription would send now, as mail and on a phone; nothing is sent."""
    found = find_subscription(request)
    if found is None:
        return not_found(_(NONE))
    desk = request.source
    if len({each.group for each in desk.wired.catalog.watches} | {found.group}) > 1:
        desk = desk.within(scope_of_group(found.group))
    try:
        made = previews(desk.store, desk.context, found.key, now=request.now)
    except UnknownSubscriptionError:
        return not_found(
            _("The service has not loaded this subscription yet: try again in a moment.")
        )
    job = new_job(
        "preview",
        _("Preview of %(name)s", name=found.key),
        found.key,
        request.user.name,
        request.now,
    )
    frames = [frame_rendered(each.rendered) for each in made[:MAX_PREVIEWS]]
    request.source.jobs.keep(job, frames)
    return PageResponse(
        template="subscriptions/preview.html",
        frames=True,
        values={
            "subscription": found,
            "previews": made[:MAX_PREVIEWS],
            "more": max(0, len(made) - MAX_PREVIEWS),
            "job": job.job_id,
            "may_send": request.user.role.includes(Role.OPERATOR),
        },
    )


def frame(request: PageRequest) -> PageResponse:
    """Return a message of a preview, for the frames of its page."""
    job = request.source.jobs.get(request.path["job"])
    number = read_number(request.path["number"], 3)
    if job is None or job.kind != "preview" or number is None or number >= len(job.result):
        return PageResponse(
            framed=frame_text(_("This preview is not kept any more: load the page again."))
        )
    return PageResponse(framed=job.result[number])


def send_now(request: PageRequest) -> PageResponse:
    """Compose and send what is pending for a subscription, in addition to its usual times."""
    found = find_subscription(request)
    if found is None:
        return not_found(_(NONE))
    job = start_sending(request.source, found.key, request.user.name, request.now)
    if job is None:
        return not_found(_(BUSY))
    note_edit(request, "digest-sent", found.key, before="", after="")
    return PageResponse(redirect=f"/jobs/{job.job_id}")


def find_subscription(request: PageRequest) -> Subscription | None:
    """Return the declared subscription that the path names."""
    return request.source.context.subscriptions.get(request.path["key"])


def subscription_address(key: str) -> str:
    """Return the address of a subscription's page."""
    return f"/subscriptions/{quote(key, safe='')}"


def _show(request: PageRequest) -> PageResponse:
    found, wired, now = find_subscription(request), request.source.wired, request.now
    if found is None:
        return not_found(_(NONE))
    with request.source.store.reading() as unit:
        outlook = look_ahead(unit, wired, found, now)
        waiting = unit.tellings.count_pending()
        known = {
            each.recipient: each
            for each in (*unit.subscribers.all(), *unit.subscribers.ended())
            if each.subscription_key == found.key
        }
        history = unit.audit.list(limit=HISTORY, thing="subscription", subject=found.key)
        mutes = unit.reader_requests.muted(now, [each.subscriber_id for each in known.values()])
    readers = [
        {
            "recipient": to,
            "is_channel": is_channel(to),
            "subscriber": known.get(to),
            "waiting": waiting.get(known[to].subscriber_id, 0) if to in known else 0,
            "mutes": [
                m for m in mutes if to in known and m.subscriber_id == known[to].subscriber_id
            ],
        }
        for to in found.to[:MAX_READERS]
    ]
    return PageResponse(
        template="subscriptions/subscription.html",
        values={
            "subscription": found,
            "outlook": outlook,
            "watches": watches_of(found, wired.catalog.watches),
            "labels": {watch.key: watch.label for watch in wired.catalog.watches},
            "readers": readers,
            "history": history,
            "may_send": request.user.role.includes(Role.OPERATOR),
        },
    )


PAGES = (
    Page(
        path="/subscriptions",
        handler=subscriptions,
        role=Role.EDITOR,
        nav=mark_text("Subscriptions"),
        order=6,
    ),
    Page(path="/subscriptions/{key}", handler=subscription, role=Role.EDITOR),
    Page(path="/subscriptions/{key}/preview", handler=preview, role=Role.EDITOR),
    Page(path="/shown/{job}/{number}", handler=frame, role=Role.EDITOR),
    Page(path="/subscriptions/{key}/send", handler=send_now, role=Role.OPERATOR, method="POST"),
)
