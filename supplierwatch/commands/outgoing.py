"""`resend`, `hold`, `release`: single messages of the outbox, by their numbers."""

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

PANEL = "Tell"
Numbers = Annotated[
    list[int], typer.Argument(metavar="ID...", help="Numbers that deliveries shows.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this family."""
    add(
        app,
        "resend",
        resend,
        panel=PANEL,
        examples=(("resend 41", "a message that was given up, or is said not to have come"),),
    )
    add(
        app,
        "hold",
        hold,
        panel=PANEL,
        examples=(("hold 41 42", "messages that are not to go for now"),),
    )
    add(app, "release", release, panel=PANEL, examples=(("release 41 42", "let them go"),))


def resend(
    ctx: typer.Context,
    numbers: Numbers,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask about those that were sent.")
    ] = False,
) -> None:
    """Have messages sent now, also dead and sent ones.

    The same bytes go again with the same Message-ID. One that was sent is asked about first: its
    reader gets it twice, unless the mail program knows it by its Message-ID. The service sends it
    within seconds; without a service the next `crawl` does.
    """
    now = datetime.now(UTC)

    def again(unit: Unit, message: OutboxMessage) -> bool:
        return unit.outbox.resend(message.row_id, now)

    def ask(message: OutboxMessage) -> None:
        if message.state == "sent" and not yes:
            subject = clean(message.notification.subject, 60)
            typer.confirm(
                f"{message.row_id} ({subject}) was sent to {message.notification.recipient}: "
                "send it once more?",
                abort=True,
                err=True,
            )

    _each(ctx, numbers, again, done="is sent again", refused="is being sent now", ask=ask)


def hold(ctx: typer.Context, numbers: Numbers) -> None:
    """Keep messages that wait from being sent, until `release`."""

    def keep(unit: Unit, message: OutboxMessage) -> bool:
        return unit.outbox.hold(message.row_id)

    _each(ctx, numbers, keep, done="is held", refused="does not wait to be sent")


def release(ctx: typer.Context, numbers: Numbers) -> None:
    """Let messages go that are held."""
    now = datetime.now(UTC)

    def let_go(unit: Unit, message: OutboxMessage) -> bool:
        return unit.outbox.release(message.row_id, now)

    _each(ctx, numbers, let_go, done="goes now", refused="is not held")


def _each(
    ctx: typer.Context,
    numbers: list[int],
    change: Callable[[Unit, OutboxMessage], bool],
    *,
    done: str,
    refused: str,
    ask: Callable[[OutboxMessage], None] | None = None,
) -> None:
    """Change each message by itself; ends with exit code 1 where one could not be changed."""
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
            said = done if changed else f"{refused} ({message.state})"
            console().print(f"{number}  {said}: {clean(message.notification.subject, 80)}")
            failed |= not changed
    if failed:
        raise typer.Exit(Exit.FAILED)
