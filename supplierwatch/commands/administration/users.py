"""`user`: adds users of the desk, lists them, changes roles, makes links that set passwords."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from supplierwatch.formatting.console import clean, console, print_json
from supplierwatch.formatting.times import clock, day
from supplierwatch.shell import registering
from supplierwatch.shell.actors import command_actor
from supplierwatch.shell.failures import CommandError, NothingStoredError, UsageError
from supplierwatch.shell.options import Json, parse_moment
from supplierwatch.shell.session import archive, session

if TYPE_CHECKING:
    from storage.model import ApiToken, Role, User
    from storage.store import Unit
    from supplierwatch.wiring import CompiledConfiguration

PANEL = "Run"
ROLES = "reader, editor or operator"
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name by which the user signs in.")]
ANOTHER_OPERATOR = "Add another operator: supplierwatch user add NAME --role operator"
Email = Annotated[
    str | None,
    typer.Option("--email", metavar="ADDRESS", help="Mail address of the user."),
]
RoleName = Annotated[str, typer.Option("--role", help=f"What the user may do: {ROLES}.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    group = registering.group(
        app,
        "user",
        user,
        panel=PANEL,
        alone=True,
        examples=(
            ("user", "who may use the desk"),
            ("user add ruth --role editor", "add a user; prints the link that sets a password"),
        ),
    )
    registering.add(
        group,
        "add",
        add,
        examples=(("user add ruth --role reader", "may look and search, and change nothing"),),
    )
    registering.add(
        group, "role", role, examples=(("user role ruth operator", "may do everything"),)
    )
    registering.add(
        group,
        "groups",
        groups,
        examples=(("user groups ruth northgate", "sees what is of the group northgate alone"),),
    )
    registering.add(
        group, "reset", reset, examples=(("user reset ruth", "a link that sets a new password"),)
    )
    registering.add(
        group,
        "disable",
        disable,
        examples=(
            ("user disable ruth", "ends her sessions, and refuses her from now on"),
            ("user disable ruth --undo", "admits her again"),
        ),
    )
    registering.add(
        group,
        "audit",
        audit,
        examples=(
            ("user audit", "who changed what, the newest first"),
            ("user audit --by ruth --since 7d", "what ruth changed in the last week"),
        ),
    )
    registering.add(
        group,
        "token",
        token,
        examples=(
            ("user token ruth --label newsroom", "a token that reads the API as ruth"),
            ("user token ruth --label grafana --scope operate", "for /metrics alone"),
            ("user token ruth --list", "her tokens, without their secrets"),
            ("user token ruth --revoke 3", "ends the token of this number"),
        ),
    )


def audit(
    ctx: typer.Context,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Only changes by this user.")
    ] = None,
    thing: Annotated[
        str | None,
        typer.Option("--of", metavar="THING", help="Only of users, tokens, watches ...: `user`."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="WHEN", help="Only since then: 7d, or 2026-11-20."),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=1, max=10_000, help="How many at most.")
    ] = 50,
    json: Json = False,
) -> None:
    """List who changed what, the newest first."""
    from supplierwatch.json_documents.changes import change_json

    after = parse_moment(since, datetime.now(UTC))
    with archive(session(ctx).wired()) as store, store.reading() as unit:
        found = unit.audit.list(limit=limit, actor=by, thing=thing, since=after)
    if json:
        print_json({"changes": [change_json(each) for each in found]})
        return
    for each in found:
        change, actor = each.change, each.actor
        where = f"{actor.via}, {actor.client}" if actor.client else actor.via
        head = f"{clock(each.at)}  {clean(actor.name)} ({clean(where)})"
        values = " -> ".join(clean(text) for text in (change.before, change.after) if text)
        console().print(
            f"{head}  {change.action} {clean(change.subject)}  {values}".rstrip(), soft_wrap=True
        )
    if not found:
        console().print("No change.")


def user(ctx: typer.Context, json: Json = False) -> None:
    """List the users of the desk, the web pages of the service."""
    if ctx.invoked_subcommand is not None:
        return
    try:
        with archive(session(ctx).wired()) as store, store.reading() as unit:
            users = unit.users.list()
    except NothingStoredError:
        users = ()
    if json:
        from supplierwatch.json_documents.users import user_json

        print_json({"users": [user_json(each) for each in users]})
        return
    for each in users:
        in_groups = f"  in {', '.join(each.groups)}" if each.groups else ""
        standing = _describe_standing(each)
        console().print(f"{clean(each.name)}  {each.role}{in_groups}  {standing}".rstrip())
    if not users:
        console().print("Nobody yet. `supplierwatch user add NAME --role operator` adds a user.")


def add(
    ctx: typer.Context,
    name: Name,
    role: RoleName = "reader",
    email: Email = None,
    group: Annotated[
        list[str] | None,
        typer.Option("--group", metavar="GROUP", help="A group of theirs; may be repeated."),
    ] = None,
) -> None:
    """Add a user, and print the link by which they set their password."""
    from supplierwatch.desk.accounts.user_changes import (
        UserRefused,
        add_user,
        change_groups,
        make_user_link,
    )

    wanted = _read_role(role)
    wired = session(ctx).wired()
    with archive(wired) as store, store.transaction() as unit:
        now = datetime.now(UTC)
        try:
            made = add_user(unit, command_actor(), name, wanted, now, email=email)
            change_groups(unit, command_actor(), made, group or (), now)
        except UserRefused as error:
            known = any(user.name == name for user in unit.users.list())
            hint = f"`supplierwatch user reset {clean(name)}` prints a new link." if known else ""
            raise UsageError(str(error), hint) from error
        token = make_user_link(unit, command_actor(), made, now)
    _print_link(wired, token)


def role(
    ctx: typer.Context,
    name: Name,
    role: Annotated[str, typer.Argument(metavar="ROLE", help=f"{ROLES}.")],
) -> None:
    """Change what a user may do."""
    from supplierwatch.desk.accounts.user_changes import UserRefused, change_role

    wanted = _read_role(role)
    with archive(session(ctx).wired()) as store, store.transaction() as unit:
        try:
            change_role(unit, command_actor(), _find_user(unit, name), wanted, datetime.now(UTC))
        except UserRefused as error:
            raise CommandError(str(error), ANOTHER_OPERATOR) from error
    console().print(f"{clean(name)} is {wanted} now.")


def groups(
    ctx: typer.Context,
    name: Name,
    group: Annotated[
        list[str] | None,
        typer.Argument(metavar="[GROUP]...", help="Exactly these; without any, `default`."),
    ] = None,
) -> None:
    """Change the groups of a user, whose watches and finds they see."""
    from storage.rules.groups import order_groups
    from supplierwatch.desk.accounts.user_changes import UserRefused, change_groups

    wired = session(ctx).wired()
    with archive(wired) as store, store.transaction() as unit:
        found = _find_user(unit, name)
        try:
            change_groups(unit, command_actor(), found, group or (), datetime.now(UTC))
        except UserRefused as error:
            raise UsageError(str(error)) from error
        now = order_groups(unit.groups.of_user(found.user_id))
    catalog = wired.catalog
    declared = {each.group for each in catalog.watches} | {"default"}
    for unknown in sorted(set(now) - declared):
        console(stderr=True).print(f"No watch is of the group {unknown} yet.")
    console().print(f"{clean(name)} is in {', '.join(now)} now.")


def reset(ctx: typer.Context, name: Name) -> None:
    """Print a link that sets a new password, once, within a day."""
    from supplierwatch.desk.accounts.user_changes import UserRefused, make_user_link

    wired = session(ctx).wired()
    with archive(wired) as store, store.transaction() as unit:
        try:
            found = _find_user(unit, name)
            token = make_user_link(unit, command_actor(), found, datetime.now(UTC))
        except UserRefused as error:
            raise CommandError(str(error), "supplierwatch user disable NAME --undo") from error
    _print_link(wired, token)


def disable(
    ctx: typer.Context,
    name: Name,
    undo: Annotated[bool, typer.Option("--undo", help="Admit the user again.")] = False,
) -> None:
    """End the sessions of a user, and refuse them from now on."""
    from supplierwatch.desk.accounts.user_changes import UserRefused, admit_user, disable_user

    carry_out = admit_user if undo else disable_user
    with archive(session(ctx).wired()) as store, store.transaction() as unit:
        try:
            carry_out(unit, command_actor(), _find_user(unit, name), datetime.now(UTC))
        except UserRefused as error:
            raise CommandError(str(error), ANOTHER_OPERATOR) from error
    console().print(f"{clean(name)} {'may sign in again' if undo else 'may not sign in any more'}.")


def token(
    ctx: typer.Context,
    name: Name,
    label: Annotated[
        str, typer.Option("--label", metavar="TEXT", help="What the token is for.")
    ] = "made by a command",
    scope: Annotated[
        list[str] | None,
        typer.Option("--scope", metavar="SCOPE", help="read, write or operate; may be repeated."),
    ] = None,
    days: Annotated[
        int,
        typer.Option("--days", metavar="N", help="How long it is valid."),
    ] = 365,
    listed: Annotated[bool, typer.Option("--list", help="List the tokens, make none.")] = False,
    revoke: Annotated[
        int | None, typer.Option("--revoke", metavar="ID", help="End the token of this number.")
    ] = None,
    in_group: Annotated[
        str | None,
        typer.Option("--group", metavar="GROUP", help="The group whose archive it reads."),
    ] = None,
    json: Json = False,
) -> None:
    """Make a token by which programs use the API as a user.

    The token is printed once; only its hash is stored.
    """
    from supplierwatch.desk.accounts.token_requests import TokenRefused, make_token, revoke_token

    with archive(session(ctx).wired()) as store, store.transaction() as unit:
        found = _find_user(unit, name)
        if listed:
            _print_tokens(unit.tokens.of_user(found.user_id), as_json=json)
            return
        if revoke is not None:
            if not revoke_token(unit, command_actor(), found, revoke, datetime.now(UTC)):
                raise UsageError(f"{name!r} has no token {revoke}; --list shows them")
            console().print(f"Token {revoke} of {clean(name)} is revoked.")
            return
        try:
            wanted = scope or ["read"]
            made = make_token(
                unit,
                command_actor(),
                found,
                label,
                wanted,
                days=days,
                now=datetime.now(UTC),
                group=in_group,
            )
        except TokenRefused as error:
            raise UsageError(str(error)) from error
    if json:
        print_json({"token": made})
        return
    console(stderr=True).print("This token is shown once. Send it as `Authorization: Bearer`.")
    console().print(made, soft_wrap=True)


def _print_tokens(tokens: Sequence[ApiToken], *, as_json: bool) -> None:
    from supplierwatch.json_documents.tokens import token_json

    if as_json:
        print_json({"tokens": [token_json(each) for each in tokens]})
        return
    for each in tokens:
        scopes = ", ".join(sorted(each.scopes))
        text = f"{each.token_id:>4}  {clean(each.label)}  {scopes}  until {day(each.expires_at)}"
        console().print(text, soft_wrap=True)
    if not tokens:
        console().print("No token.")


def _find_user(unit: Unit, name: str) -> User:
    found = unit.users.find_by_name(name)
    if found is None:
        known = ", ".join(clean(each.name) for each in unit.users.list()) or "nobody"
        raise UsageError(f"there is no user {name!r}; there is {known}")
    return found


def _read_role(name: str) -> Role:
    from storage.model import Role

    try:
        return Role(name)
    except ValueError:
        raise UsageError(f"{name!r} is no role: it is {ROLES}") from None


def _print_link(wired: CompiledConfiguration, token: str) -> None:
    settings = wired.catalog.settings.service
    here = f"http://{settings.listen or 'ADDRESS-OF-THE-SERVICE'}"
    home = (settings.public_url or here).rstrip("/")
    console().print("This link sets the password, once, within a day:", soft_wrap=True)
    console().print(f"{home}/link/{token}", soft_wrap=True)


def _describe_standing(each: User) -> str:
    if each.disabled_at is not None:
        return "may not sign in"
    return "" if each.password_hash else "has set no password yet"
