"""The subscriptions: who is told of which watches, when, and what the readers asked for."""

from __future__ import annotations

from urllib.parse import quote

from alerts.dispatch.cut import previews
from alerts.errors import UnknownSubscriptionError
from config.model import Subscription
from config.values.checks import is_channel
from storage.model import Role
from supplierwatch.desk.file_edits import note_edit
from supplierwatch.desk.framed_message import frame_rendered, frame_text
from supplierwatch.desk.jobs import JobStep, Report, new_job
from supplierwatch.desk.listing_pages import cut_page
from supplierwatch.desk.page import Page, Shown, Visit, missing, read_number
from supplierwatch.desk.subscription_outlook import look_ahead, next_times
from supplierwatch.formatting.console import plural
from supplierwatch.wiring import watches_of

PAGE = 50
MOST_READERS = 500
HISTORY = 20  # changes that are shown
MOST_PREVIEWS = 6  # of readers who would get something else
NONE = "There is no subscription of this name in the configuration."
BUSY = "Two jobs are running already: try again in a minute."


def subscriptions(visit: Visit) -> Shown:
    """List the subscriptions with their next times."""
    wired, now = visit.source.wired, visit.now
    page = cut_page(visit, wired.catalog.subscriptions, size=PAGE)
    with visit.source.store.reading() as unit:
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
    return Shown(template="subscriptions/subscriptions.html", values={"page": page, "rows": rows})


def subscription(visit: Visit) -> Shown:
    """Show one subscription with its readers."""
    return _show(visit)


def preview(visit: Visit) -> Shown:
    """Show what the subscription would send now, as mail and on a phone; nothing is sent."""
    found = find_subscription(visit)
    if found is None:
        return missing(NONE)
    try:
        made = previews(visit.source.store, visit.source.context, found.key, now=visit.now)
    except UnknownSubscriptionError:
        return missing("The service has not taken this subscription up yet: try again in a moment.")
    job = new_job("preview", f"Preview of {found.key}", found.key, visit.user.name, visit.now)
    frames = [frame_rendered(each.rendered) for each in made[:MOST_PREVIEWS]]
    visit.source.jobs.keep(job, frames)
    return Shown(
        template="subscriptions/preview.html",
        frames=True,
        values={
            "subscription": found,
            "previews": made[:MOST_PREVIEWS],
            "more": max(0, len(made) - MOST_PREVIEWS),
            "job": job.job_id,
            "may_send": visit.user.role.includes(Role.OPERATOR),
        },
    )


def frame(visit: Visit) -> Shown:
    """Answer a message of a preview, for the frames of its page."""
    job = visit.source.jobs.get(visit.path["job"])
    number = read_number(visit.path["number"], 3)
    if job is None or job.kind != "preview" or number is None or number >= len(job.result):
        return Shown(framed=frame_text("This preview is not kept any more: load the page again."))
    return Shown(framed=job.result[number])


def send_now(visit: Visit) -> Shown:
    """Compose and send what is pending for a subscription, beside its usual times."""
    found = find_subscription(visit)
    if found is None:
        return missing(NONE)
    desk, key = visit.source, found.key

    def work(report: Report) -> str:
        report(JobStep(name="begin", ok=True, lines=(f"what is pending for {key} is gathered",)))
        written = desk.send_now(key)
        if not written:
            return "Nothing was pending: no message was made."
        return f"{plural(written, 'message')} made, and sent as far as the channels took them."

    job = new_job("send", f"Sending {key} now", key, visit.user.name, visit.now)
    if not desk.jobs.start(job, work):
        return missing(BUSY)
    note_edit(visit, "digest-sent", key, before="", after="")
    return Shown(redirect=f"/jobs/{job.job_id}")


def find_subscription(visit: Visit) -> Subscription | None:
    """Return the declared subscription that the path names."""
    return visit.source.context.subscriptions.get(visit.path["key"])


def address_of(key: str) -> str:
    """Return the address of a subscription's page."""
    return f"/subscriptions/{quote(key, safe='')}"


def _show(visit: Visit) -> Shown:
    found, wired, now = find_subscription(visit), visit.source.wired, visit.now
    if found is None:
        return missing(NONE)
    with visit.source.store.reading() as unit:
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
        for to in found.to[:MOST_READERS]
    ]
    return Shown(
        template="subscriptions/subscription.html",
        values={
            "subscription": found,
            "outlook": outlook,
            "watches": watches_of(found, wired.catalog.watches),
            "labels": {watch.key: watch.label for watch in wired.catalog.watches},
            "readers": readers,
            "history": history,
            "may_send": visit.user.role.includes(Role.OPERATOR),
        },
    )


PAGES = (
    Page(
        path="/subscriptions", answer=subscriptions, role=Role.EDITOR, nav="Subscriptions", order=6
    ),
    Page(path="/subscriptions/{key}", answer=subscription, role=Role.EDITOR),
    Page(path="/subscriptions/{key}/preview", answer=preview, role=Role.EDITOR),
    Page(path="/shown/{job}/{number}", answer=frame, role=Role.EDITOR),
    Page(path="/subscriptions/{key}/send", answer=send_now, role=Role.OPERATOR, method="POST"),
)
