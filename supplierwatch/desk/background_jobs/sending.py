"""Jobs that send something at once: a test message by a channel, a digest of a subscription."""

from __future__ import annotations

from datetime import datetime

from alerts.dispatch.mail_test import advice, send_test
from config.settings.channels import MAIL
from config.values.checks import CHANNEL
from supplierwatch.desk.background_jobs.jobs import Job, JobStep, Report, new_job
from supplierwatch.desk.page import DeskSource
from supplierwatch.formatting.translation import format_number, ngettext
from supplierwatch.formatting.translation import gettext as _

CHANNEL_TEST = "channel"
SENDING = "send"
FOR_OPERATORS = (CHANNEL_TEST, SENDING)


def start_channel_test(
    desk: DeskSource, channel: str, address: str, by: str, now: datetime
) -> Job | None:
    """Begin to send a test message; None where too much runs already.

    Args:
        desk: of the user.
        channel: its key; that of mail is `email`.
        address: of the mail; not used for other channels.
        by: the name of the user.
        now: the time.
    """
    settings = desk.wired.catalog.settings
    to = address if channel == MAIL else f"{CHANNEL}{channel}"

    def work(report: Report) -> str:
        receipt = send_test(settings, to, now)
        code = f" ({receipt.code})" if receipt.code else ""
        accepted = receipt.outcome == "delivered"
        report(JobStep(name=_(receipt.outcome), ok=accepted, lines=(f"{receipt.detail}{code}",)))
        if not accepted:
            raise RuntimeError(f"the message was not accepted: {receipt.outcome}{code}")
        if channel == MAIL:
            checks = _("further checks for mail to arrive")
            report(JobStep(name=checks, ok=True, lines=advice(settings)))
        return _("The message to %(address)s was accepted.", address=to)

    job = new_job(CHANNEL_TEST, _("A test message to %(address)s", address=to), channel, by, now)
    return job if desk.jobs.start(job, work) else None


def start_sending(desk: DeskSource, subscription: str, by: str, now: datetime) -> Job | None:
    """Begin to send what is pending for a subscription; None where too much runs already."""

    def work(report: Report) -> str:
        lines = (_("reading what is pending for %(name)s", name=subscription),)
        report(JobStep(name=_("begin"), ok=True, lines=lines))
        written = desk.send_now(subscription)
        if not written:
            return _("Nothing was pending: no message was composed.")
        return ngettext(
            "%(n)s message composed, and sent if the channels accepted them.",
            "%(n)s messages composed, and sent if the channels accepted them.",
            written,
            n=format_number(written),
        )

    title = _("Sending %(name)s now", name=subscription)
    job = new_job(SENDING, title, subscription, by, now)
    return job if desk.jobs.start(job, work) else None
