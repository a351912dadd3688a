"""Output of `backtest`: counts by week, items an edit adds and drops, expected messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from alerts.search.backtest import Backtest, BacktestChange, What
from supplierwatch.exports.forecasts import Forecast
from supplierwatch.formatting.console import clean, console, plural, print_indented
from supplierwatch.formatting.hits import pages_words, sentence_of, title_of
from supplierwatch.formatting.shapes import item_json, why_json
from supplierwatch.formatting.times import day, iso, rate
from supplierwatch.json_documents.accounts import clause_json
from supplierwatch.views.account import clause_text
from supplierwatch.views.problems import print_query_warnings

if TYPE_CHECKING:
    from alerts.query import Query
    from storage.model import WatchVersion

HEADINGS: dict[What, tuple[str, str]] = {
    "found": ("Found", "bold"),
    "added": ("Added by the edit", "bold green"),
    "dropped": ("Dropped by the edit", "bold red"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The query that another is compared with. `note`: a caveat about it."""

    name: str
    query: Query
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The result of a backtest. `name`: the key of the watch; None for a query."""

    name: str | None
    run: Backtest
    since: datetime
    begins: datetime | None  # of the archive, where that is later than `since`
    until: datetime
    compared: Comparison | None
    versions: Sequence[WatchVersion]
    forecasts: Sequence[Forecast]
    limit: int

    @property
    def weeks(self) -> float:
        """The length of the period that the archive covers, in weeks; at least one day."""
        days = (self.until - (self.begins or self.since)).total_seconds() / 86_400
        return max(days, 1.0) / 7


def print_report(screen: Console, report: Report) -> None:
    """Print the report as text."""
    run = report.run
    print_query_warnings(console(stderr=True), run.query)
    head = report.name or "This query"
    print_indented(screen, Text.assemble((head, "bold cyan"), f"  {run.query.canonical}"))
    if report.compared is not None:
        screen.print(Text(f"against {report.compared.name}", "bold"))
        print_indented(screen, Text(report.compared.query.canonical))
        if report.compared.note:
            print_indented(screen, Text(report.compared.note, "yellow"))
    elif report.versions:
        text = f"same as the version in force: {report.versions[-1].version}"
        print_indented(screen, Text(f"{text} since {day(report.versions[-1].active_since)}", "dim"))
    screen.print()
    for what in ("added", "dropped", "found"):
        _print_changes(screen, report, what)
    if run.looked_at:
        screen.print(_build_week_table(report))
        screen.print()
    screen.print(Text(summary(report), "bold" if run.counts["found"] else "yellow"))
    for forecast in report.forecasts:
        print_indented(screen, Text(forecast_words(forecast, report)))


def _print_changes(screen: Console, report: Report, what: What) -> None:
    changes = [change for change in report.run.changes if change.what == what]
    shown = changes[: report.limit]
    if not shown:
        return
    words, style = HEADINGS[what]
    screen.print(Text(f"{words}: {report.run.counts[what]:,}", style))
    for change in shown:
        _print_change(screen, report, change)
    rest = report.run.counts[what] - len(shown)
    if rest:
        screen.print(Text(f"  and {rest:,} more (--limit shows more)", "dim"))
    screen.print()


def _print_change(screen: Console, report: Report, change: BacktestChange) -> None:
    item = change.item
    outlet = clean(report.run.names.get(item.source_key, item.source_key))
    print_indented(screen, title_of(item, change.spans))
    facts = [outlet, day(item.published_at or item.first_seen_at)]
    if on := pages_words(item, change.spans):
        facts.append(on)
    print_indented(screen, Text(" · ".join(facts), "cyan"))
    sentence = sentence_of(item, change.spans)
    if sentence is not None:
        print_indented(screen, sentence[1])
    if change.failed is not None:
        print_indented(screen, clause_text(item, change.failed))


def _build_week_table(report: Report) -> Table:
    compared = report.compared is not None
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("week of", "found", *(("added", "dropped") if compared else ())):
        table.add_column(name, justify="left" if name == "week of" else "right")
    for monday, counted in report.run.per_week:
        cells = [f"{monday:%d %b %Y}", f"{counted['found']:,}"]
        if compared:
            cells += [f"{counted['added']:,}", f"{counted['dropped']:,}"]
        table.add_row(*cells)
    return table


def summary(report: Report) -> str:
    """Summarise in one sentence: items found, items read, rate per week, effect of the edit."""
    run = report.run
    over = f"{plural(run.looked_at, 'item')} since {day(report.begins or report.since)}"
    if report.begins is not None:
        over += ", when the archive begins"
    if not run.looked_at:
        return f"Nothing was stored since {day(report.since)}."
    found = run.counts["found"]
    text = f"{found:,} of {over}, {rate(found, report.weeks)}."
    if report.compared is not None:
        text += f" The edit adds {run.counts['added']:,} and drops {run.counts['dropped']:,}."
    return text


def forecast_words(forecast: Forecast, report: Report) -> str:
    """Describe what a subscription would have sent to each recipient."""
    many = f" to each of {forecast.recipients}" if forecast.recipients > 1 else ""
    text = f"{forecast.subscription} ({clean(forecast.cadence)}): "
    text += f"{plural(forecast.messages, 'message')}{many}"
    if report.name is None:
        text += f" with this query, {forecast.before:,} without"
    elif report.compared is not None:
        text += f", {forecast.before:,} before the edit"
    return text


def report_json(report: Report) -> dict[str, Any]:
    """Return the document of `backtest --json`."""
    run = report.run
    compared = report.compared
    return {
        "watch": report.name,
        "query": run.query.canonical,
        "paraphrase": run.query.paraphrase,
        "warnings": [warning.message for warning in run.query.warnings],
        "against": None
        if compared is None
        else {"name": compared.name, "query": compared.query.canonical, "note": compared.note},
        "versions": [
            {"version": v.version, "query": v.query, "active_since": iso(v.active_since)}
            for v in report.versions
        ],
        "since": iso(report.since),
        "archive_begins": iso(report.begins),
        "until": iso(report.until),
        "looked_at": run.looked_at,
        "found": run.counts["found"],
        "added": run.counts["added"],
        "dropped": run.counts["dropped"],
        "weeks": [
            {"week_of": monday.isoformat(), **{what: counted[what] for what in HEADINGS}}
            for monday, counted in run.per_week
        ],
        "changes": [_change_json(report, change) for change in _select_shown(report)],
        "messages": [
            {
                "subscription": forecast.subscription,
                "recipients": forecast.recipients,
                "messages": forecast.messages,
                "before": forecast.before,
            }
            for forecast in report.forecasts
        ],
    }


def _select_shown(report: Report) -> list[BacktestChange]:
    shown: list[BacktestChange] = []
    for what in HEADINGS:
        shown += [c for c in report.run.changes if c.what == what][: report.limit]
    return shown


def _change_json(report: Report, change: BacktestChange) -> dict[str, Any]:
    return {
        "what": change.what,
        **item_json(change.item, report.run.names),
        "why": why_json(change.item, change.spans),
        "failed": None if change.failed is None else clause_json(change.item, change.failed),
    }
