"""`sources`: lists sources and their state; imports and exports OPML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from supplierwatch.commands.sources.trying import (
    NO_KIND,
    is_same_address,
    source_at,
    source_of_site,
    try_kinds,
    was_fetched,
)
from supplierwatch.formatting.console import console, note, print_json, waiting
from supplierwatch.shell import registering
from supplierwatch.shell.child_logs import capture_child_logs
from supplierwatch.shell.exits import Exit
from supplierwatch.shell.failures import NothingStoredError, UsageError
from supplierwatch.shell.options import Json
from supplierwatch.shell.session import archive, session

if TYPE_CHECKING:
    from config.model import Source
    from supplierwatch.wiring import CompiledConfiguration

PANEL = "Search and inspect"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    group = registering.group(
        app,
        "sources",
        sources,
        panel=PANEL,
        alone=True,
        examples=(
            ("sources", "all of them, those with problems first"),
            ("sources --failing", "only those that an operator should look at"),
            ("sources --probe", "which of them can be read from this machine"),
            ("sources --export-opml feeds.opml", "the feeds, for a feed reader"),
            ("sources --import-opml feeds.opml", "add the feeds of a feed reader"),
            ("sources --json | jq '.sources[] | select(.failures > 3)'", "for a probe"),
            ("sources add https://outlet.example/", "find its feed, and write it into the file"),
        ),
    )
    registering.add(
        group,
        "add",
        add_source,
        examples=(
            ("sources add https://outlet.example/", "by the feed that the page names"),
            ("sources add outlet.example/feed --name 'The Outlet'", "what digests call it"),
        ),
    )


def sources(
    ctx: typer.Context,
    failing: Annotated[
        bool, typer.Option("--failing", help="Only those that an operator should look at.")
    ] = False,
    export_opml: Annotated[
        Path | None, typer.Option("--export-opml", help="Write all feeds to an OPML file.")
    ] = None,
    import_opml: Annotated[
        Path | None,
        typer.Option("--import-opml", help="Add the feeds of an OPML file to sources.toml."),
    ] = None,
    probe: Annotated[
        bool,
        typer.Option("--probe", help="Fetch every source now, also disabled ones."),
    ] = False,
    json: Json = False,
) -> None:
    """List the sources, and what is wrong with them.

    When each was last read and is next, its newest entry, how often it has something new, how many
    items it has, and how many of the last 30 days are thin: headline and teaser alone.

    Sources may fail, refuse requests or have changed; answer with an empty listing (empty); have
    nothing new for far longer than ever before (silent); have pages that cannot be read (thin); or
    have moved. One that fails is tried again without end, less and less often. `doctor SOURCE`
    shows step by step what is wrong.
    """
    if ctx.invoked_subcommand is not None:
        return
    from supplierwatch.formatting.source_rows import RECENT_PERIOD
    from supplierwatch.formatting.source_rows import rows as rows_of
    from supplierwatch.json_documents.sources import row_json
    from supplierwatch.views import source_table as view

    wired = session(ctx).wired()
    if export_opml is not None and import_opml is not None:
        raise UsageError("OPML is either imported or exported", "Call the command twice.")
    if probe:
        from supplierwatch.commands.sources.probing import probe_all

        probe_all(ctx, wired, failing=failing, json=json)
        return
    if export_opml is not None:
        _export_feeds(wired, export_opml)
        return
    if import_opml is not None:
        _import_feeds(wired, import_opml)
        return
    now = datetime.now(UTC)
    try:
        with archive(wired) as store, store.reading() as unit:
            states = {state.key: state for state in unit.sources.all()}
            recent = unit.sources.count_pages(now - RECENT_PERIOD)
    except NothingStoredError:
        states, recent = {}, {}  # nothing was polled yet: list the declared sources
    rows = [
        row
        for row in rows_of(wired.catalog.sources, states, now, recent)
        if not failing or row.is_odd
    ]
    if json:
        print_json({"sources": [row_json(row) for row in rows]})
    else:
        view.print_rows(console(), rows, now, failing_only=failing)


def add_source(
    ctx: typer.Context,
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="Of a feed, a sitemap, or a site with one.")
    ],
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="KEY", help="A short name; by default from its host."),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="What digests call it.")
    ] = None,
) -> None:
    """Add a source to sources.toml, if it can be read.

    The address is tried as `doctor ADDRESS` does, and what would be read is shown in short, with
    --verbose step by step. For a site its feed is added, under the title of the feed. The file
    keeps its comments and its order; a running service loads the source by itself. Its first poll
    is its baseline. Ends with exit code 1, and nothing written, where it cannot be read.
    """
    from config.editing.source_file import append_source
    from supplierwatch.views import doctor_report

    wired = session(ctx).wired()
    known = wired.catalog.sources
    tried = source_at(address, key=key, name=name, taken=[each.key for each in known])
    _refuse_known(tried.url, known)
    with (
        capture_child_logs(unless=session(ctx).verbose) as children,
        waiting(f"examining {tried.url}", children.screen),
    ):
        tried, steps, readable = try_kinds(tried, wired.catalog.settings.crawl, "")
        site = source_of_site(tried.url, known, wired.catalog.settings.crawl) if readable else None
    if session(ctx).verbose or not readable:
        doctor_report.print_steps(console(), tried, steps)
    if not readable:
        if was_fetched(steps):
            note(NO_KIND)
        raise typer.Exit(Exit.FAILED)
    _refuse_known(tried.url, known)
    if site is not None:
        raise UsageError(f"{tried.url} is read already, as the feed of {site.url}: {site.key}")
    if not session(ctx).verbose:
        doctor_report.print_summary(console(), tried, steps)
    path = append_source(wired.catalog.folder, tried)
    console().print(f"added {tried.key} ({tried.kind}) to {path}", markup=False, soft_wrap=True)


def _refuse_known(url: str, known: Sequence[Source]) -> None:
    """Refuse the address of a source that is declared.

    Raises:
        UsageError: it is declared.
    """
    for each in known:
        if is_same_address(each.url, url):
            raise UsageError(f"{url} is a source already: {each.key}")


def _export_feeds(wired: CompiledConfiguration, file: Path) -> None:
    from config.editing.opml import is_feed, write_opml

    feeds = [source for source in wired.catalog.sources if is_feed(source)]
    try:
        file.write_bytes(write_opml(feeds, title="supplierwatch"))
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from error
    others = len(wired.catalog.sources) - len(feeds)
    rest = f"; {others} of other kinds are no feeds" if others else ""
    console().print(f"{len(feeds)} feeds written to {file}{rest}", markup=False, soft_wrap=True)


def _import_feeds(wired: CompiledConfiguration, file: Path) -> None:
    import tomllib

    from config.editing.opml import build_source_tables, read_opml
    from config.editing.toml_writing import append_tables
    from supplierwatch.formatting.console import clean

    try:
        outlines = read_opml(file.read_bytes())
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from error
    known = wired.catalog.sources
    opml = build_source_tables(
        outlines, keys=[one.key for one in known], urls=[one.url for one in known]
    )
    target = (wired.catalog.folder / "sources.toml").resolve()
    if opml.added:
        text = append_tables(target.read_bytes().decode("utf-8"), opml.text)
        try:
            tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise UsageError(
                f"tables cannot be added at the end of {target}: {error}",
                "Write its sources as [[source]] tables.",
            ) from error
        beside = target.with_name(target.name + ".new")
        beside.write_bytes(text.encode("utf-8"))
        beside.replace(target)  # atomic: a running service reads either the old file or the new one
    summary = f"{len(opml.added)} sources added to {target}, {opml.known} there already"
    lines = [f"{summary}, {len(opml.refused)} refused"]
    lines += [f"added   {key}" for key in opml.added]
    lines += [f"refused {clean(reason)}" for reason in opml.refused]
    for line in lines:
        console().print(line, markup=False, soft_wrap=True)
