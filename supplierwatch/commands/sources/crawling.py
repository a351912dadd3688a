"""`crawl`: one round of the work of `run`."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from supplierwatch.formatting.console import console, note, print_json, waiting
from supplierwatch.shell.child_logs import capture_child_logs
from supplierwatch.shell.exits import Exit
from supplierwatch.shell.failures import unknown_key_error
from supplierwatch.shell.options import Json, Sources
from supplierwatch.shell.registering import add
from supplierwatch.shell.session import archive, session, working_store

if TYPE_CHECKING:
    from storage.model import SourceState
    from storage.store import Store
    from supplierwatch.views.crawl_report import ArchiveCounts
    from supplierwatch.wiring import CompiledConfiguration

PANEL = "Run"
Event = dict[str, Any]
WAIT_FOR_POLL = 90.0  # seconds to wait for a poll by the running service
CHECK_EVERY = 0.5  # seconds
SILENT = "the crawl ended before it was read"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    add(
        app,
        "crawl",
        crawl,
        panel=PANEL,
        examples=(
            ("crawl", "poll every source now, whatever its interval"),
            ("crawl digital-health bbc-health", "poll these two"),
            ("crawl --due", "from cron, instead of a service that runs all the time"),
        ),
    )


def crawl(
    ctx: typer.Context,
    sources: Sources = None,
    due: Annotated[
        bool, typer.Option("--due", help="Only the sources whose time has come.")
    ] = False,
    json: Json = False,
) -> None:
    """Poll sources once, then match, tell and deliver.

    The same code as `run`: what is new is stored and matched, and messages that are due go out.
    The first poll of a source is its baseline and alerts nobody. While the service runs, it is
    asked to poll the sources that you named, and the results are shown. Ends with exit code 1 if a
    source that you named could not be read, or if none could; without names with 4 while the
    service runs, which polls by itself.
    """
    from storage.errors import AlreadyRunning

    wired = session(ctx).wired()
    known = [source.key for source in wired.catalog.sources if source.enabled]
    for key in sources or ():
        if key not in known:
            raise unknown_key_error("source", key, known, "supplierwatch sources")
    try:
        _crawl_here(ctx, wired, sources or (), known, due=due, json=json)
    except AlreadyRunning:
        if not sources or due:
            raise
        _ask_service(wired, list(dict.fromkeys(sources)), json=json)


def _ask_service(wired: CompiledConfiguration, keys: Sequence[str], *, json: bool) -> None:
    """Have the running service poll sources now, and show the results.

    Raises:
        typer.Exit: a source could not be read, or was not polled in time.
    """
    from supplierwatch.views import crawl_report

    asked_at = datetime.now(UTC)
    with archive(wired) as store:
        with store.transaction() as unit:
            unit.sources.poll_now(keys, asked_at)
        if not json:
            note("The service is running: it was asked to poll now.")
        with waiting("waiting for the service", None if json else sys.stderr):
            states = _wait_for_polls(store, keys, asked_at)
    if json:
        print_json(crawl_report.asked_json(states))
    else:
        crawl_report.print_asked(console(), states)
    if any(state is None or state.failures for state in states.values()):
        raise typer.Exit(Exit.FAILED)


def _wait_for_polls(
    store: Store, keys: Sequence[str], since: datetime
) -> dict[str, SourceState | None]:
    """Return key -> its state after the poll; None if not polled within `WAIT_FOR_POLL`."""
    end = time.monotonic() + WAIT_FOR_POLL
    states: dict[str, SourceState | None] = dict.fromkeys(keys)
    while time.monotonic() < end:
        with store.reading() as unit:
            for key in keys:
                state = unit.sources.get(key)
                if state is not None and state.last_polled_at and state.last_polled_at >= since:
                    states[key] = state
        if all(states.values()):
            break
        time.sleep(CHECK_EVERY)
    return states


def _crawl_here(
    ctx: typer.Context,
    wired: CompiledConfiguration,
    sources: Sequence[str],
    known: Sequence[str],
    *,
    due: bool,
    json: bool,
) -> None:
    from supplierwatch.service.service import Service
    from supplierwatch.views import crawl_report

    with working_store(wired) as store:
        service = Service(wired, store)
        service.crawls.release_open_runs()  # we hold the lock: the process that left them has ended
        before = _count_archive(store, wired)
        wanted = sources or known
        with (
            capture_child_logs(unless=session(ctx).verbose) as children,
            crawl_report.CrawlProgress(
                len(wanted), wired.source_names, stream=None if json else children.screen
            ) as progress,
        ):
            try:
                events = service.run_once(
                    keys=sources or None, even_if_not_due=not due, progress=progress.take
                )
            except BaseException:
                service.crawls.stop(grace=3)  # releases their sources for the next crawl
                raise
        after = _count_archive(store, wired)
    reports = _collect_reports(events, () if due else wanted)
    if any(SILENT in report.get("errors", ()) for report in reports):
        children.show_tail()
    if json:
        print_json(crawl_report.crawl_json(reports, before, after))
    else:
        crawl_report.print_reports(console(), reports, before, after)
    _exit_on_failure(reports, named=bool(sources))


def _exit_on_failure(reports: Sequence[Event], *, named: bool) -> None:
    failed = [r for r in reports if r["outcome"] not in ("ok", "not-modified", "empty")]
    if failed and (named or len(failed) == len(reports)):
        note("`supplierwatch doctor SOURCE` shows the poll of one source step by step.")
        raise typer.Exit(Exit.FAILED)


def _collect_reports(events: Sequence[Event], expected: Sequence[str]) -> list[Event]:
    """Return a report for each source; an expected source without a report has failed."""
    reports = {e["source"]: e["report"] for e in events if e.get("event") == "source.finished"}
    causes: dict[str, str] = {}
    for event in events:
        if event.get("event") == "error" and event.get("source"):
            causes[event["source"]] = str(event.get("error"))
    for key in (*causes, *expected):
        if key not in reports:
            cause = causes.get(key, SILENT)
            reports[key] = {"source_key": key, "outcome": "failed", "errors": [cause]}
    return list(reports.values())


def _count_archive(store: Store, wired: CompiledConfiguration) -> ArchiveCounts:
    from supplierwatch.views.crawl_report import ArchiveCounts

    with store.reading() as unit:
        return ArchiveCounts(
            items=unit.items.count(),
            mentions=sum(unit.mentions.count(key) for key in wired.queries),
            sent=unit.outbox.counts().get("sent", 0),
        )
