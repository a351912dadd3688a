"""Output of `digest --preview` and `deliveries`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Console
from rich.rule import Rule
from rich.text import Text

from storage.model import WAITING, OutboxMessage
from storage.telling.quarantine import FailedTask
from supplierwatch.formatting.console import clean, plural, print_indented
from supplierwatch.formatting.times import clock
from supplierwatch.json_documents.messages import Paused
from supplierwatch.views.quarantine import standing_words

if TYPE_CHECKING:
    from alerts.dispatch.cut import Preview
    from alerts.dispatch.held_alerts import Cause, HeldAlert

STYLES = {"sent": "green", "dead": "bold red", "uncertain": "yellow", "retry": "yellow"}


def print_preview(screen: Console, key: str, preview: Preview, *, several: bool) -> None:
    """Print the recipients, subject and text of a message that is not sent."""
    if several:
        screen.print(Rule(Text(key, "cyan"), align="left"))
    rendered = preview.rendered
    people = ", ".join(clean(each) for each in preview.recipients)
    screen.print(Text.assemble(("To:      ", "bold"), people), soft_wrap=True)
    screen.print(Text.assemble(("Subject: ", "bold"), rendered.subject), soft_wrap=True)
    if not preview.empty or preview.goes_at is not None:
        when = describe_sending(preview.goes_at, preview.cause)
        screen.print(Text.assemble(("Sent:    ", "bold"), when), soft_wrap=True)
    screen.print()
    # not wrapped: the text has its own line breaks
    screen.print(Text(rendered.text.rstrip()), soft_wrap=True)
    screen.print()


def describe_sending(goes_at: datetime | None, cause: Cause | None) -> str:
    """Describe when a message will be sent, and what it waits for."""
    from alerts.dispatch.held_alerts import CAUSES

    at = "at once" if goes_at is None and cause is None else clock(goes_at) or "later"
    if cause == "undelivered":
        at = f"next try {at}"
    return at if cause is None else f"{at} ({CAUSES[cause]})"


def print_held(screen: Console, held: Sequence[HeldAlert]) -> None:
    """Print what waits for an alert, and when that is sent."""
    for each in held:
        who = f"{clean(each.recipient)} ({clean(each.subscription)})"
        text = (
            f"{plural(each.mentions, 'mention')} for {who}: "
            f"{describe_sending(each.goes_at, each.cause)}"
        )
        screen.print(Text.assemble(("waiting  ", "bold yellow"), text), soft_wrap=True)


def print_failed(screen: Console, failed: Sequence[FailedTask]) -> None:
    """Print the messages that could not be composed; their mentions stay pending."""
    for failed_task in failed:
        text = f"no message could be composed: {clean(failed_task.subject)}"
        screen.print(Text(f"{text}: {standing_words(failed_task)}", "bold red"), soft_wrap=True)
        if failed_task.cause:
            print_indented(screen, Text(clean(failed_task.cause), "red"), 4)


def print_messages(
    screen: Console,
    messages: Sequence[OutboxMessage],
    counts: Mapping[str, int],
    paused: Paused,
) -> None:
    """Print paused channels, then two lines for each message, then totals by state."""
    for channel, (reason, since) in sorted(paused.items()):
        text = f"delivery by {channel} is paused since {clock(since)}: {clean(reason)}"
        screen.print(Text(text, "bold red"))
    if paused:
        screen.print(Text("Nothing is lost: it is tried again every 15 minutes.\n", "dim"))
    for message in messages:
        print_message(screen, message)
    if not messages:
        screen.print("No message." if not counts else "No message in this state.")
    if counts:
        text = ", ".join(f"{counts[state]:,} {state}" for state in sorted(counts) if counts[state])
        screen.print(Text(f"In all: {text}.", "bold"))


def print_message(screen: Console, message: OutboxMessage) -> None:
    """Print one message, with the last error where it was not sent."""
    about = message.notification
    screen.print(
        Text.assemble(
            (f"{message.row_id:>4}  ", "bold"),
            (clock(message.sent_at or message.created_at), "dim"),
            "  ",
            (f"{message.state:<9}", STYLES.get(message.state, "")),
            f"  {about.kind:<8}  ",
            (clean(about.recipient), "cyan"),
        )
    )
    print_indented(screen, Text(clean(about.subject)), 4)
    if message.state != "sent" and message.last_error:
        print_indented(screen, Text(clean(message.last_error), "red"), 4)
    if message.state in WAITING and message.attempts:
        tries = plural(message.attempts, "try", "tries")
        text = f"{tries} so far, next at {clock(message.next_at)}"
        print_indented(screen, Text(text, "dim"), 4)
