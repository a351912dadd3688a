"""Which kinds of channel there are, and whether a declared one has what its kind needs. Pure."""

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
from config.environment import channel_variable
from config.errors import Problem
from config.mistakes import nearest
from config.model import ChannelSettings

HOOKS: dict[str, HttpService] = {
    kind.name: kind for kind in (Matrix(), Ntfy(), Slack(), Teams(), Telegram(), Webhook())
}
APPRISE = "apprise"
NAMES = (*sorted(HOOKS), APPRISE)


def channel_problems(channels: Sequence[ChannelSettings]) -> list[Problem]:
    """Kinds that there are not, keys that a kind lacks or does not know, Apprise not installed."""
    problems: list[Problem] = []
    for each in channels:
        kind = HOOKS.get(each.kind)
        if kind is not None:
            problems += _keys(each, kind.needs, kind.takes)
        elif each.kind == APPRISE:
            problems += _keys(each, frozenset({"secret"}), frozenset({"secret"}))
            if not apprise.is_installed():
                mend = f"run {apprise.INSTALL}"
                problems.append(_problem(each, "kind", "needs a package that is absent", mend))
        else:
            meant = nearest(each.kind, NAMES)
            mend = (f"did you mean {meant}? " if meant else "") + f"There are {', '.join(NAMES)}"
            problems.append(_problem(each, "kind", "is no kind of channel", mend))
    return problems


def _keys(each: ChannelSettings, needs: frozenset[str], takes: frozenset[str]) -> list[Problem]:
    given = {name for name in ("url", "to", "secret") if getattr(each, name)}
    problems = []
    for name in sorted(needs - given):
        if name == "secret":
            variable = channel_variable(each.key)
            mend = f"set {variable} in the environment, or {variable}_FILE"
            problems.append(_problem(each, "key", "has no secret", mend, value=each.key))
        else:
            mend = f'add {name} = "..." (docs/configuration.md says what it is)'
            problems.append(_problem(each, name, f"is what a {each.kind} channel needs", mend))
    for name in sorted(given - takes - {"secret"}):
        mend = "remove this line"
        problems.append(_problem(each, name, f"means nothing to a {each.kind} channel", mend))
    return problems


def _problem(
    each: ChannelSettings, key: str, message: str, mend: str, *, value: str | None = None
) -> Problem:
    shown = value if value is not None else getattr(each, key, None)
    return Problem(
        file=each.where.file,
        line=each.where.line,
        key=key,
        value=shown,
        message=message,
        mend=mend,
    )
