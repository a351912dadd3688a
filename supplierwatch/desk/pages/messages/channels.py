"""The channels that deliver messages: their state, and a test."""

from __future__ import annotations

from config.settings.channels import MAIL
from config.values.checks import CHANNEL, check_address
from config.values.invalid_value import InvalidValue
from storage.model import Role
from supplierwatch.desk.background_jobs.jobs import BUSY
from supplierwatch.desk.background_jobs.sending import start_channel_test
from supplierwatch.desk.editing.file_edits import note_edit
from supplierwatch.desk.page import Page, PageRequest, PageResponse
from supplierwatch.formatting.mail_words import mail_words
from supplierwatch.formatting.translation import gettext as _


def channels(request: PageRequest) -> PageResponse:
    """List the channels."""
    return _show(request)


def test(request: PageRequest) -> PageResponse:
    """Send a test message by a channel, and show what its server answered."""
    desk, now = request.source, request.now
    settings = desk.wired.catalog.settings
    key = request.values.get("channel", "")
    address = f"{CHANNEL}{key}"
    if key == MAIL:
        try:
            address = check_address(request.values.get("address", ""))
        except InvalidValue as invalid:
            return _show(
                request,
                problem=_(
                    "The address %(fault)s: %(hint)s.", fault=invalid.message, hint=invalid.hint
                ),
            )
    elif key not in {each.key for each in settings.channels}:
        return _show(request, problem=_("There is no channel of this name."))

    job = start_channel_test(desk, key, address, request.user.name, now)
    if job is None:
        return _show(request, problem=_(BUSY))
    note_edit(request, "channel-tested", key, before="", after=address)
    return PageResponse(redirect=f"/jobs/{job.job_id}")


def _show(request: PageRequest, problem: str = "") -> PageResponse:
    settings = request.source.wired.catalog.settings
    failing = {
        each["channel"]: each for each in request.source.report().get("channels_failing", ())
    }
    with request.source.store.reading() as unit:
        paused = unit.outbox.paused()
    return PageResponse(
        template="messages/channels.html",
        status=400 if problem else 200,
        values={
            "mail": MAIL,
            "mail_way": mail_words(settings),
            "sender": settings.mail.sender,
            "address": request.values.get("address", "") or settings.operator_to or "",
            "channels": settings.channels,
            "paused": paused,
            "failing": failing,
            "problem": problem,
        },
    )


PAGES = (
    Page(path="/channels", handler=channels, role=Role.OPERATOR),
    Page(path="/channels", handler=test, role=Role.OPERATOR, method="POST"),
)
