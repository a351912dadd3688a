"""`digest`, `deliveries`, `mail-test`: composes, lists and tests messages."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from supplierwatch.formatting.console import console, note, plural, print_indented, print_json
from supplierwatch.shell.exits import Exit
from supplierwatch.shell.failures import (
    CommandError,
    NothingStoredError,
    UsageError,
    unknown_key_error,
)
from supplierwatch.shell.options import Json, Subscription
from supplierwatch.shell.registering import add
from supplierwatch.shell.session import archive, session, working_store

if TYPE_CHECKING:
    from alerts.dispatch.cut import Preview
    from supplierwatch.wiring import CompiledConfiguration

PANEL = "Messages"


class State(StrEnum):
    """The states of a message in the outbox."""

    QUEUED = "queued"
    LEASED = "leased"
    SENT = "sent"
    RETRY = "retry"
    UNCERTAIN = "uncertain"
    DEAD = "dead"
    HELD = "held"
    STOPPED = "stopped"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    add(
        app,
        "digest",
        digest,
        panel=PANEL,
        examples=(
            ("digest --preview", "the next digest as text; nothing is sent"),
            ("digest --preview --html /tmp/digest.html", "the same as the mail will look"),
            ("digest --subscription daily-palantir", "compose and send this one now"),
        ),
    )
    add(
        app,
        "deliveries",
        deliveries,
        panel=PANEL,
        examples=(
            ("deliveries", "the newest messages and their states"),
            ("deliveries --state dead --json", "those that were given up, for a probe"),
        ),
    )
    add(
        app,
        "mail-test",
        mail_test,
        panel=PANEL,
        examples=(("mail-test me@trust.example", "does the mail server accept our mail?"),),
    )


def digest(
    ctx: typer.Context,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show it, send nothing, change nothing.")
    ] = False,
    subscription: Subscription = None,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html", metavar="FILE", help="With --preview: write it as HTML.", dir_okay=False
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Send without asking first.")] = False,
) -> None:
    """Show the next digest, or compose and send it now.

    A digest lists what is pending for a subscription. What is sent now is not in the next digest
    again, and the usual time of the next one stays. Sending is refused with exit code 4
    while the service runs, which does it by itself.
    """
    wired = session(ctx).wired()
    keys = [each.key for each in wired.catalog.subscriptions]
    if subscription is not None and subscription not in keys:
        raise unknown_key_error("subscription", subscription, keys, "supplierwatch check --verbose")
    chosen = [subscription] if subscription is not None else keys
    if not chosen:
        raise UsageError(
            "there is no subscription, so nobody gets messages", "Add one to subscriptions.toml."
        )
    if html is not None and (not preview or len(chosen) > 1):
        raise UsageError(
            "--html writes the preview of one subscription",
            f"Add --preview and --subscription KEY; there are: {', '.join(keys)}.",
        )
    if preview:
        _show_previews(wired, chosen, html)
    else:
        _send_now(wired, chosen, confirm=not yes)


def _show_previews(wired: CompiledConfiguration, keys: list[str], html: Path | None) -> None:
    from alerts.dispatch.cut import TellingContext, previews
    from supplierwatch.group_configuration import contexts_by_group
    from supplierwatch.views import messages as view

    context = TellingContext.of(wired.catalog, wired.queries)
    now = datetime.now(UTC)
    rendered: list[tuple[str, Preview]] = []
    with archive(wired) as store:
        with store.reading() as unit:
            loaded = {each.subscription_key for each in unit.subscribers.all()}
            groups = unit.groups.declared()
        by_subscription = {
            key: (scope, seen)
            for scope, seen in contexts_by_group(wired, context, groups).items()
            for key in seen.subscriptions
        }
        for key in keys:
            if key not in loaded:
                note(f"{key} is not loaded yet: the next `crawl`, or a `run`, loads it.")
                continue
            scope, seen = by_subscription[key]
            made = previews(store.within(scope), seen, key, now=now)
            rendered += [(key, each) for each in made]
    if html is not None and rendered:
        first = rendered[0][1]
        html.write_text(first.rendered.html, encoding="utf-8")
        note(f"wrote {html}, as {', '.join(first.recipients)} would get it")
        return
    for key, each in rendered:
        view.print_preview(console(), key, each, several=len(rendered) > 1)


def _send_now(wired: CompiledConfiguration, keys: list[str], *, confirm: bool) -> None:
    from supplierwatch.service.service import Service

    with working_store(wired) as store:
        service = Service(wired, store)
        with store.reading() as unit:
            subscribers = [s for s in unit.subscribers.all() if s.subscription_key in keys]
            waiting = unit.tellings.pending([s.subscriber_id for s in subscribers])
        pending = len({telling.mention.mention_id for telling in waiting})
        people = {s.recipient for s in subscribers}
        if confirm:
            typer.confirm(
                f"Send {plural(pending, 'pending mention')} to {plural(len(people), 'recipient')}"
                f" ({', '.join(sorted(people))}) now?",
                abort=True,
                err=True,
            )
        service.match()
        written = service.tell(force=[s.subscriber_id for s in subscribers])
        service.deliver()
    if written:
        console().print(
            f"{plural(written, 'message')} composed; `supplierwatch deliveries` shows them."
        )
    else:
        console().print("Nothing is pending: no message was composed.")


def deliveries(
    ctx: typer.Context,
    state: Annotated[
        list[State] | None,
        typer.Option("--state", help="Only messages in this state; may be given several times."),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, max=10_000, help="At most so many.")
    ] = 20,
    json: Json = False,
) -> None:
    """List messages with their states, the newest first.

    sent: accepted by the mail server. queued, leased, retry: on its way. uncertain: may have
    arrived, is tried again with the same Message-ID. dead: refused or given up, with the cause.
    held: waits for `release`. stopped: its reader unsubscribed before it was sent. What waits for
    an alert comes first, with the time of that alert.
    """
    from alerts.digest.context import TellingContext
    from alerts.dispatch.held_alerts import held_alerts
    from supplierwatch.json_documents.messages import deliveries_json, messages_json
    from supplierwatch.views import messages as view

    wired = session(ctx).wired()
    context = TellingContext.of(wired.catalog, wired.queries)
    states = [each.value for each in state] if state else None
    try:
        with archive(wired) as store, store.reading() as unit:
            messages = unit.outbox.list(states=states, limit=limit)
            counts = unit.outbox.counts()
            paused = unit.outbox.paused()
            failed = unit.quarantine.failed_tasks("tell")
            held = held_alerts(unit, context, datetime.now(UTC))
    except NothingStoredError:
        messages, counts, paused, failed, held = (), {}, {}, {}, ()
    if json:
        listed = messages_json(messages, counts, paused, list(failed.values()))
        print_json(deliveries_json(listed, held))
    else:
        view.print_held(console(), held)
        view.print_failed(console(), list(failed.values()))
        view.print_messages(console(), messages, counts, paused)


def mail_test(
    ctx: typer.Context,
    address: Annotated[
        str,
        typer.Argument(metavar="ADDRESS", help="The recipient: an address, or channel:KEY."),
    ],
) -> None:
    """Send a test message, and show what the mail server answered.

    It is sent like every message, but not through the outbox: it is tried once. The output names
    the DNS records that decide whether it arrives. Without a mail server in settings.toml it
    becomes a file, as all messages do then. `channel:KEY` tries a channel.
    """
    from rich.text import Text

    from alerts.dispatch.mail_test import advice, send_test
    from config.values.checks import CHANNEL, is_channel

    settings = session(ctx).wired().catalog.settings
    receipt = send_test(settings, address, datetime.now(UTC))
    code = f" ({receipt.code})" if receipt.code else ""
    if receipt.outcome != "delivered":
        raise CommandError(
            f"the message to {address} was not accepted: {receipt.outcome}{code}: {receipt.detail}",
            f"See the [[channel]] {address.removeprefix(CHANNEL)} in settings.toml, and its secret."
            if is_channel(address)
            else "See [mail] in settings.toml, and the SUPPLIERWATCH_SMTP_... variables.",
            exit=Exit.FAILED,
        )
    if is_channel(address):
        console().print(f"{address} accepted it{code}: {receipt.detail}".rstrip(": "))
        return
    if settings.mail.smtp is None:
        console().print(f"no mail server is set: wrote {receipt.detail}", soft_wrap=True)
        note("Mail leaves this machine once settings.toml has smtp under [mail].")
        return
    server = settings.mail.smtp
    console().print(f"{server.host}:{server.port} accepted it{code}: {receipt.detail}")
    for hint in advice(settings):
        print_indented(console(), Text(hint), 2)
