"""`backtest`: what a watch would have found, and what an edit of it would change."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from supplierwatch.formatting.console import console, print_json
from supplierwatch.shell.completion import watch_keys
from supplierwatch.shell.exits import Exit
from supplierwatch.shell.failures import UsageError
from supplierwatch.shell.options import Json, parse_moment
from supplierwatch.shell.registering import add
from supplierwatch.shell.session import archive, session

if TYPE_CHECKING:
    from alerts.query import Query
    from alerts.search.backtest import Backtest
    from storage.model import WatchVersion
    from storage.store import Store
    from supplierwatch.views.backtest_report import Comparison
    from supplierwatch.wiring import CompiledConfiguration

PANEL = "Search and inspect"
PAGE = 200  # items in one read
_VERSION = re.compile(r"v?(\d+)")


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    add(
        app,
        "backtest",
        backtest,
        panel=PANEL,
        examples=(
            ("backtest fdp", "a watch as it stands in the file, against the version in force"),
            ("backtest fdp --against v2", "against an earlier version of it"),
            ("backtest '@palantir AND nhs' --since 90d", "a query that is no watch yet"),
            ("backtest '@palantir NOT share price' --against fdp", "an idea against a watch"),
        ),
    )


def backtest(
    ctx: typer.Context,
    wanted: Annotated[
        str,
        typer.Argument(
            metavar="WATCH|QUERY",
            help="The key of a watch, or a query in quotes.",
            autocompletion=watch_keys,
        ),
    ],
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="How far back: 12h, 30d, 8w, or a date.")
    ] = "30d",
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="OLD",
            help="What to compare with: a query, the key of a watch, or a version such as v2.",
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=0, max=200, help="Show N items of each sort.")
    ] = 10,
    json: Json = False,
) -> None:
    """Show what a watch or query would have found, week by week.

    With an earlier form to compare, every item that the edit adds or drops is named, with the
    sentence, and how many messages each subscription would have sent. A watch is compared with the
    version in force, unless --against says otherwise. Nothing is stored or sent. Ends with exit
    code 6 where nothing is found.
    """
    from alerts.query import compile_query
    from alerts.search.backtest import Backtest
    from supplierwatch.exports.forecasts import build_forecasts
    from supplierwatch.views import backtest_report
    from supplierwatch.views.search_results import SearchProgress

    now = datetime.now(UTC)
    earliest = parse_moment(since, now)
    assert earliest is not None  # noqa: S101  # it has a default
    wired = session(ctx).wired()
    is_watch = wanted in wired.queries
    query = wired.queries[wanted] if is_watch else compile_query(wanted, suppliers=wired.suppliers)
    with archive(wired) as store:
        versions = _read_versions(store, wanted) if is_watch else ()
        compared = _choose_comparison(wired, wanted, query, against, versions)
        run = Backtest(
            query=query,
            against=None if compared is None else compared.query,
            names=wired.source_names,
        )
        with SearchProgress(shown=not json) as looking:
            _scan_archive(store, run, earliest, looking.take)
        begins = _find_archive_start(store, run, earliest)
        span = (begins or earliest, now)
        forecasts = build_forecasts(store, wired, wanted if is_watch else None, run, span)
    report = backtest_report.Report(
        name=wanted if is_watch else None,
        run=run,
        since=earliest,
        begins=begins,
        until=now,
        compared=compared,
        versions=versions,
        forecasts=forecasts,
        limit=limit,
    )
    if json:
        print_json(backtest_report.report_json(report))
    else:
        backtest_report.print_report(console(), report)
    if not (run.counts["found"] or run.counts["dropped"]):
        raise typer.Exit(Exit.NOTHING_FOUND)


def _read_versions(store: Store, key: str) -> tuple[WatchVersion, ...]:
    with store.reading() as unit:
        return unit.watches.versions(key)


def _choose_comparison(
    wired: CompiledConfiguration,
    wanted: str,
    query: Query,
    against: str | None,
    versions: Sequence[WatchVersion],
) -> Comparison | None:
    """Return what the query is compared with; None where the version in force is the same."""
    from alerts.query import compile_query
    from supplierwatch.views.backtest_report import Comparison

    if against is None:
        if not versions or versions[-1].fingerprint == query.fingerprint:
            return None
        return _compile_version(wired, versions[-1], "the version in force")
    if against in wired.queries:
        return Comparison(name=f"the watch {against}", query=wired.queries[against])
    number = _VERSION.fullmatch(against)
    if number is None:
        return Comparison(
            name="what --against says", query=compile_query(against, suppliers=wired.suppliers)
        )
    named = [version for version in versions if version.version == int(number[1])]
    if not named:
        have = ", ".join(f"v{version.version}" for version in versions) or "none is stored"
        raise UsageError(
            f"{wanted!r} has no version {against}",
            f"Its versions: {have}. A watch has versions once the service has loaded it; "
            "otherwise write the earlier query itself after --against.",
        )
    return _compile_version(wired, named[0], f"version {named[0].version}")


def _compile_version(wired: CompiledConfiguration, version: WatchVersion, name: str) -> Comparison:
    """Compile a stored version with the current supplier names; the note says if they changed."""
    from alerts.query import QueryError, compile_query
    from supplierwatch.views.backtest_report import Comparison

    try:
        query = compile_query(version.query, suppliers=wired.suppliers)
    except QueryError as error:
        raise UsageError(
            f"{name} can no longer be read: {error.message}: {version.query}",
            "A supplier that it names may be gone from suppliers.toml. Write what to compare with"
            " after --against.",
        ) from error
    return Comparison(
        name=name,
        query=query,
        note=""
        if query.fingerprint == version.fingerprint
        else "its suppliers had other names then, or the language has changed since: it is read"
        " as of now",
    )


def _scan_archive(
    store: Store, run: Backtest, earliest: datetime, progress: Callable[[int, int], None]
) -> None:
    before: tuple[datetime, int] | None = None
    while True:
        with store.reading() as unit:
            page = unit.items.newest(limit=PAGE, before=before, since=earliest)
        for item in page:
            run.take(item)
            before = (item.first_seen_at, item.item_id)
        progress(run.looked_at, run.counts["found"])
        if len(page) < PAGE:
            return


def _find_archive_start(store: Store, run: Backtest, earliest: datetime) -> datetime | None:
    """Return when the archive begins, if that is after `earliest`."""
    with store.reading() as unit:
        older = unit.items.newest(limit=1, before=(earliest, 0))
    return None if older else run.oldest
