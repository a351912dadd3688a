"""The channels that deliver messages: their state, and a test."""

from __future__ import annotations

from alerts.dispatch.mail_test import advice, send_test
from config.settings.channels import MAIL
from config.values.checks import CHANNEL, check_address
from config.values.invalid_value import InvalidValue
from storage.model import Role
from supplierwatch.desk.editing.file_edits import note_edit
from supplierwatch.desk.jobs import BUSY, JobStep, Report, new_job
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

    def work(report: Report) -> str:
        receipt = send_test(settings, address, now)
        code = f" ({receipt.code})" if receipt.code else ""
        taken = receipt.outcome == "delivered"
        report(JobStep(name=_(receipt.outcome), ok=taken, lines=(f"{receipt.detail}{code}",)))
        if not taken:
            raise RuntimeError(f"the message was not accepted: {receipt.outcome}{code}")
        if key == MAIL:
            report(
                JobStep(
                    name=_("further checks for mail to arrive"), ok=True, lines=advice(settings)
                )
            )
        return _("The message to %(address)s was accepted.", address=address)

    job = new_job(
        "channel", _("A test message to %(address)s", address=address), key, request.user.name, now
    )
    if not desk.jobs.start(job, work):
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
