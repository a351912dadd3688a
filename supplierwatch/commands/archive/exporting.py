"""`export`: writes mentions as CSV, JSON Lines or RSS, and exports and verifies evidence."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from supplierwatch.formatting.console import clean, console, note, plural
from supplierwatch.shell.completion import supplier_keys, watch_keys
from supplierwatch.shell.exits import Exit
from supplierwatch.shell.failures import CommandError, UsageError, unknown_key_error
from supplierwatch.shell.options import Since, parse_moment
from supplierwatch.shell.registering import add
from supplierwatch.shell.session import archive, session

if TYPE_CHECKING:
    from storage.store import Store
    from supplierwatch.exports.mentions import ExportedMention
    from supplierwatch.wiring import CompiledConfiguration

PANEL = "Data"


class Format(StrEnum):
    """The format of an export."""

    CSV = "csv"
    JSONL = "jsonl"
    RSS = "rss"


ENDINGS = {
    ".csv": Format.CSV,
    ".jsonl": Format.JSONL,
    ".ndjson": Format.JSONL,
    ".rss": Format.RSS,
    ".xml": Format.RSS,
}


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    add(
        app,
        "export",
        export,
        panel=PANEL,
        examples=(
            ("export mentions.csv --since 30d", "a table; --bom for Excel"),
            ("export --format jsonl --watch fdp | jq .why", "lines for programs"),
            ("export /var/www/watch.rss --limit 100", "a feed, replaced as a whole"),
            ("export --evidence nov.zip --since 30d", "texts, hashes and headers, chained"),
            ("export --verify oct.zip --verify nov.zip", "whether anything was changed since"),
        ),
    )


def export(
    ctx: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="Where to write it; standard output otherwise.",
            show_default=False,
        ),
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option("--format", help="The format; by default from the ending of FILE."),
    ] = None,
    watch: Annotated[
        list[str] | None,
        typer.Option(
            "--watch",
            metavar="KEY",
            help="Only this watch; may be given several times.",
            autocompletion=watch_keys,
        ),
    ] = None,
    supplier: Annotated[
        str | None,
        typer.Option(
            "--supplier",
            metavar="KEY",
            help="Only items in which this supplier is named.",
            autocompletion=supplier_keys,
        ),
    ] = None,
    since: Since = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="TIME", help="Only items first seen before then: as --since."
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="At most this many, the newest."),
    ] = None,
    evidence: Annotated[
        Path | None,
        typer.Option(
            "--evidence",
            metavar="PATH",
            help="Write texts, hashes and headers too: a new folder, or a .zip.",
        ),
    ] = None,
    verify: Annotated[
        list[Path] | None,
        typer.Option(
            "--verify",
            metavar="PATH",
            help="Check evidence that was exported; may be given several times.",
        ),
    ] = None,
    bom: Annotated[
        bool,
        typer.Option("--bom", help="Begin a CSV with a byte-order mark, for Excel."),
    ] = False,
) -> None:
    """Write mentions into a file: CSV, JSON Lines or RSS.

    The newest items come first. The file is replaced as a whole, or not at all.
    Cells of a table that a spreadsheet would take for formulas get an apostrophe in front.
    Ends with exit code 6 where there is nothing to export; the file is written all the same.
    """
    from alerts.digest.context import TellingContext
    from storage.mentions.mention_pages import MentionRange
    from supplierwatch.exports.mentions import read_mentions

    now = datetime.now(UTC)
    if verify:
        _verify(verify)
        return
    if evidence is not None and (file is not None or form is not None):
        raise UsageError("evidence has a format of its own", "Leave out FILE and --format.")
    wanted = _choose_format(file, form)
    if bom and wanted is not Format.CSV:
        raise UsageError("--bom is for CSV", "Leave it out: programs that read these need none.")
    wired = session(ctx).valid_part()
    _refuse_unknown_supplier(wired, supplier)
    with archive(wired) as store:
        extent = MentionRange(
            watches=_check_watches(wired, store, watch),
            since=parse_moment(since, now),
            until=parse_moment(until, now, option="--until"),
        )
        found = read_mentions(
            store,
            TellingContext.of(wired.catalog, wired.queries),
            extent,
            supplier=supplier,
            limit=limit,
        )
        if evidence is not None:
            _write_evidence(store, found, evidence, now)
            return
        with _open_output(file, bom=bom) as out:
            count = _write_mentions(
                found, out, wanted, now=now, home=wired.catalog.settings.service.public_url
            )
    if file is not None:
        note(f"wrote {plural(count, 'mention')} to {file}")
    if not count:
        raise typer.Exit(Exit.NOTHING_FOUND)


def _write_evidence(
    store: Store, found: Iterator[ExportedMention], target: Path, now: datetime
) -> None:
    from supplierwatch.exports.evidence import ConcurrentExport, write_evidence

    try:
        made = write_evidence(store, found, target, now)
    except FileExistsError as error:
        raise UsageError(str(error), "Name another: evidence is never overwritten.") from error
    except ConcurrentExport as error:
        raise CommandError(
            "another export of evidence was made meanwhile: nothing was written",
            "Call the command again.",
            exit=Exit.FAILED,
        ) from error
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}") from error
    note(
        f"wrote number {made.number}: {plural(made.mentions, 'mention')} of "
        f"{plural(made.items, 'item')}, {plural(made.raw, 'raw answer')}, to {target}"
    )
    console().print(f"{made.manifest_sha256}  {target / 'manifest.json'}", soft_wrap=True)


def _verify(paths: list[Path]) -> None:
    from supplierwatch.exports.verification import check_exports

    checked = check_exports(paths)
    for one in checked:
        number = "-" if one.number is None else str(one.number)
        verdict = "unchanged" if not one.wrong else "CHANGED since it was made"
        summary = f"number {number}, {plural(one.files, 'file')}: {verdict}"
        console().print(f"{one.path}  {summary}", soft_wrap=True)
        for wrong in one.wrong:
            console().print(f"  {clean(wrong)}", soft_wrap=True)
    if any(one.wrong for one in checked):
        raise typer.Exit(Exit.FAILED)


def _choose_format(file: Path | None, form: Format | None) -> Format:
    if form is not None:
        return form
    if file is None:
        return Format.CSV
    known = ENDINGS.get(file.suffix.lower())
    if known is None:
        raise UsageError(
            f"the ending of {file.name} is of no known format",
            "Name it .csv, .jsonl or .rss, or give --format csv, jsonl or rss.",
        )
    return known


def _check_watches(
    wired: CompiledConfiguration, store: Store, watches: list[str] | None
) -> list[str] | None:
    """Check the watch keys; a watch removed from the file may still have mentions."""
    for key in watches or ():
        if key not in wired.queries:
            with store.reading() as unit:
                if not unit.watches.versions(key):
                    raise unknown_key_error(
                        "watch", key, list(wired.queries), "supplierwatch watches"
                    )
    return watches or None


def _refuse_unknown_supplier(wired: CompiledConfiguration, key: str | None) -> None:
    known = [supplier.key for supplier in wired.catalog.suppliers]
    if key is not None and key not in known:
        raise unknown_key_error("supplier", key, known, "supplierwatch check --verbose")


@contextmanager
def _open_output(file: Path | None, *, bom: bool) -> Iterator[TextIO]:
    from supplierwatch.exports.atomic_files import replace_atomically

    encoding = "utf-8-sig" if bom else "utf-8"
    if file is not None:
        with replace_atomically(file, encoding=encoding) as out:
            yield out
        return
    # CSV has line ends of its own, and stdout may have an encoding that cannot write every letter
    out = io.TextIOWrapper(sys.stdout.buffer, encoding=encoding, newline="", write_through=False)
    try:
        yield out
        out.flush()
    finally:
        out.detach()


def _write_mentions(
    found: Iterator[ExportedMention], out: TextIO, form: Format, *, now: datetime, home: str | None
) -> int:
    from supplierwatch.exports.rss import write_rss
    from supplierwatch.exports.tables import write_csv, write_jsonl

    if form is Format.CSV:
        return write_csv(found, out)
    if form is Format.JSONL:
        return write_jsonl(found, out)
    return write_rss(found, out, now=now, home=home)
