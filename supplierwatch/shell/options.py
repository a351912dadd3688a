"""Options and arguments shared by several commands, and parsing of time options."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

import typer

from supplierwatch.shell.completion import source_keys, subscription_keys, watch_keys

CONFIG_HELP = (
    "The folder of the configuration. [dim]Default: $SUPPLIERWATCH_CONFIG, or ./config[/dim]"
)
VERBOSE_HELP = "Print more: log lines, watches in words, tracebacks."

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document, for scripts.")]
Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="TIME",
        help="Only items first seen since then: 12h, 30d, 8w, or a date as 2026-11-01.",
    ),
]
Limit = Annotated[
    int,
    typer.Option("--limit", metavar="N", min=1, max=10_000, help="Show at most this many items."),
]
DEADLINE = 5.0
Deadline = Annotated[
    float,
    typer.Option(
        "--deadline", metavar="SECONDS", min=0.1, help="Stop searching after this many seconds."
    ),
]
Query = Annotated[
    str, typer.Argument(metavar="QUERY", help="A query in the watch language, in quotes.")
]
Sources = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[SOURCE]...",
        help="Keys of sources.",
        autocompletion=source_keys,
        show_default=False,
    ),
]
Source = Annotated[
    str, typer.Argument(metavar="SOURCE", help="Key of a source.", autocompletion=source_keys)
]
Watch = Annotated[
    str | None,
    typer.Option("--watch", metavar="KEY", help="Only this watch.", autocompletion=watch_keys),
]
Subscription = Annotated[
    str | None,
    typer.Option(
        "--subscription",
        metavar="KEY",
        help="Only this subscription.",
        autocompletion=subscription_keys,
    ),
]

_SPAN = re.compile(r"(\d{1,5})\s*(m|min|h|d|w)", re.IGNORECASE)
_UNITS = {
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


def parse_moment(since: str | None, now: datetime, *, option: str = "--since") -> datetime | None:
    """Parse a time option: a span before `now` (12h, 30d, 8w), or a date in the local time zone.

    Returns:
        An aware datetime; None if `since` is None.

    Raises:
        typer.BadParameter: `since` is neither.
    """
    if since is None:
        return None
    span = _SPAN.fullmatch(since.strip())
    try:
        if span:
            return now - int(span[1]) * _UNITS[span[2].lower()]
        return datetime.combine(date.fromisoformat(since.strip()), time()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(
            f"{since!r} is no time; write a span as 12h, 30d or 8w, or a date as 2026-11-01",
            param_hint=option,
        ) from error
