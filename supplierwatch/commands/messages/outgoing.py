"""`resend`, `hold`, `release`: change single messages of the outbox by number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from supplierwatch.formatting.console import clean, console
from supplierwatch.shell.exits import Exit
from supplierwatch.shell.failures import CommandError
from supplierwatch.shell.registering import add
from supplierwatch.shell.session import archive, session

if TYPE_CHECKING:
    from storage.model import OutboxMessage
    from storage.store import Unit

PANEL = "Messages"
COMMAND_LINE = "the command line"  # shown as who sent a message again
Numbers = Annotated[
    list[int],
    typer.Argument(metavar="ID...", help="Numbers of messages, as `deliveries` shows them."),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    add(
        app,
        "resend",
        resend,
        panel=PANEL,
        examples=(("resend 41", "a message that was given up, or did not arrive"),),
    )
    add(
        app,
        "hold",
        hold,
        panel=PANEL,
        examples=(("hold 41 42", "do not send these for now"),),
    )
    add(app, "release", release, panel=PANEL, examples=(("release 41 42", "send them after all"),))


def resend(
    ctx: typer.Context,
    numbers: Numbers,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask about those that were sent.")
    ] = False,
) -> None:
    """Send messages now, also dead and sent ones.

    The same bytes are sent with the same Message-ID. For a message that was sent you are asked
    first: its reader gets it twice, unless the mail program recognises its Message-ID. The
    service sends it within seconds; without a service the next `crawl` does.
    """
    now = datetime.now(UTC)

    def resend_message(unit: Unit, message: OutboxMessage) -> bool:
        return unit.outbox.resend(message.row_id, now, by=COMMAND_LINE)

    def ask(message: OutboxMessage) -> None:
        if message.state == "sent" and not yes:
            subject = clean(message.notification.subject, 60)
            typer.confirm(
                f"{message.row_id} ({subject}) was sent to {message.notification.recipient}: "
                "send it once more?",
                abort=True,
                err=True,
            )

    _change_messages(
        ctx, numbers, resend_message, done="is sent again", refused="is being sent now", ask=ask
    )


def hold(ctx: typer.Context, numbers: Numbers) -> None:
    """Hold waiting messages until `release`."""

    def hold_message(unit: Unit, message: OutboxMessage) -> bool:
        return unit.outbox.hold(message.row_id)

    _change_messages(ctx, numbers, hold_message, done="is held", refused="does not wait to be sent")


def release(ctx: typer.Context, numbers: Numbers) -> None:
    """Release held messages."""
    now = datetime.now(UTC)

    def release_message(unit: Unit, message: OutboxMessage) -> bool:
        return unit.outbox.release(message.row_id, now)

    _change_messages(ctx, numbers, release_message, done="is released", refused="is not held")


def _change_messages(
    ctx: typer.Context,
    numbers: list[int],
    change: Callable[[Unit, OutboxMessage], bool],
    *,
    done: str,
    refused: str,
    ask: Callable[[OutboxMessage], None] | None = None,
) -> None:
    """Change each message in a transaction of its own; exit code 1 if one could not be changed.

    Args:
        ctx: of the command.
        numbers: of the messages.
        change: changes one message; returns whether it could.
        done: printed for a message that was changed.
        refused: printed for one that was not.
        ask: asks before a message is changed; raises typer.Abort.
    """
    wired = session(ctx).wired()
    failed = False
    with archive(wired) as store:
        with store.reading() as unit:
            known = {number: unit.outbox.get(number) for number in dict.fromkeys(numbers)}
        if missing := [number for number, message in known.items() if message is None]:
            raise CommandError(
                f"there is no message {', '.join(map(str, missing))}: nothing was changed",
                "`supplierwatch deliveries` shows their numbers.",
                exit=Exit.USAGE,
            )
        for number, message in known.items():
            if message is None:
                continue
            if ask is not None:
                ask(message)
            with store.transaction() as unit:
                changed = change(unit, message)
            result = done if changed else f"{refused} ({message.state})"
            console().print(f"{number}  {result}: {clean(message.notification.subject, 80)}")
            failed |= not changed
    if failed:
        raise typer.Exit(Exit.FAILED)
