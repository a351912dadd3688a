"""Lists the kinds of channel and checks the keys of declared channels. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.channels import apprise
from alerts.channels.hook import HttpService
from alerts.channels.matrix import Matrix
from alerts.channels.ntfy import Ntfy
from alerts.channels.slack import Slack
from alerts.channels.teams import Teams
from alerts.channels.telegram import Telegram
from alerts.channels.webhook import Webhook
from config.errors import Problem
from config.model import ChannelSettings
from config.settings.environment import channel_variable
from config.values.invalid_value import nearest

HOOKS: dict[str, HttpService] = {
    kind.name: kind for kind in (Matrix(), Ntfy(), Slack(), Teams(), Telegram(), Webhook())
}
APPRISE = "apprise"
NAMES = (*sorted(HOOKS), APPRISE)


def channel_problems(channels: Sequence[ChannelSettings]) -> list[Problem]:
    """Find unknown kinds, missing or unknown keys, and a missing Apprise package."""
    problems: list[Problem] = []
    for each in channels:
        kind = HOOKS.get(each.kind)
        if kind is not None:
            problems += _key_problems(each, kind.needs, kind.takes)
        elif each.kind == APPRISE:
            problems += _key_problems(each, frozenset({"secret"}), frozenset({"secret"}))
            if not apprise.is_installed():
                fix = f"run {apprise.INSTALL}"
                problems.append(_build_problem(each, "kind", "needs a package that is absent", fix))
        else:
            meant = nearest(each.kind, NAMES)
            fix = (f"did you mean {meant}? " if meant else "") + f"There are {', '.join(NAMES)}"
            problems.append(_build_problem(each, "kind", "is no kind of channel", fix))
    return problems


def _key_problems(
    each: ChannelSettings, needs: frozenset[str], takes: frozenset[str]
) -> list[Problem]:
    given = {name for name in ("url", "to", "secret") if getattr(each, name)}
    problems = []
    for name in sorted(needs - given):
        if name == "secret":
            variable = channel_variable(each.key)
            fix = f"set {variable} in the environment, or {variable}_FILE"
            problems.append(_build_problem(each, "key", "has no secret", fix, value=each.key))
        else:
            fix = f'add {name} = "..." (docs/configuration.md says what it is)'
            problems.append(_build_problem(each, name, f"is what a {each.kind} channel needs", fix))
    for name in sorted(given - takes - {"secret"}):
        fix = "remove this line"
        problems.append(_build_problem(each, name, f"means nothing to a {each.kind} channel", fix))
    return problems


def _build_problem(
    each: ChannelSettings, key: str, message: str, fix: str, *, value: str | None = None
) -> Problem:
    shown = value if value is not None else getattr(each, key, None)
    return Problem(
        file=each.where.file,
        line=each.where.line,
        key=key,
        value=shown,
        message=message,
        hint=fix,
    )
